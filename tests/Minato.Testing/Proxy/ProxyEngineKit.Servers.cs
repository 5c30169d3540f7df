using Minato.Engines.Proxy;
using Shouldly;
using Xunit;

namespace Minato.Testing.Proxy;

public abstract partial class ProxyEngineKit
{
    private const int Looks = 200;

    [Fact]
    public async Task A_request_reaches_the_backend_of_its_listener()
    {
        var one = await Bed.StartTargetAsync("one");
        await ApplyAsync(Plain, Backend("web", one));
        (await GetAsync(Plain)).ShouldSatisfyAllConditions(a => a.Status.ShouldBe(200), a => a.Server.ShouldBe("one"));
    }

    [Fact]
    public async Task Ready_servers_take_turns()
    {
        var (one, two) = (await Bed.StartTargetAsync("one"), await Bed.StartTargetAsync("two"));
        await ApplyAsync(Plain, Backend("web", one, two));
        var shares = await SharesAsync(Plain, 20);
        shares["one"].ShouldBe(10);
        shares["two"].ShouldBe(10);
    }

    [Fact]
    public async Task An_empty_backend_answers_503()
    {
        await ApplyAsync(Plain, Backend("web"));
        (await GetAsync(Plain)).ShouldSatisfyAllConditions(a => a.Status.ShouldBe(503), a => a.Server.ShouldBeNull());
    }

    [Fact]
    public async Task A_server_that_is_added_takes_requests_when_apply_returns()
    {
        var one = await Bed.StartTargetAsync("one");
        await ApplyAsync(Plain, Backend("web"));
        await ApplyAsync(Plain, Backend("web", one));
        (await GetAsync(Plain)).Server.ShouldBe("one");
    }

    [Theory, InlineData(ServerState.Draining), InlineData(ServerState.Stopped)]
    public async Task A_server_that_is_not_ready_gets_nothing_new(ServerState state)
    {
        var (one, two) = (await Bed.StartTargetAsync("one"), await Bed.StartTargetAsync("two"));
        await ApplyAsync(Plain, Backend("web", one, two));
        await SharesAsync(Plain, 4);
        await ApplyAsync(Plain, Backend("web", one with { State = state }, two));
        (await SharesAsync(Plain, 10)).ShouldBe(new Dictionary<string, int> { ["two"] = 10 });
        await ApplyAsync(Plain, Backend("web", one, two));
        (await SharesAsync(Plain, 10)).Keys.ShouldBe(["one", "two"], ignoreOrder: true);
    }

    [Theory, InlineData(ServerState.Draining), InlineData(ServerState.Stopped)]
    public async Task A_backend_without_a_ready_server_answers_503(ServerState state)
    {
        var one = await Bed.StartTargetAsync("one");
        await ApplyAsync(Plain, Backend("web", one with { State = state }));
        (await GetAsync(Plain)).Status.ShouldBe(503);
    }

    [Fact]
    public async Task A_draining_server_finishes_what_it_has()
    {
        var (one, two) = (await Bed.StartTargetAsync("one"), await Bed.StartTargetAsync("two"));
        await ApplyAsync(Plain, Backend("web", one));
        var held = await Bed.HoldAsync(Plain);
        await ApplyAsync(Plain, Backend("web", one with { State = ServerState.Draining }, two));
        (await ActiveAsync("web", "one")).ShouldBe(1);
        (await GetAsync(Plain)).Server.ShouldBe("two");
        (await held.ReleaseAsync()).ShouldSatisfyAllConditions(a => a.Status.ShouldBe(200), a => a.Server.ShouldBe("one"));
        await UntilIdleAsync("web", "one");
    }

