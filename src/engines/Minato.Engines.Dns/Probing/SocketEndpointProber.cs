using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;

namespace Minato.Engines.Dns.Probing;

/// <summary>A connection of its own for each probe, with AWS's patience: 4 s to connect (10 s for TCP alone), 2 s to the status, 2 s to the text.</summary>
internal sealed class SocketEndpointProber(TimeProvider clock) : IEndpointProber
{
    private const int SearchedBytes = 5120;
    private static readonly TimeSpan s_connect = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan s_connectAlone = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_answer = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_text = TimeSpan.FromSeconds(2);

    public async ValueTask<EndpointOutcome> ProbeAsync(EndpointProbe probe, CancellationToken ct)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await WithinAsync(probe.Path is null ? s_connectAlone : s_connect, limit => ConnectAsync(socket, probe, limit), ct);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new EndpointOutcome.Ill("Failure: Connection timed out. The endpoint or the internet connection is down, or requests are being blocked by your firewall. See http://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-router-firewall-rules.html");
        }
        catch (SocketException e)
        {
            return new EndpointOutcome.Ill(e.SocketErrorCode == SocketError.ConnectionRefused
                ? "Failure: Connection refused."
                : $"Failure: {e.Message}.");
        }

        if (probe.Path is null) return new EndpointOutcome.Well("Success: The health checker could establish a TCP connection with the endpoint.");
        return await AskAsync(socket, probe, probe.Path, ct);
    }

    private async ValueTask<EndpointOutcome> AskAsync(Socket socket, EndpointProbe probe, string path, CancellationToken ct)
    {
        try
        {
            Stream stream = new NetworkStream(socket);
            await using var plain = stream.ConfigureAwait(false);
#pragma warning disable CA5359 // AWS: health checkers do not look at the certificate.
            using var tls = probe.IsTls ? new SslStream(stream, true, (_, _, _, _) => true) : null;
#pragma warning restore CA5359
            var answer = new HttpHead();
            await WithinAsync(s_answer, async limit =>
            {
                if (tls is not null) await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = probe.NamesServer ? probe.HostName : "" }, limit);
                if (tls is not null) stream = tls;
                await stream.WriteAsync(Request(probe, path), limit);
                while (answer.Status is null && await answer.ReadAsync(stream, limit)) { }
            }, ct);
            if (answer.Status is not { } status) return new EndpointOutcome.Ill("Failure: The health checker could not read an HTTP response of the endpoint.");
            var said = string.Create(CultureInfo.InvariantCulture, $"HTTP Status Code {status}, {answer.Reason}");
            if (status is < 200 or >= 400) return new EndpointOutcome.Ill($"Failure: {said}");
            if (probe.Text is not { } text) return new EndpointOutcome.Well($"Success: {said}");
            var wanted = Encoding.UTF8.GetBytes(text);
            var found = false;
            await WithinAsync(s_text, async limit =>
            {
                while (!(found = answer.Body(SearchedBytes).IndexOf(wanted) >= 0) && answer.BodyLength < SearchedBytes && await answer.ReadAsync(stream, limit)) { }
            }, ct);
            return found ? new EndpointOutcome.Well($"Success: {said}") : new EndpointOutcome.Ill($"Failure: {said}. The string was not found in the response body.");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return new EndpointOutcome.Ill("Failure: Response timed out. The endpoint did not respond in time.");
        }
        catch (Exception e) when (e is IOException or SocketException or System.Security.Authentication.AuthenticationException)
        {
            return new EndpointOutcome.Ill($"Failure: {e.Message}");
        }
    }

    private static async ValueTask ConnectAsync(Socket socket, EndpointProbe probe, CancellationToken ct)
    {
        if (IPAddress.TryParse(probe.Address, out var address)) await socket.ConnectAsync(address, probe.Port, ct);
        else await socket.ConnectAsync(probe.Address, probe.Port, ct);
    }

    private async ValueTask WithinAsync(TimeSpan patience, Func<CancellationToken, ValueTask> work, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(patience, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        await work(limit.Token);
    }

    internal static byte[] Request(EndpointProbe probe, string path)
    {
        var usual = probe.IsTls ? 443 : 80;
        var name = probe.HostName ?? (probe.Address.Contains(':', StringComparison.Ordinal) ? $"[{probe.Address}]" : probe.Address);
        var host = name + (probe.Port == usual ? "" : string.Create(CultureInfo.InvariantCulture, $":{probe.Port}"));
        return Encoding.UTF8.GetBytes($"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nUser-Agent: Amazon-Route53-Health-Check-Service (ref minato; report http://amzn.to/1vsZADi)\r\nAccept: */*\r\nAccept-Encoding: *\r\n\r\n");
    }
}
