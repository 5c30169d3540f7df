using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Minato.Engines.Proxy;
using Minato.Testing.Proxy;

namespace Minato.Engines.HaProxy.Tests;

/// <summary>What HAProxy counts, and what it does not.</summary>
[Trait("Floor", "engine")]
public sealed class CounterTests : OnHaProxy
{
    [Fact]
    public async Task A_request_that_is_tried_again_elsewhere_counts_once()
    {
        var (dead, alive) = (await Bed.StartTargetAsync("dead"), await Bed.StartTargetAsync("alive"));
        var listener = Listener("http");
        await ApplyAsync(listener, new() { Id = "web", Servers = [dead, alive] });
        await Bed.StopTargetAsync(dead);
        for (var i = 0; i < 10; i++) (await Bed.SendAsync(listener, new())).Server.ShouldBe("alive");
        var counted = await CountedAsync(s => s.Servers.Sum(r => r.Responses2xx) == 10);
        counted.Servers.Select(s => (s.Server, s.Requests)).ShouldBe([("dead", 0L), ("alive", 10L)]);
    }

    [Fact]
    public async Task A_request_that_no_server_takes_counts_once()
    {
        var dead = await Bed.StartTargetAsync("dead");
        var listener = Listener("http");
        await ApplyAsync(listener, new() { Id = "web", Servers = [dead] });
        await Bed.StopTargetAsync(dead);
        for (var i = 0; i < 3; i++) (await Bed.SendAsync(listener, new())).Status.ShouldBe(502);
        var counted = await CountedAsync(s => s.Servers.Sum(r => r.ConnectionErrors) == 3);
        counted.Servers.Single().ShouldSatisfyAllConditions(s => s.Requests.ShouldBe(3), s => s.ConnectionErrors.ShouldBe(3), s => s.TlsErrors.ShouldBe(0));
    }

    [Fact]
    public async Task Handshakes_of_clients_that_fail_are_counted()
    {
        var one = await Bed.StartTargetAsync("one");
        var listener = Listener("https") with { Tls = GivenTls.Of(GivenTls.Certificate("default")) with { Oldest = "TLSv1.3", Ciphers = ["TLS_AES_128_GCM_SHA256"] } };
        await ApplyAsync(listener, new() { Id = "web", Servers = [one] });
        (await Bed.SendAsync(listener, new())).Status.ShouldBe(200);
        for (var i = 0; i < 2; i++) await Should.ThrowAsync<Exception>(() => ShakeHandsAsync(listener, SslProtocols.Tls12));
        var counted = await CountedAsync(s => s.Listeners.Single().TlsErrors > 1);
        counted.Listeners.Single().TlsErrors.ShouldBe(2);
        counted.Servers.Single().TlsErrors.ShouldBe(0);
    }

    [Fact]
    public async Task A_connection_that_ends_without_a_word_is_a_handshake_that_failed()
    {
        var one = await Bed.StartTargetAsync("one");
        var listener = Listener("https") with { Tls = GivenTls.Of(GivenTls.Certificate("default")) };
        await ApplyAsync(listener, new() { Id = "web", Servers = [one] });
        using (var silent = new TcpClient()) await silent.ConnectAsync(listener.Address, listener.Port, Stopping);
        (await Bed.SendAsync(listener, new())).Status.ShouldBe(200);
        var counted = await CountedAsync(s => s.Listeners.Single() is { Connections: 2, ActiveConnections: 1 });
        counted.Listeners.Single().TlsErrors.ShouldBe(1);
    }

    [Fact]
    public async Task Handshakes_with_servers_that_fail_are_counted()
    {
        var plain = await Bed.StartTargetAsync("plain");
        var listener = Listener("http");
        await ApplyAsync(listener, new() { Id = "web", Servers = [plain], Protocol = new() { IsTls = true } });
        (await Bed.SendAsync(listener, new())).Status.ShouldBe(502);
        var counted = await CountedAsync(s => s.Servers.Single().TlsErrors > 0);
        counted.Servers.Single().ShouldSatisfyAllConditions(s => s.TlsErrors.ShouldBeGreaterThan(0), s => s.Requests.ShouldBe(1));
        counted.Listeners.Single().TlsErrors.ShouldBe(0);
    }

    [Fact]
    public async Task Bytes_to_and_from_a_server_are_counted()
    {
        var one = await Bed.StartTargetAsync("one");
        var listener = Listener("http");
        await ApplyAsync(listener, new() { Id = "web", Servers = [one] });
        await Bed.SendAsync(listener, new());
        (await CountedAsync(s => s.Servers.Single().Bytes > 0)).Servers.Single().Bytes.ShouldBeGreaterThan(100);
    }

    private static async Task ShakeHandsAsync(ProxyListener listener, SslProtocols versions)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(listener.Address, listener.Port, Stopping);
        await using var stream = new SslStream(client.GetStream());
        await stream.AuthenticateAsClientAsync(
            new() { TargetHost = "x", EnabledSslProtocols = versions, RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null }, Stopping);
    }

    /// <summary>An answer reaches its client a moment before HAProxy has counted it.</summary>
    private async Task<ProxyStatistics> CountedAsync(Func<ProxyStatistics, bool> isThere)
    {
        for (var look = 0; ; look++)
        {
            var counted = await Bed.Engine.StatisticsAsync(Stopping);
            if (look == 200 || isThere(counted)) return counted;
            await Task.Delay(5, Stopping);
        }
    }

    private async Task ApplyAsync(ProxyListener listener, ProxyBackend backend) =>
        (await Bed.Engine.ApplyAsync(new() { Listeners = [listener], Backends = [backend] }, Stopping)).ShouldBe(new ApplyOutcome.Applied());

    private ProxyListener Listener(string id) => new() { Id = id, Address = Bed.Address, Port = Bed.NewPort(), DefaultAction = new ProxyAction.Forward([new("web", 1)]) };
}
