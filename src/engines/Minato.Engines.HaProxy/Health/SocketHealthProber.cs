using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Health;

/// <summary>Asks over a socket of its own each time and reads no further than the status line; many hundreds may run at once.</summary>
internal sealed class SocketHealthProber(TimeProvider clock) : IHealthProber
{
    private const int LongestAnswer = 16 * 1024;

    /// <summary>The signature, version 2 and "local": a connection of the sender's own. No addresses follow.</summary>
    private static readonly byte[] s_proxyHeader = [.. "\r\n\r\n\0\r\nQUIT\n"u8, 0x20, 0, 0, 0];

    public async ValueTask<ProbeOutcome> ProbeAsync(ProbeRequest request, CancellationToken ct)
    {
        if (!IPAddress.TryParse(request.Address, out var address)) return new ProbeOutcome.Failed($"'{request.Address}' is not an address");
        if (request.Path is { } path && path.AsSpan().ContainsAnyInRange('\0', ' ')) return new ProbeOutcome.Failed("the health check path has blanks in it");
        using var timeout = new CancellationTokenSource(request.Timeout, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            var target = new IPEndPoint(address, request.Port);
            return request.IsGrpc ? await GrpcProber.AskAsync(target, request, limit.Token) : await AskAsync(target, request, limit.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested) { return new ProbeOutcome.TimedOut(); }
        catch (SocketException e) { return new ProbeOutcome.Failed(Reason(e)); }
        catch (AuthenticationException) { return new ProbeOutcome.Failed("the target does not speak TLS"); }
        catch (IOException e) { return new ProbeOutcome.Failed(e.InnerException is SocketException inner ? Reason(inner) : "the target closed the connection without an answer"); }
        catch (ArgumentOutOfRangeException) { return new ProbeOutcome.Failed($"{request.Port} is not a port"); }
    }

    private static async ValueTask<ProbeOutcome> AskAsync(IPEndPoint target, ProbeRequest request, CancellationToken ct)
    {
        using var socket = await ProbeSocket.ConnectAsync(target, request.Source, ct);
        if (request.SendsProxyHeader) await socket.SendAsync(s_proxyHeader, ct);
        if (request.Path is not { } path) return new ProbeOutcome.Connected();
        await using Stream plain = new NetworkStream(socket);
        await using var stream = request.IsTls ? await SecureAsync(plain, ct) : plain;
        await stream.WriteAsync(Request(target, path, request.IsTls ? 443 : 80), ct);
        return await ReadStatusAsync(stream, ct);
    }

    /// <summary>AWS: whoever answers is the target; its certificate is not looked at.</summary>
    private static async ValueTask<Stream> SecureAsync(Stream plain, CancellationToken ct)
    {
        var secure = new SslStream(plain);
        await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = static (_, certificate, _, _) => certificate is not null }, ct);
        return secure;
    }

    /// <summary>AWS: the Host header names the target, with its port unless that is the protocol's own.</summary>
    private static byte[] Request(IPEndPoint target, string path, int usualPort)
    {
        var hostName = target.Port == usualPort ? target.ToString()[..target.ToString().LastIndexOf(':')] : target.ToString();
        return Encoding.UTF8.GetBytes(
            $"GET {(path.StartsWith('/') ? path : "/" + path)} HTTP/1.1\r\nHost: {hostName}\r\nConnection: close\r\nUser-Agent: ELB-HealthChecker/2.0\r\nAccept-Encoding: gzip, compressed\r\n\r\n");
    }

    private static async ValueTask<ProbeOutcome> ReadStatusAsync(Stream stream, CancellationToken ct)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(LongestAnswer);
        try
        {
            for (var length = 0; length < LongestAnswer;)
            {
                var read = await stream.ReadAsync(buffer.AsMemory(length, LongestAnswer - length), ct);
                if (read == 0) return new ProbeOutcome.Failed(length == 0 ? "the target closed the connection without an answer" : "the target's answer is not HTTP");
                length += read;
                if (buffer.AsSpan(0, length).IndexOf((byte)'\n') is >= 0 and var end) return Status(buffer.AsSpan(0, end));
            }
            return new ProbeOutcome.Failed("the target's answer is not HTTP");
        }
        finally { ArrayPool<byte>.Shared.Return(buffer); }
    }

    private static ProbeOutcome Status(ReadOnlySpan<byte> line)
    {
        const int Code = 9; // "HTTP/1.1 200"
        return line.StartsWith("HTTP/1."u8) && line.Length >= Code + 3
            && int.TryParse(line.Slice(Code, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status)
            ? new ProbeOutcome.Answered(status)
            : new ProbeOutcome.Failed("the target's answer is not HTTP");
    }

    private static string Reason(SocketException e) => e.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.ConnectionReset => "connection reset by the target",
        SocketError.HostUnreachable or SocketError.NetworkUnreachable => "the target cannot be reached",
        _ => e.Message,
    };
}
