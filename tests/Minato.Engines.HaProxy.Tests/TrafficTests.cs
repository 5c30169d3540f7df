using System.Diagnostics;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Tests;

/// <summary>Goal: whatever changes behind a load balancer, no client notices. Method: clients that forgive nothing ask all the while.</summary>
[Trait("Floor", "engine")]
public sealed class TrafficTests : OnHaProxy
{
    [Fact]
    public async Task No_request_fails_while_targets_are_exchanged_as_in_a_rolling_update()
    {
        var listener = Listener("http", ("web", 1));
        var live = new List<ProxyServer>();
        for (var i = 0; i < 3; i++) live.Add(await StartSlowTargetAsync($"t{i}"));
        await ApplyAsync([listener], ("web", live));
        await using var load = new Load(listener);
        for (var next = 3; next < 12; next++)
        {
            var arriving = await StartSlowTargetAsync($"t{next}");
            await ApplyAsync([listener], ("web", [.. live, arriving]));
            await load.AsksAsync(60);
            await LeaveAsync(listener, [.. live, arriving], live[0]);
            live = [.. live[1..], arriving];
        }
        await load.DisposeAsync();
        load.Failures.ShouldBeEmpty();
        load.Requests.ShouldBeGreaterThan(500);
    }

    [Fact]
    public async Task No_request_fails_while_the_configuration_is_reloaded_again_and_again()
    {
        var listener = Listener("http", ("web", 1));
        var live = new List<ProxyServer> { await StartSlowTargetAsync("t0"), await StartSlowTargetAsync("t1") };
        await ApplyAsync([listener], ("web", live));
        await using var load = new Load(listener);
        for (var round = 0; round < 8; round++)
        {
            await ApplyAsync([listener, Listener($"more{round}", ("web", 1))], ("web", live));
            await load.AsksAsync(50);
        }
        await load.DisposeAsync();
        load.Failures.ShouldBeEmpty();
    }

    [Fact]
    public async Task No_request_fails_while_targets_leave_right_after_a_reload()
    {
        var listener = Listener("http", ("web", 1));
        var live = await StartSlowTargetAsync("t0");
        await ApplyAsync([listener], ("web", [live]));
        await using var load = new Load(listener);
        for (var round = 1; round < 8; round++)
        {
            await load.AsksAsync(40);
            var arriving = await StartSlowTargetAsync($"t{round}");
            // A reload leaves clients connected to the former worker, which knows of none of what follows.
            await ApplyAsync([listener, Listener($"more{round}", ("web", 1))], ("web", [live]));
            await LeaveAsync(listener, [live, arriving], live);
            live = arriving;
        }
        await load.DisposeAsync();
        load.Failures.ShouldBeEmpty();
    }

    [Fact]
    public async Task No_request_fails_while_weights_move_and_the_other_side_is_emptied()
    {
        var (blue, green) = (await StartSlowTargetAsync("blue"), await StartSlowTargetAsync("green"));
        var listener = Listener("http", ("blue", 100), ("green", 0));
        await ApplyAsync([listener], ("blue", [blue]), ("green", [green]));
        await using var load = new Load(listener);
        for (var weight = 0; weight <= 100; weight += 10)
        {
            await ApplyAsync([listener with { DefaultAction = To(("blue", 100 - weight), ("green", weight)) }], ("blue", [blue]), ("green", [green]));
            await load.AsksAsync(20);
        }
        await ApplyAsync([listener with { DefaultAction = To(("blue", 0), ("green", 100)) }], ("blue", []), ("green", [green]));
        await load.AsksAsync(50);
        await load.DisposeAsync();
        load.Failures.ShouldBeEmpty();
    }

    /// <summary>Sixteen connections that never pause, while everything that can change does.</summary>
    [Fact]
    public async Task No_request_fails_at_full_load_whatever_changes()
    {
        var listener = Listener("http", ("blue", 90), ("green", 10));
        var (blue, green) = (new List<ProxyServer> { await Bed.StartTargetAsync("b0") }, new List<ProxyServer> { await Bed.StartTargetAsync("g0") });
        await ApplyAsync([listener], ("blue", blue), ("green", green));
        await using var load = new Load(listener, clients: 16, perSecond: int.MaxValue);
        for (var round = 1; round <= 6; round++)
        {
            await load.AsksAsync(500);
            listener = listener with { DefaultAction = To(("blue", 90 - round * 10), ("green", 10 + round * 10)) };
            await ApplyAsync([listener], ("blue", blue), ("green", green)); // Weights.
            var arriving = await Bed.StartTargetAsync($"b{round}");
            await ApplyAsync([listener], ("blue", [.. blue, arriving]), ("green", green)); // A registration.
            await load.AsksAsync(200);
            var leaving = blue[0];
            await ApplyAsync([listener], ("blue", [leaving with { State = ServerState.Draining }, arriving]), ("green", green)); // A drain.
            while ((await Bed.Engine.StatisticsAsync(Stopping)).Servers.Single(s => s.Server == leaving.Id).ActiveSessions > 0) await Task.Delay(5, Stopping);
            blue = [arriving];
            await ApplyAsync([listener], ("blue", blue), ("green", green));
            await Bed.StopTargetAsync(leaving);
            await ApplyAsync([listener, Listener($"more{round}", ("green", 1))], ("blue", blue), ("green", green)); // A reload.
        }
        await load.AsksAsync(500);
        await load.DisposeAsync();
        load.Failures.ShouldBeEmpty();
        load.Requests.ShouldBeGreaterThan(4000);
    }