    [Fact]
    public async Task A_removed_server_finishes_what_it_has()
    {
        var (one, two) = (await Bed.StartTargetAsync("one"), await Bed.StartTargetAsync("two"));
        await ApplyAsync(Plain, Backend("web", one, two));
        var held = await Bed.HoldAsync(Plain);
        var rest = held.Server == "one" ? two : one;
        await ApplyAsync(Plain, Backend("web", rest));
        (await SharesAsync(Plain, 6)).ShouldBe(new Dictionary<string, int> { [rest.Id] = 6 });
        (await held.ReleaseAsync()).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_server_that_was_removed_can_come_back()
    {
        var one = await Bed.StartTargetAsync("one");
        await ApplyAsync(Plain, Backend("web", one));
        await ApplyAsync(Plain, Backend("web"));
        (await GetAsync(Plain)).Status.ShouldBe(503);
        await ApplyAsync(Plain, Backend("web", one));
        (await GetAsync(Plain)).Server.ShouldBe("one");
    }

    [Fact]
    public async Task A_target_that_died_costs_no_request_while_another_lives()
    {
        var (one, two) = (await Bed.StartTargetAsync("one"), await Bed.StartTargetAsync("two"));
        await ApplyAsync(Plain, Backend("web", one, two));
        await Bed.StopTargetAsync(one);
        (await SharesAsync(Plain, 10)).ShouldBe(new Dictionary<string, int> { ["two"] = 10 });
    }

    [Fact]
    public async Task A_target_that_refuses_connections_is_a_502()
    {
        var one = await Bed.StartTargetAsync("one");
        await ApplyAsync(Plain, Backend("web", one));
        await Bed.StopTargetAsync(one);
        (await GetAsync(Plain)).ShouldSatisfyAllConditions(a => a.Status.ShouldBe(502), a => a.Server.ShouldBeNull());
    }

    [Fact]
    public async Task Statistics_count_requests_of_listeners_and_servers()
    {
        var one = await Bed.StartTargetAsync("one");
        await ApplyAsync(Plain, Backend("web", one));
        await SharesAsync(Plain, 5);
        var (listener, server) = await CountedAsync(5);
        listener.ShouldSatisfyAllConditions(l => l.Requests.ShouldBe(5), l => l.Responses2xx.ShouldBe(5), l => l.BytesOut.ShouldBeGreaterThan(0));
        server.ShouldSatisfyAllConditions(s => s.Requests.ShouldBe(5), s => s.Responses2xx.ShouldBe(5), s => s.ActiveSessions.ShouldBe(0));
    }

    [Fact]
    public async Task Counters_go_on_when_the_configuration_changes()
    {
        var one = await Bed.StartTargetAsync("one");
        await ApplyAsync(Plain, Backend("web", one));
        await SharesAsync(Plain, 5);
        await ApplyAsync([Plain, Listener("more", To("web"))], Backend("web", one));
        await SharesAsync(Plain, 5);
        var (listener, server) = await CountedAsync(10);
        listener.Requests.ShouldBe(10);
        server.Requests.ShouldBe(10);
    }

    private async Task<long> ActiveAsync(string backend, string server) =>
        (await Engine.StatisticsAsync(Stopping)).Servers.Single(s => s.Backend == backend && s.Server == server).ActiveSessions;

    /// <summary>An answer reaches its client a moment before the proxy has counted it.</summary>
    private async Task<(ListenerStatistics Listener, ServerStatistics Server)> CountedAsync(long requests)
    {
        for (var look = 0; ; look++)
        {
            var statistics = await Engine.StatisticsAsync(Stopping);
            var listener = statistics.Listeners.Single(l => l.Listener == "http");
            var server = statistics.Servers.Single(s => s.Backend == "web" && s.Server == "one");
            if (look == Looks || (listener.Responses2xx >= requests && server.Responses2xx >= requests && server.ActiveSessions == 0)) return (listener, server);
        }
    }

    private async Task UntilIdleAsync(string backend, string server)
    {
        for (var look = 0; look < Looks && await ActiveAsync(backend, server) > 0; look++) await Task.Yield();
        (await ActiveAsync(backend, server)).ShouldBe(0);
    }
}
