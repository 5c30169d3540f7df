using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;

namespace Minato.Engines.Registries;

/// <summary>One client for all other registries.</summary>
internal sealed class RegistryClient(TimeProvider clock) : IRegistryClient, IDisposable
{
    private const int LargestManifest = 4 * 1024 * 1024;
    private const int MostTokens = 1_000;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30); // For the beginning of an answer.

    private static readonly string[] s_manifestTypes =
    [
        "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json", "application/vnd.docker.distribution.manifest.v2+json",
    ];

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        ConnectTimeout = TimeSpan.FromSeconds(10), MaxConnectionsPerServer = 16, PooledConnectionLifetime = TimeSpan.FromMinutes(5), MaxAutomaticRedirections = 5,
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    private readonly ConcurrentDictionary<(Uri Root, string? User, string Name), RegistryToken> _tokens = new();

    public async ValueTask<ManifestOutcome> ManifestAsync(UpstreamAddress upstream, string name, string reference, CancellationToken ct)
    {
        try
        {
            using var answer = await SendAsync(upstream, name, $"/v2/{name}/manifests/{reference}", s_manifestTypes, ct);
            if (!answer.IsSuccessStatusCode) return new ManifestOutcome.Failed(FailureOf(answer.StatusCode), $"{upstream.Root.Host} answered {(int)answer.StatusCode}");
            var bytes = await ReadAsync(answer.Content, ct);
            if (bytes is null) return new ManifestOutcome.Failed(UpstreamFailure.Unavailable, $"the manifest is larger than {LargestManifest} bytes");
            var digest = $"sha256:{Convert.ToHexStringLower(SHA256.HashData(bytes))}";
            if (reference.StartsWith("sha256:", StringComparison.Ordinal) && reference != digest)
                return new ManifestOutcome.Failed(UpstreamFailure.Unavailable, $"{upstream.Root.Host} gave {digest} for {reference}");
            return new ManifestOutcome.Found(bytes, answer.Content.Headers.ContentType?.MediaType ?? "", digest);
        }
        catch (Exception e) when (IsTrouble(e, ct))
        {
            return new ManifestOutcome.Failed(UpstreamFailure.Unavailable, e.Message);
        }
    }

    public async ValueTask<BlobOutcome> BlobAsync(UpstreamAddress upstream, string name, string digest, CancellationToken ct)
    {
        try
        {
            var answer = await SendAsync(upstream, name, $"/v2/{name}/blobs/{digest}", [], ct);
            if (answer.IsSuccessStatusCode) return new BlobOutcome.Found(await answer.Content.ReadAsStreamAsync(ct)); // Disposing of it closes the answer.
            using (answer) return new BlobOutcome.Failed(FailureOf(answer.StatusCode), $"{upstream.Root.Host} answered {(int)answer.StatusCode}");
        }
        catch (Exception e) when (IsTrouble(e, ct))
        {
            return new BlobOutcome.Failed(UpstreamFailure.Unavailable, e.Message);
        }
    }

    public void Dispose() => _http.Dispose();

    private async ValueTask<HttpResponseMessage> SendAsync(UpstreamAddress upstream, string name, string path, string[] accept, CancellationToken ct)
    {
        var key = (upstream.Root, upstream.User, name);
        var known = _tokens.TryGetValue(key, out var token) && token.Until > clock.GetUtcNow() ? token.Value : null;
        var answer = await OnceAsync(upstream, path, accept, known is null ? Basic(upstream) : new("Bearer", known), ct);
        if (answer.StatusCode is not HttpStatusCode.Unauthorized || BearerChallenge.Read(answer.Headers.WwwAuthenticate) is not { } challenge) return answer;
        answer.Dispose();
        var fresh = await challenge.FetchAsync(_http, upstream, Basic(upstream), name, clock, s_patience, ct);
        if (_tokens.Count >= MostTokens) _tokens.Clear();
        _tokens[key] = fresh;
        return await OnceAsync(upstream, path, accept, new("Bearer", fresh.Value), ct);
    }

    private async ValueTask<HttpResponseMessage> OnceAsync(UpstreamAddress upstream, string path, string[] accept, AuthenticationHeaderValue? login, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(upstream.Root, path));
        request.Headers.Authorization = login;
        foreach (var type in accept) request.Headers.Accept.ParseAdd(type);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(s_patience);
        return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
    }

    private static AuthenticationHeaderValue? Basic(UpstreamAddress upstream) => upstream.User is null
        ? null : new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{upstream.User}:{upstream.Password}")));

    private static async ValueTask<byte[]?> ReadAsync(HttpContent content, CancellationToken ct)
    {
        await using var body = await content.ReadAsStreamAsync(ct);
        using var bytes = new MemoryStream();
        var buffer = new byte[32 * 1024];
        for (int read; (read = await body.ReadAsync(buffer, ct)) > 0;)
        {
            bytes.Write(buffer.AsSpan(0, read));
            if (bytes.Length > LargestManifest) return null;
        }

        return bytes.ToArray();
    }

    private static UpstreamFailure FailureOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.NotFound => UpstreamFailure.NotFound,
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => UpstreamFailure.Denied,
        HttpStatusCode.TooManyRequests => UpstreamFailure.TooManyRequests,
        _ => UpstreamFailure.Unavailable,
    };

    private static bool IsTrouble(Exception e, CancellationToken ct) =>
        e is HttpRequestException or IOException or UriFormatException || (e is OperationCanceledException && !ct.IsCancellationRequested);
}
