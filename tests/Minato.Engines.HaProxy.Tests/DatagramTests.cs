using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Minato.Engines.HaProxy.Datagrams;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Tests;

/// <summary>What becomes of flows of datagrams when addresses and servers come and go.</summary>
[Trait("Floor", "engine")]
public sealed class DatagramTests : OnHaProxy
{
    private static readonly ServerProtocol s_flows = new() { IsTcp = true };

    [Fact]
    public async Task A_server_gets_datagrams_from_the_load_balancers_address()
    {
        const string Source = "127.200.9.8";
        using var server = new UdpClient(new IPEndPoint(IPAddress.Parse(Bed.Address), 0));
        var target = FlowTests.Server("one", server.Client.LocalEndPoint ?? throw new InvalidOperationException());
        var listener = Listener();
        await ApplyAsync(listener, new() { Id = "web", Protocol = s_flows, Source = Source, Servers = [target] });
        using var client = new UdpClient(AddressFamily.InterNetwork);
        client.Connect(IPAddress.Parse(listener.Address), listener.Port);
        await client.SendAsync("a"u8.ToArray(), Stopping);
        var got = await server.ReceiveAsync(Stopping).AsTask().WaitAsync(TimeSpan.FromSeconds(5), Stopping);
        got.RemoteEndPoint.Address.ToString().ShouldBe(Source);
    }

    [Fact]
    public async Task Flows_and_bytes_are_counted_also_when_they_are_over()
    {
        var one = await Bed.StartDatagramTargetAsync("one");
        var listener = Listener();
        ProxyBackend backend = new() { Id = "web", Protocol = s_flows, Servers = [one] };
        await ApplyAsync(listener, backend);
        for (var client = 0; client < 3; client++) (await Bed.SendDatagramAsync(listener)).ShouldBe("one"); // "hello", and "one:hello" back.
        await CountedAsync(active: 3);
        await ApplyAsync(listener, backend with { Servers = [] });
        await CountedAsync(active: 0);

        async Task CountedAsync(int active)
        {
            DatagramStatistics? counted = null;
            for (var attempt = 0; attempt < 100 && counted?.BytesOut is not >= 27; attempt++) // An answer is counted when it has been given.
            {
                if (attempt > 0) await Task.Delay(20, Stopping);
                counted = (await Bed.Engine.StatisticsAsync(Stopping)).Listeners.ShouldHaveSingleItem().Datagrams.ShouldNotBeNull();
            }
            counted.ShouldNotBeNull().ShouldSatisfyAllConditions(
                c => c.Flows.ShouldBe(3), c => c.ActiveFlows.ShouldBe(active), c => c.BytesIn.ShouldBeGreaterThanOrEqualTo(15), c => c.BytesOut.ShouldBeGreaterThanOrEqualTo(27));
        }
    }

    [Fact]
    public async Task A_datagram_for_a_flow_that_has_just_ended_is_lost_and_nothing_else()
    {
        await using var one = new Echo("one", Bed.Address);
        var flow = new UdpFlow(new(IPAddress.Loopback, 9), "web", one.Server, source: null);
        flow.Dispose();
        await Should.NotThrowAsync(() => flow.SendAsync("a"u8.ToArray(), 0, Stopping).AsTask());
    }

    [Fact]
    public async Task A_flow_goes_on_after_an_answer_that_could_not_be_given()
    {
        await using var one = new Echo("one", Bed.Address);
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        listener.Bind(new IPEndPoint(IPAddress.Parse(Bed.Address), 0));
        using var flow = new UdpFlow(new(IPAddress.Broadcast, 9), "web", one.Server, source: null); // Nobody may send there unasked.
        var answering = flow.AnswerAsync(listener, TimeProvider.System, Stopping);
        await flow.SendAsync("a"u8.ToArray(), 0, Stopping);
        await Should.ThrowAsync<TimeoutException>(() => answering.WaitAsync(TimeSpan.FromMilliseconds(500), Stopping));
    }

    [Fact]
    public async Task Datagrams_arrive_at_an_address_that_comes_later()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Needs root.");
        const string Later = "198.18.77.11"; // Nobody's (RFC 2544).
        var one = await Bed.StartDatagramTargetAsync("one");
        var listener = Listener() with { InnerAddresses = [Later] };
        await ApplyAsync(listener, new() { Id = "web", Protocol = s_flows, Servers = [one] });
        try
        {
            Process.Start("ip", $"address add {Later}/32 dev lo").WaitForExit();
            (await Bed.SendDatagramAsync(listener with { Address = Later })).ShouldBe("one");
        }
        finally
        {
            Process.Start("ip", $"address del {Later}/32 dev lo").WaitForExit();
        }
    }

    private ProxyListener Listener() =>
        new() { Id = "flows", Address = Bed.Address, Port = Bed.NewPort(), Protocol = ProxyProtocol.Udp, DefaultAction = new ProxyAction.Forward([new("web", 1)]) };

    private async Task ApplyAsync(ProxyListener listener, ProxyBackend backend) =>
        (await Bed.Engine.ApplyAsync(new() { Listeners = [listener], Backends = [backend] }, Stopping)).ShouldBe(new ApplyOutcome.Applied());
}
