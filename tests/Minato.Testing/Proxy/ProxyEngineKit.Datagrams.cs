using Minato.Engines.Proxy;
using Shouldly;
using Xunit;

namespace Minato.Testing.Proxy;

public abstract partial class ProxyEngineKit
{
    private ProxyListener Datagrams(params (string Backend, int Weight)[] shares) => Listener("udp", To(shares)) with { Protocol = ProxyProtocol.Udp };

    private static ProxyBackend Flows(string id, params ProxyServer[] servers) => Backend(id, servers) with { Protocol = new() { IsTcp = true } };

    [Fact]
    public async Task Datagrams_of_many_clients_go_to_all_ready_servers()
    {
        var (one, two) = (await Bed.StartDatagramTargetAsync("one"), await Bed.StartDatagramTargetAsync("two"));
        var listener = Datagrams(("web", 1));
        await ApplyAsync(listener, Flows("web", one, two));
        var seen = new HashSet<string?>();
        for (var client = 0; client < 40 && seen.Count < 2; client++) seen.Add(await Bed.SendDatagramAsync(listener));
        seen.ShouldBe(["one", "two"], ignoreOrder: true);
    }

    [Theory, InlineData(ServerState.Draining), InlineData(ServerState.Stopped)]
    public async Task Datagrams_of_new_clients_pass_by_a_server_that_is_not_ready(ServerState state)
    {
        var (one, two) = (await Bed.StartDatagramTargetAsync("one"), await Bed.StartDatagramTargetAsync("two"));
        var listener = Datagrams(("web", 1));
        await ApplyAsync(listener, Flows("web", one with { State = state }, two));
        for (var client = 0; client < 10; client++) (await Bed.SendDatagramAsync(listener)).ShouldBe("two");
    }

    [Fact]
    public async Task Datagrams_without_a_server_are_lost_and_a_server_that_comes_takes_the_next()
    {
        var one = await Bed.StartDatagramTargetAsync("one");
        var listener = Datagrams(("web", 1));
        await ApplyAsync(listener, Flows("web"));
        (await Bed.SendDatagramAsync(listener)).ShouldBeNull();
        await ApplyAsync(listener, Flows("web", one));
        (await Bed.SendDatagramAsync(listener)).ShouldBe("one");
    }

    [Fact]
    public async Task Datagrams_follow_the_weights_of_their_listener()
    {
        var (blue, green) = (await Bed.StartDatagramTargetAsync("blue"), await Bed.StartDatagramTargetAsync("green"));
        var listener = Datagrams(("blue", 0), ("green", 5));
        await ApplyAsync(listener, Flows("blue", blue), Flows("green", green));
        for (var client = 0; client < 10; client++) (await Bed.SendDatagramAsync(listener)).ShouldBe("green");
        var turned = listener with { DefaultAction = To(("blue", 5), ("green", 0)) };
        await ApplyAsync(turned, Flows("blue", blue), Flows("green", green));
        for (var client = 0; client < 10; client++) (await Bed.SendDatagramAsync(turned)).ShouldBe("blue");
    }

    [Fact]
    public async Task A_listener_of_datagrams_that_is_gone_answers_nobody()
    {
        var one = await Bed.StartDatagramTargetAsync("one");
        var listener = Datagrams(("flows", 1));
        await ApplyAsync([listener, Plain], Flows("flows", one), Backend("web"));
        (await Bed.SendDatagramAsync(listener)).ShouldBe("one");
        await ApplyAsync(Plain, Backend("web"));
        (await Bed.SendDatagramAsync(listener)).ShouldBeNull();
    }
}
