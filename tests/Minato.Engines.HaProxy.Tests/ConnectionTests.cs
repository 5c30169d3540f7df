using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Minato.Engines.Proxy;
using Minato.Testing.Proxy;

namespace Minato.Engines.HaProxy.Tests;

/// <summary>What listeners with TLS tell of connections, for logs.</summary>
[Trait("Floor", "engine")]
public sealed class ConnectionTests : OnHaProxy
{
    [Fact]
    public async Task Requests_of_a_listener_with_tls_tell_their_connection()
    {
        await using var told = Told();
        var listener = Listener(ProxyProtocol.Http);
        await ApplyAsync(listener, new() { Id = "web", Servers = [await Bed.StartTargetAsync("one")] });
        await Bed.SendAsync(listener, new());
        await Bed.SendAsync(listener, new());
        var (first, second) = ((await told.NextAsync()).Details.ShouldNotBeNull(), (await told.NextAsync()).Details.ShouldNotBeNull());
        first.HandshakeTime.ShouldNotBeNull(); // In whole milliseconds: a quick one takes none.
        first.ConnectedAt.ShouldNotBeNull().ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
        (second.ConnectedAt, second.ClientPort).ShouldBe((first.ConnectedAt, first.ClientPort), "it came over the same");
        first.ServerName.ShouldBe("lb.example.com");
    }

    [Fact]
    public async Task A_handshake_that_fails_is_told()
    {
        await using var told = Told();
        var listener = Listener(ProxyProtocol.Http) with { Tls = GivenTls.Of(GivenTls.Certificate("default")) with { Oldest = "TLSv1.3", Ciphers = ["TLS_AES_128_GCM_SHA256"] } };
        await ApplyAsync(listener, new() { Id = "web", Servers = [await Bed.StartTargetAsync("one")] });
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Parse(listener.Address), listener.Port, Stopping);
        await using var stream = new SslStream(client.GetStream());
        await Should.ThrowAsync<Exception>(() => stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "x", EnabledSslProtocols = SslProtocols.Tls12 }, Stopping));
        var connection = (await told.NextAsync()).Connection.ShouldNotBeNull();
        (connection.HandshakeFault, connection.ClientAddress, connection.TlsProtocol).ShouldBe((0, "127.0.0.1", null));
    }

    [Fact]
    public async Task A_forwarded_connection_with_tls_is_told_when_it_ends()
    {
        await using var told = Told();
        var listener = Listener(ProxyProtocol.Tcp);
        var one = await Bed.StartTargetAsync("one");
        await ApplyAsync(listener, new() { Id = "web", Protocol = new() { IsTcp = true }, Servers = [one] });
        using (var client = new TcpClient())
        {
            await client.ConnectAsync(IPAddress.Parse(listener.Address), listener.Port, Stopping);
            await using var stream = new SslStream(client.GetStream());
            await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "flow.example.com", RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null }, Stopping);
            await stream.WriteAsync("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8.ToArray(), Stopping);
            (await stream.ReadAsync(new byte[100], Stopping)).ShouldBeGreaterThan(0);
        }
        var connection = (await told.NextAsync()).Connection.ShouldNotBeNull();
        (connection.ServerAddress, connection.ServerPort, connection.ServerName, connection.HandshakeFault).ShouldBe((one.Address, one.Port, "flow.example.com", null));
        (connection.TlsProtocol ?? "").ShouldStartWith("TLSv1.");
        connection.HandshakeTime.ShouldNotBeNull();
        connection.BytesIn.ShouldBeGreaterThan(30);
    }

    private ProxyListener Listener(ProxyProtocol protocol) => new()
    {
        Id = "secure", Address = Bed.Address, Port = Bed.NewPort(), Protocol = protocol, TellsAll = true, DefaultAction = new ProxyAction.Forward([new("web", 1)]),
        Tls = GivenTls.Of(GivenTls.Certificate("default")) with { Alpn = ["http/1.1"] },
    };

    private async Task ApplyAsync(ProxyListener listener, ProxyBackend backend) =>
        (await Bed.Engine.ApplyAsync(new() { Listeners = [listener], Backends = [backend] }, Stopping)).ShouldBe(new ApplyOutcome.Applied());

    private Reader Told() => new(Bed.Engine);

    /// <summary>Listens from its making on.</summary>
    private sealed class Reader : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<IReadOnlyList<ProxyRequest>> batches;
        private readonly Queue<ProxyRequest> waiting = new();
        private Task<bool> next;

        public Reader(IProxyEngine engine)
        {
            batches = engine.RequestsAsync(Stopping).GetAsyncEnumerator(Stopping);
            next = batches.MoveNextAsync().AsTask();
        }

        public async Task<ProxyRequest> NextAsync()
        {
            while (waiting.Count == 0)
            {
                (await next.WaitAsync(TimeSpan.FromSeconds(20), Stopping)).ShouldBeTrue();
                foreach (var request in batches.Current) waiting.Enqueue(request);
                next = batches.MoveNextAsync().AsTask();
            }
            return waiting.Dequeue();
        }

        public async ValueTask DisposeAsync()
        {
            try
            {
                await next.WaitAsync(TimeSpan.FromMilliseconds(10), Stopping);
            }
            catch (TimeoutException)
            {
                return; // Nothing more comes; the engine's end ends the reading.
            }
            await batches.DisposeAsync();
        }
    }
}