    /// <summary>What the tests above would say if a change did cost a request.</summary>
    [Fact]
    public async Task A_target_that_ends_without_a_drain_does_cost_requests_and_the_clients_notice()
    {
        var listener = Listener("http", ("web", 1));
        var (staying, ending) = (await StartSlowTargetAsync("staying"), await StartSlowTargetAsync("ending"));
        Bed.Target("ending").Latency = TimeSpan.FromMilliseconds(500); // Longer than its end takes.
        await ApplyAsync([listener], ("web", [staying, ending]));
        await using var load = new Load(listener, clients: 16, perSecond: int.MaxValue);
        await load.AsksAsync(50);
        await Bed.StopTargetAsync(ending);
        await load.AsksAsync(50);
        await load.DisposeAsync();
        load.Failures.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task No_request_fails_while_a_new_adapter_takes_over_and_changes_things()
    {
        var listener = Listener("http", ("web", 1));
        var (one, two) = (await StartSlowTargetAsync("one"), await StartSlowTargetAsync("two"));
        await ApplyAsync([listener], ("web", [one]));
        await using var load = new Load(listener);
        var before = Bed.MasterPid;
        await Bed.ReplaceAdapterAsync();
        await ApplyAsync([listener], ("web", [one, two]));
        await LeaveAsync(listener, [one, two], one);
        await load.AsksAsync(50);
        await load.DisposeAsync();
        load.Failures.ShouldBeEmpty();
        Bed.MasterPid.ShouldBe(before);
    }

    [Theory]
    [InlineData(10, 100_000)]
    [InlineData(11, 20_000)] // A point more is seen as a point more.
    public async Task A_canary_of_ten_percent_is_exact_over_a_hundred_thousand_requests(int canary, int requests)
    {
        var listener = Listener("http", ("blue", 95 - canary), ("green", canary), ("red", 5)) with
        {
            Rules = [new(1, [new ProxyCondition.Path(["/none"])], new ProxyAction.FixedResponse(404, null, null))],
        };
        // Empty groups are the quickest to answer, and their shares show all the same.
        await ApplyAsync([listener], ("blue", []), ("green", [await Bed.StartTargetAsync("green")]), ("red", []));
        const int Clients = 16;
        var taken = await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            using var client = new KeepAliveClient(new(System.Net.IPAddress.Parse(listener.Address), listener.Port));
            var green = 0;
            for (var i = 0; i < requests / Clients; i++) if (await client.GetAsync("/") == 200) green++;
            return green;
        })));
        (taken.Sum() * 100.0 / requests).ShouldBe(canary, 0.1);
    }

    [Fact]
    public async Task A_change_at_run_time_is_quick_and_needs_no_reload()
    {
        var listener = Listener("http", ("blue", 1), ("green", 1));
        var one = await Bed.StartTargetAsync("one");
        await ApplyAsync([listener], ("blue", [one]), ("green", [one]));
        var workers = Bed.Workers().ToList();
        var times = new List<double>();
        for (var i = 0; i < 50; i++)
        {
            var clock = Stopwatch.StartNew();
            var servers = Enumerable.Range(0, i + 1).Select(n => one with { Id = $"s{n}", State = (n + i) % 3 == 0 ? ServerState.Draining : ServerState.Ready });
            await ApplyAsync([listener with { DefaultAction = To(("blue", i), ("green", 50)) }], ("blue", [.. servers]), ("green", [one]));
            times.Add(clock.Elapsed.TotalMilliseconds);
        }
        Bed.Workers().ShouldBe(workers);
        times.Order().ElementAt(10).ShouldBeLessThan(10); // The rest belongs to whatever else the machine does.
    }

    /// <summary>As ELB does it: drain, wait until nothing is in flight, forget, and only then may the target end.</summary>
    private async Task LeaveAsync(ProxyListener listener, List<ProxyServer> all, ProxyServer leaving)
    {
        await ApplyAsync([listener], ("web", [.. all.Select(s => s == leaving ? s with { State = ServerState.Draining } : s)]));
        while ((await Bed.Engine.StatisticsAsync(Stopping)).Servers.Single(s => s.Server == leaving.Id).ActiveSessions > 0) await Task.Delay(5, Stopping);
        Bed.Target(leaving.Id).InFlight.ShouldBe(0);
        await ApplyAsync([listener], ("web", [.. all.Where(s => s != leaving)]));
        await Bed.StopTargetAsync(leaving);
    }

    private async Task<ProxyServer> StartSlowTargetAsync(string id)
    {
        var server = await Bed.StartTargetAsync(id);
        Bed.Target(id).Latency = TimeSpan.FromMilliseconds(10);
        return server;
    }

    private ProxyListener Listener(string id, params (string Backend, int Weight)[] shares) =>
        new() { Id = id, Address = Bed.Address, Port = Bed.NewPort(), DefaultAction = To(shares) };

    private static ProxyAction To(params (string Backend, int Weight)[] shares) =>
        new ProxyAction.Forward([.. shares.Select(s => new WeightedBackend(s.Backend, s.Weight))]);

    private async Task ApplyAsync(ProxyListener[] listeners, params (string Id, List<ProxyServer> Servers)[] backends) =>
        (await Bed.Engine.ApplyAsync(new()
        {
            Listeners = [.. listeners],
            Backends = [.. backends.Select(b => new ProxyBackend { Id = b.Id, Servers = [.. b.Servers] })],
        }, Stopping)).ShouldBe(new ApplyOutcome.Applied());
}
