using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Health;

/// <summary>Calls a method of gRPC without arguments, on a connection of its own; what it answers is its status.</summary>
internal static class GrpcProber
{
    private const string Status = "grpc-status";

    /// <summary>A message of no bytes: not compressed, and a length of nothing.</summary>
    private static readonly byte[] s_nothing = new byte[5];

    public static async ValueTask<ProbeOutcome> AskAsync(IPEndPoint target, ProbeRequest request, CancellationToken ct)
    {
        using var handler = new SocketsHttpHandler
        {
            UseProxy = false, SslOptions = new() { RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null },
            ConnectCallback = async (_, stop) => new NetworkStream(await ProbeSocket.ConnectAsync(target, request.Source, stop), ownsSocket: true),
        };
        using var client = new HttpClient(handler);
        using var call = new HttpRequestMessage(HttpMethod.Post, $"{(request.IsTls ? "https" : "http")}://{target}{request.Path}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(s_nothing) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        call.Headers.TE.Add(new("trailers"));
        call.Headers.UserAgent.ParseAdd("ELB-HealthChecker/2.0");
        try
        {
            using var answer = await client.SendAsync(call, ct);
            // A call that fails at once says so in its headers, without trailers.
            var told = answer.TrailingHeaders.TryGetValues(Status, out var trailing) || answer.Headers.TryGetValues(Status, out trailing) ? trailing.FirstOrDefault() : null;
            return int.TryParse(told, NumberStyles.None, CultureInfo.InvariantCulture, out var code)
                ? new ProbeOutcome.Answered(code)
                : new ProbeOutcome.Failed("the target's answer is not gRPC");
        }
        catch (HttpRequestException e)
        {
            return new ProbeOutcome.Failed(e.HttpRequestError is HttpRequestError.ConnectionError ? "connection refused" : "the target's answer is not gRPC");
        }
    }
}
