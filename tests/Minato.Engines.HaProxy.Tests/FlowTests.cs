using System.Net;
using System.Net.Sockets;
using System.Text;
using Minato.Engines.HaProxy.Datagrams;
using Minato.Engines.HaProxy.Health;
using Minato.Engines.Proxy;
using Minato.Engines.Simulated;
using Minato.Testing.Proxy;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Minato.Engines.HaProxy.Tests;

/// <summary>Connections and datagrams that are forwarded as they are, with clients and servers that look at every byte.</summary>
[Trait("Floor", "engine")]
public sealed class FlowTests : OnHaProxy
{
    [Fact]
    public async Task A_server_may_speak_first_and_is_told_the_client_when_it_wants_to()
    {
        using var server = new TcpListener(IPAddress.Parse(Bed.Address), 0);
        server.Start();
        var backend = Backend(new() { IsTcp = true, SendsProxyHeader = true }, Server("s", server.LocalEndpoint));
        var listener = Listener(ProxyProtocol.Tcp);
        await ApplyAsync([listener], backend);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Parse(listener.Address), listener.Port, Stopping);
        using var taken = await server.AcceptTcpClientAsync(Stopping);
        await taken.GetStream().WriteAsync("220 welcome"u8.ToArray(), Stopping);
        var greeting = new byte[11];
        await client.GetStream().ReadExactlyAsync(greeting, Stopping);
        Encoding.ASCII.GetString(greeting).ShouldBe("220 welcome");
        var header = new byte[16];
        await taken.GetStream().ReadExactlyAsync(header, Stopping);
        header[..12].ShouldBe("\r\n\r\n\0\r\nQUIT\n"u8.ToArray()); // The signature of PROXY, version 2.
    }

    [Fact]
    public async Task A_server_may_be_told_the_client_in_a_line_of_text()
    {
        using var server = new TcpListener(IPAddress.Parse(Bed.Address), 0);
        server.Start();
        var listener = Listener(ProxyProtocol.Tcp);
        await ApplyAsync([listener], Backend(new() { IsTcp = true, SendsProxyLine = true }, Server("s", server.LocalEndpoint)));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Parse(listener.Address), listener.Port, Stopping);
        using var taken = await server.AcceptTcpClientAsync(Stopping);
        using var reader = new StreamReader(taken.GetStream(), Encoding.ASCII);
        (await reader.ReadLineAsync(Stopping)).ShouldNotBeNull().ShouldMatch($"^PROXY TCP4 [0-9.]+ {listener.Address} [0-9]+ {listener.Port}$"); // PROXY, version 1.
    }

    [Fact]
    public async Task A_connection_to_a_server_that_drains_goes_on_until_the_server_is_stopped()
    {
        using var server = new TcpListener(IPAddress.Parse(Bed.Address), 0);
        server.Start();
        var listener = Listener(ProxyProtocol.Tcp);
        ProxyBackend With(ServerState state) => Backend(new() { IsTcp = true, EndsWhenStopped = true }, Server("s", server.LocalEndpoint) with { State = state });
        await ApplyAsync([listener], With(ServerState.Ready));
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Parse(listener.Address), listener.Port, Stopping);
        using var taken = await server.AcceptTcpClientAsync(Stopping);
        await ApplyAsync([listener], With(ServerState.Draining));
        await taken.GetStream().WriteAsync("more"u8.ToArray(), Stopping);
        var got = new byte[4];
        await client.GetStream().ReadExactlyAsync(got, Stopping);
        await ApplyAsync([listener], With(ServerState.Stopped));
        var ended = 1;
        try { ended = await client.GetStream().ReadAsync(got, Stopping); }
        catch (IOException) { ended = 0; } // A reset ends it as well.
        ended.ShouldBe(0);
    }

    [Fact]
    public async Task A_listener_with_tls_forwards_what_was_inside()
    {
        var one = await Bed.StartTargetAsync("one");
        var listener = Listener(ProxyProtocol.Tcp) with { Tls = GivenTls.Of(GivenTls.Certificate("default")) with { Alpn = ["http/1.1"] } };
        await ApplyAsync([listener], Backend(new() { IsTcp = true }, one));
        (await Bed.SendAsync(listener, new())).Server.ShouldBe("one");
        var secure = await Bed.StartTargetAsync("two", HttpProtocols.Http1, GivenTls.Certificate("target"));
        var other = Listener(ProxyProtocol.Tcp) with { Tls = listener.Tls }; // Another port: a client's connection stays where it is.
        await ApplyAsync([other], Backend(new() { IsTcp = true, IsTls = true }, secure));
        (await Bed.SendAsync(other, new())).Server.ShouldBe("two");
    }

    [Fact]
    public async Task A_clients_address_stays_with_one_server_when_it_is_to()
    {
        ProxyServer[] servers = [await Bed.StartTargetAsync("one"), await Bed.StartTargetAsync("two"), await Bed.StartTargetAsync("three")];
        var listener = Listener(ProxyProtocol.Tcp);
        await ApplyAsync([listener], Backend(new() { IsTcp = true, FollowsSource = true }, servers));
        var first = (await SendOnceAsync(listener)).Server;
        for (var i = 0; i < 10; i++) (await SendOnceAsync(listener)).Server.ShouldBe(first);
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Connections_to_a_server_that_left_end_when_they_are_to(bool ends)
    {
        using var server = new TcpListener(IPAddress.Parse(Bed.Address), 0);
        server.Start();
        var backend = Backend(new() { IsTcp = true, EndsWhenRemoved = ends }, Server("s", server.LocalEndpoint));
        var listener = Listener(ProxyProtocol.Tcp);
        await ApplyAsync([listener], backend);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Parse(listener.Address), listener.Port, Stopping);
        using var taken = await server.AcceptTcpClientAsync(Stopping);
        await ApplyAsync([listener], backend with { Servers = [] });
        if (ends)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stopping);
            patience.CancelAfter(TimeSpan.FromSeconds(10));
            (await ReadOrResetAsync(client, patience.Token)).ShouldBe(0);
            return;
        }
        await taken.GetStream().WriteAsync("x"u8.ToArray(), Stopping);
        (await ReadOrResetAsync(client, Stopping)).ShouldBe(1);
    }

    [Fact]
    public async Task Datagrams_of_a_client_go_to_one_server_and_answers_come_back()
    {
        await using var one = new Echo("one", Bed.Address);
        await using var two = new Echo("two", Bed.Address);
        var listener = Listener(ProxyProtocol.Udp);
        await ApplyAsync([listener], Backend(new() { IsTcp = true }, one.Server, two.Server));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 24; i++)
        {
            using var client = Client(listener);
            var first = await AskAsync(client, "a");
            (await AskAsync(client, "b")).ShouldBe(first);
            seen.Add(first);
        }
        seen.ShouldBe(["one", "two"], ignoreOrder: true);
    }

    [Fact]
    public async Task A_flow_goes_on_while_its_server_drains_and_moves_when_it_is_gone()
    {
        await using var one = new Echo("one", Bed.Address);
        await using var two = new Echo("two", Bed.Address);
        var listener = Listener(ProxyProtocol.Udp);
        await ApplyAsync([listener], Backend(new() { IsTcp = true }, one.Server));
        using var client = Client(listener);
        (await AskAsync(client, "a")).ShouldBe("one");
        await ApplyAsync([listener], Backend(new() { IsTcp = true }, one.Server with { State = ServerState.Draining }, two.Server));
        (await AskAsync(client, "b")).ShouldBe("one");
        using var other = Client(listener);
        (await AskAsync(other, "c")).ShouldBe("two");
        await ApplyAsync([listener], Backend(new() { IsTcp = true }, two.Server));
        (await AskAsync(client, "d")).ShouldBe("two");
    }

    [Fact]
    public async Task Connections_and_datagrams_share_a_port()
    {
        await using var echo = new Echo("udp", Bed.Address);
        var one = await Bed.StartTargetAsync("one");
        var listener = Listener(ProxyProtocol.TcpUdp);
        await ApplyAsync([listener], Backend(new() { IsTcp = true }, one));
        (await Bed.SendAsync(listener, new())).Server.ShouldBe("one");
        await ApplyAsync([listener], Backend(new() { IsTcp = true }, echo.Server));
        using var client = Client(listener);
        (await AskAsync(client, "a")).ShouldBe("udp");
    }

    [Fact]
    public async Task A_port_that_somebody_has_for_datagrams_is_named()
    {
        var listener = Listener(ProxyProtocol.Udp);
        using var other = new Socket(SocketType.Dgram, ProtocolType.Udp);
        other.ExclusiveAddressUse = true;
        other.Bind(new IPEndPoint(IPAddress.Parse(listener.Address), listener.Port));
        (await Bed.Engine.ApplyAsync(new() { Listeners = [listener], Backends = [Backend(new() { IsTcp = true })] }, Stopping))
            .ShouldBeOfType<ApplyOutcome.PortTaken>().Listener.ShouldBe(listener.Id);
    }

    [Fact]
    public async Task Flows_have_a_bound_and_end_when_nothing_is_heard_of_them()
    {
        await using var one = new Echo("one", Bed.Address);
        var clock = new SimTime();
        var listener = Listener(ProxyProtocol.Udp);
        await using var relay = new UdpRelay(new(IPAddress.Parse(listener.Address), listener.Port), clock);
        relay.Route(UdpRoutes.Of(listener, new() { Listeners = [listener], Backends = [Backend(new() { IsTcp = true }, one.Server)] }));
        using var client = Client(listener);
        (await AskAsync(client, "a")).ShouldBe("one");
        relay.Flows.ShouldBe(1);
        clock.Advance(TimeSpan.FromSeconds(119));
        relay.Flows.ShouldBe(1);
        clock.Advance(TimeSpan.FromSeconds(12));
        relay.Flows.ShouldBe(0);
        (await AskAsync(client, "b")).ShouldBe("one");
    }

    [Fact]
    public void Most_clients_stay_where_they_are_when_a_server_comes()
    {
        ProxyServer[] servers = [.. Enumerable.Range(0, 4).Select(i => new ProxyServer($"s{i}", "10.0.0.1", 1000 + i, ServerState.Ready))];
        var (four, five) = (Routes(servers), Routes([.. servers, new("s4", "10.0.0.1", 1004, ServerState.Ready)]));
        var clients = Enumerable.Range(1, 1000).Select(p => new IPEndPoint(IPAddress.Loopback, p)).ToList();
        clients.Count(c => four.Choose(c) != five.Choose(c)).ShouldBeInRange(120, 280); // A fifth moves, to the new one.
        clients.Where(c => four.Choose(c) != five.Choose(c)).ShouldAllBe(c => five.Choose(c).GetValueOrDefault().Server.Id == "s4");
        clients.GroupBy(c => four.Choose(c).GetValueOrDefault().Server.Id).ShouldAllBe(g => g.Count() > 180 && g.Count() < 320);

        static UdpRoutes Routes(ProxyServer[] servers) => new([new("web", 1, [.. servers], FollowsSource: false)]);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1, true, false, 200), InlineData(HttpProtocols.Http2, false, true, 0), InlineData(HttpProtocols.Http2, true, true, 0)]
    public async Task Health_is_asked_over_tls_and_grpc(HttpProtocols protocols, bool isTls, bool isGrpc, int status)
    {
        var target = await Bed.StartTargetAsync("one", protocols, isTls ? GivenTls.Certificate("target") : null);
        var prober = new SocketHealthProber(TimeProvider.System);
        var request = new ProbeRequest(target.Address, target.Port, isGrpc ? "/grpc" : "/", TimeSpan.FromSeconds(5)) { IsTls = isTls, IsGrpc = isGrpc };
        (await prober.ProbeAsync(request, Stopping)).ShouldBe(new ProbeOutcome.Answered(status));
        (await prober.ProbeAsync(request with { IsTls = !isTls }, Stopping)).ShouldBeOfType<ProbeOutcome.Failed>();
    }

    private static async Task<int> ReadOrResetAsync(TcpClient client, CancellationToken ct)
    {
        try { return await client.GetStream().ReadAsync(new byte[10], ct); }
        catch (IOException) { return 0; }
    }

    private static async Task<ProxyAnswer> SendOnceAsync(ProxyListener listener)
    {
        using var client = new KeepAliveClient(new(IPAddress.Parse(listener.Address), listener.Port));
        await client.GetAsync("/");
        return new(200, client.LastServer);
    }

    private static UdpClient Client(ProxyListener listener)
    {
        var client = new UdpClient(AddressFamily.InterNetwork);
        client.Connect(IPAddress.Parse(listener.Address), listener.Port);
        return client;
    }

    /// <summary>Asks until it is answered: datagrams may be lost, and a change may be under way.</summary>
    private static async Task<string> AskAsync(UdpClient client, string text)
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            await client.SendAsync(Encoding.ASCII.GetBytes(text), Stopping);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stopping);
            patience.CancelAfter(TimeSpan.FromMilliseconds(500));
            try
            {
                var answer = Encoding.ASCII.GetString((await client.ReceiveAsync(patience.Token)).Buffer).Split(':');
                if (answer[1] == text) return answer[0];
            }
            catch (OperationCanceledException) when (!Stopping.IsCancellationRequested) { /* Once more. */ }
        }
        throw new InvalidOperationException("Nobody answers.");
    }

    private async Task ApplyAsync(ProxyListener[] listeners, ProxyBackend backend) =>
        (await Bed.Engine.ApplyAsync(new() { Listeners = [.. listeners], Backends = [backend] }, Stopping)).ShouldBe(new ApplyOutcome.Applied());

    private ProxyListener Listener(ProxyProtocol protocol) =>
        new() { Id = "flows", Address = Bed.Address, Port = Bed.NewPort(), Protocol = protocol, DefaultAction = new ProxyAction.Forward([new("web", 1)]) };

    private static ProxyBackend Backend(ServerProtocol protocol, params ProxyServer[] servers) => new() { Id = "web", Protocol = protocol, Servers = [.. servers] };

    internal static ProxyServer Server(string id, EndPoint endpoint) => new(id, ((IPEndPoint)endpoint).Address.ToString(), ((IPEndPoint)endpoint).Port, ServerState.Ready);
}
