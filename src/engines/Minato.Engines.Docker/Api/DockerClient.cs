using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.RegularExpressions;
using Minato.Engines.Containers;

namespace Minato.Engines.Docker;

/// <summary>The Docker Engine API over its unix socket. Throws <see cref="DockerException"/> when the daemon refuses and
/// <see cref="EngineUnavailableException"/> when it does not answer. Connections are kept and reused.</summary>
internal sealed partial class DockerClient : IDisposable
{
    /// <summary>Large enough for the list of some ten thousand containers.</summary>
    private const int LongestAnswer = 64 * 1024 * 1024;
    private const int LongestError = 64 * 1024;

    private readonly DockerEngineOptions options;
    private readonly HttpClient http;

    // Docker 20.10. A daemon that finds this too old names its minimum, and that is used from then on.
    private volatile string version = "v1.41";

    public DockerClient(DockerEngineOptions options)
    {
        this.options = options;
        http = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = (_, ct) => options.Remote is { } remote ? ConnectAsync(remote, ct) : ConnectAsync(options.SocketPath, ct),
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            ActivityHeadersPropagator = null,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
        })
        {
            BaseAddress = new Uri("http://docker/"),
            Timeout = Timeout.InfiniteTimeSpan,
        };
    }

    /// <summary>Where it is, for people.</summary>
    public string Name => options.Remote is { } remote ? $"tcp://{remote.Host}:{remote.Port}" : options.SocketPath;

    public void Dispose() => http.Dispose();

    public async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> json, CancellationToken ct)
    {
        using var deadline = Deadline.In(options.CallTimeout, ct);
        return await GuardAsync(deadline, async token =>
        {
            using var response = await SendAsync(HttpMethod.Get, path, null, null, token);
            return await ReadAsync(response, json, token);
        });
    }

    public async Task<TAnswer> PostAsync<TBody, TAnswer>(
        string path, TBody body, JsonTypeInfo<TBody> bodyJson, JsonTypeInfo<TAnswer> answerJson, CancellationToken ct)
    {
        using var deadline = Deadline.In(options.CallTimeout, ct);
        var content = new Body(JsonSerializer.SerializeToUtf8Bytes(body, bodyJson), "application/json");
        return await GuardAsync(deadline, async token =>
        {
            using var response = await SendAsync(HttpMethod.Post, path, content, null, token);
            return await ReadAsync(response, answerJson, token);
        });
    }

    /// <summary>For calls whose answer is only that it was done.</summary>
    public async Task DoAsync(HttpMethod method, string path, CancellationToken ct, TimeSpan? extraTime = null, Body? body = null)
    {
        using var deadline = Deadline.In(options.CallTimeout + (extraTime ?? TimeSpan.Zero), ct);
        await GuardAsync(deadline, async token =>
        {
            using var response = await SendAsync(method, path, body, null, token);
            await ReadBytesAsync(response, LongestAnswer, token); // Read to its end, so that the connection can be used again.
            return true;
        });
    }

    /// <summary>Opens an answer that comes bit by bit. Reading it throws what reading a broken socket throws: see
    /// <see cref="IsAway"/>.</summary>
    public async Task<HttpResponseMessage> OpenAsync(
        HttpMethod method, string path, CancellationToken ct, Body? body = null, string? registryAuth = null)
    {
        using var none = Deadline.In(Timeout.InfiniteTimeSpan, ct);
        return await GuardAsync(none, token => SendAsync(method, path, body, registryAuth, token));
    }

    /// <summary>Whether an exception of a transport means that the daemon went away.</summary>
    public static bool IsAway(Exception e) => e is HttpRequestException or IOException or SocketException or AuthenticationException or CryptographicException;

    public EngineUnavailableException Away(Exception? cause) => new(Advice(cause), cause);

    private string Advice(Exception? cause) => (cause?.GetBaseException() as SocketException)?.SocketErrorCode switch
    {
        _ when options.Remote is { } remote =>
            $"Docker Engine does not answer on {Name}: {cause?.GetBaseException().Message.TrimEnd('.')}. Look whether it listens there with TLS, and whether " +
            $"the certificates in {remote.CertificateFolder} are the ones it knows.",
        SocketError.AccessDenied =>
            $"Docker Engine on {options.SocketPath} may not be used by this user: run as root, or add the user to the group " +
            "of the socket (`usermod -aG docker NAME`) and log in again.",
        _ when !File.Exists(options.SocketPath) =>
            $"Docker Engine does not answer on {options.SocketPath}: start it with `systemctl start docker` (or `dockerd &`); " +
            "if it is not installed, `apt-get install docker.io`.",
        _ => $"Docker Engine does not answer on {options.SocketPath}: start it with `systemctl start docker` (or `dockerd &`) " +
            "and look at its log for the reason it stopped.",
    };

    private async Task<T> GuardAsync<T>(Deadline deadline, Func<CancellationToken, Task<T>> call)
    {
        try
        {
            return await call(deadline.Token);
        }
        catch (OperationCanceledException) when (deadline.Passed)
        {
            throw new EngineUnavailableException(
                $"Docker Engine on {Name} took a call but did not answer within {deadline.After.TotalSeconds:0} s: " +
                "look at the load of this machine and at the daemon's log.");
        }
        catch (Exception e) when (IsAway(e))
        {
            throw Away(e);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, Body? body, string? registryAuth, CancellationToken ct)
    {
        var asked = version;
        using var request = new HttpRequestMessage(method, asked + path);
        if (body is not null)
            request.Content = new ByteArrayContent(body.Bytes) { Headers = { ContentType = new(body.MediaType) } };
        if (registryAuth is not null) request.Headers.TryAddWithoutValidation("X-Registry-Auth", registryAuth);

        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
        if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotModified) return response;

        using (response)
        {
            var message = await ReadErrorAsync(response, ct);
            if (response.StatusCode == HttpStatusCode.BadRequest && MinimumVersion().Match(message) is { Success: true } minimum
                && version == asked)
            {
                version = "v" + minimum.Groups["minimum"].Value;
                return await SendAsync(method, path, body, registryAuth, ct);
            }
            throw new DockerException(response.StatusCode, message);
        }
    }

    private static async Task<T> ReadAsync<T>(HttpResponseMessage response, JsonTypeInfo<T> json, CancellationToken ct)
    {
        var bytes = await ReadBytesAsync(response, LongestAnswer, ct);
        return JsonSerializer.Deserialize(bytes.Span, json)
            ?? throw new InvalidDataException("Docker Engine answered null.");
    }

    private static async Task<string> ReadErrorAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var bytes = await ReadBytesAsync(response, LongestError, ct);
        try
        {
            return JsonSerializer.Deserialize(bytes.Span, DockerJson.Default.ErrorAnswer)?.Message
                ?? $"Docker Engine answered {(int)response.StatusCode}.";
        }
        catch (JsonException)
        {
            return $"Docker Engine answered {(int)response.StatusCode}: {System.Text.Encoding.UTF8.GetString(bytes.Span)}";
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadBytesAsync(HttpResponseMessage response, int bound, CancellationToken ct)
    {
        await using var stream = await response.Content.ReadAsStreamAsync(ct);
        var known = response.Content.Headers.ContentLength ?? 4096;
        if (known > bound) throw TooLong(bound);
        var buffer = new byte[Math.Max(known, 16)];
        var length = 0;
        int read;
        while ((read = await stream.ReadAsync(buffer.AsMemory(length), ct)) > 0)
        {
            length += read;
            if (length > bound) throw TooLong(bound);
            if (length == buffer.Length) Array.Resize(ref buffer, buffer.Length * 2);
        }
        return buffer.AsMemory(0, length);
    }

    private static InvalidDataException TooLong(int bound) => new($"Docker Engine answered more than {bound} bytes.");

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async ValueTask<Stream> ConnectAsync(RemoteEngine remote, CancellationToken ct)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SslStream? tls = null;
        try
        {
            await socket.ConnectAsync(remote.Host, remote.Port, ct);
            tls = new(new NetworkStream(socket, ownsSocket: true));
            await tls.AuthenticateAsClientAsync(remote.Authentication(), ct);
            return tls;
        }
        catch
        {
            if (tls is not null) await tls.DisposeAsync();
            socket.Dispose();
            throw;
        }
    }

    [GeneratedRegex(@"client version \S+ is too old\. Minimum supported API version is (?<minimum>\d+\.\d+)",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex MinimumVersion();

    internal sealed record Body(byte[] Bytes, string MediaType);

    /// <summary>Tells a call that took too long from one whose caller lost interest.</summary>
    private sealed class Deadline : IDisposable
    {
        private readonly CancellationTokenSource source;
        private readonly CancellationToken caller;

        private Deadline(TimeSpan after, CancellationToken caller)
        {
            this.caller = caller;
            After = after;
            source = CancellationTokenSource.CreateLinkedTokenSource(caller);
            source.CancelAfter(after);
        }

        public TimeSpan After { get; }

        public CancellationToken Token => source.Token;

        public bool Passed => source.IsCancellationRequested && !caller.IsCancellationRequested;

        public static Deadline In(TimeSpan after, CancellationToken caller) => new(after, caller);

        public void Dispose() => source.Dispose();
    }
}
