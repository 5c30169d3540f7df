using System.Net;
using System.Net.Sockets;
using Minato.Cli.Running;
using Minato.Engines.Scanner.Images;

namespace Minato.Cli.Images;

/// <summary>Images of the local Docker Engine, saved to a file of our own for as long as they are read.</summary>
internal static class EngineImages
{
    public static async Task<OpenImage> OpenAsync(string name, string platform, CancellationToken ct)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectCallback = async (_, c) => await ConnectAsync(c) }) { Timeout = Timeout.InfiniteTimeSpan };
        using var answer = await SendAsync(http, name, ct);
        var folder = Directory.CreateTempSubdirectory("minato-image-");
        try
        {
            var file = Path.Combine(folder.FullName, "image.tar");
            await using (var saved = File.Create(file)) await answer.Content.CopyToAsync(saved, ct);
            var (archive, request) = ImageArchive.Open(file, platform);
            return new(request with { Name = name }, ImageArchive.DigestOf(request.Manifest.Span), new Saved(archive, folder));
        }
        catch
        {
            folder.Delete(recursive: true);
            throw;
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient http, string name, CancellationToken ct)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await http.GetAsync(new Uri($"http://docker/images/{string.Join('/', name.Split('/').Select(Uri.EscapeDataString))}/get"), HttpCompletionOption.ResponseHeadersRead, ct);
        }
        catch (HttpRequestException e)
        {
            throw new UserException($"there is no file {name}, and the Docker Engine cannot be asked for it: {e.Message}");
        }

        if (answer.StatusCode is HttpStatusCode.OK) return answer;
        answer.Dispose();
        throw new UserException(answer.StatusCode is HttpStatusCode.NotFound ? $"there is no image {name}: no file, and neither the registry nor the Docker Engine has it." : $"the Docker Engine does not give out {name}: {(int)answer.StatusCode}");
    }

    private static async ValueTask<Stream> ConnectAsync(CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(DockerSocket.Path), ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class Saved(ImageArchive archive, DirectoryInfo folder) : IDisposable
    {
        public void Dispose()
        {
            archive.Dispose();
            folder.Delete(recursive: true);
        }
    }
}
