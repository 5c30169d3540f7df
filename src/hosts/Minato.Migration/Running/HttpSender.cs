using System.Collections.Immutable;
using System.Net.Security;
using System.Text;
using Minato.Migration.Plans;

namespace Minato.Migration.Running;

/// <summary>Sends over real sockets. Certificates are not asked for: a side may be reached at an address that none is made out to.</summary>
internal sealed class HttpSender : IHttpSender, IDisposable
{
    private readonly HttpMessageInvoker _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, UseCookies = false, UseProxy = false, MaxConnectionsPerServer = 16,
#pragma warning disable CA5359 // What is sent is no secret, and what comes back is compared, not trusted; load balancers do the same with targets.
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, _, _, _) => true },
#pragma warning restore CA5359
    });

    public async Task<HttpAnswer> SendAsync(SideAddress side, MirrorRequest request, TimeSpan timeout, int maxBody, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(timeout);
        try
        {
            using var message = Message(side, request);
            using var answer = await _http.SendAsync(message, limit.Token);
            var (body, isCut) = await ReadAsync(await answer.Content.ReadAsStreamAsync(limit.Token), maxBody, limit.Token);
            var headers = answer.Headers.Concat(answer.Content.Headers).ToImmutableSortedDictionary(h => h.Key.ToLowerInvariant(), h => string.Join(", ", h.Value), StringComparer.Ordinal);
            return new((int)answer.StatusCode, headers, body, isCut, null);
        }
        catch (HttpRequestException e) { return HttpAnswer.Failed(e.Message); }
        catch (IOException e) { return HttpAnswer.Failed(e.Message); }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return HttpAnswer.Failed($"no answer within {Durations.Show(timeout)}");
        }
    }

    public void Dispose() => _http.Dispose();

    private static HttpRequestMessage Message(SideAddress side, MirrorRequest request)
    {
        // Put together as text: two slashes at the beginning of a path, which access logs are full of, would be taken for another host.
        var message = new HttpRequestMessage(new(request.Method), new Uri(side.Url.GetLeftPart(UriPartial.Authority) + request.Path));
        if (request.Body is { } body) message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        foreach (var (name, value) in request.Headers)
            if (!message.Headers.TryAddWithoutValidation(name, value)) message.Content?.Headers.TryAddWithoutValidation(name, value);
        if (message.Headers.Host is null && side.Host is { } host) message.Headers.TryAddWithoutValidation("Host", host);
        if (side is { Header: { } header, Value: { } chosen }) message.Headers.TryAddWithoutValidation(header, chosen);
        return message;
    }

    private static async Task<(ReadOnlyMemory<byte> Body, bool IsCut)> ReadAsync(Stream stream, int max, CancellationToken ct)
    {
        var buffer = new byte[Math.Min(max + 1, 64 << 10)];
        using var body = new MemoryStream();
        while (body.Length <= max && await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, max + 1 - body.Length)), ct) is var read and > 0) body.Write(buffer, 0, read);
        return body.Length > max ? (body.ToArray().AsMemory(0, max), true) : (body.ToArray(), false);
    }
}
