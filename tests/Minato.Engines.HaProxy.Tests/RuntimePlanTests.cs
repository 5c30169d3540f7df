using Minato.Engines.HaProxy.Running;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Tests;

public sealed class RuntimePlanTests
{
    [Fact]
    public void Nothing_changed_is_nothing_to_say() => Commands([Ready("a")], [Ready("a")]).ShouldBeEmpty();

    [Fact]
    public void A_new_server_is_added_and_then_enabled() =>
        Commands([], [Ready("a")]).ShouldBe(["add server b_web/a 10.0.0.1:80 weight 100 pool-purge-delay 5s pool-max-conn -1", "set server b_web/a state ready"]);

    [Fact]
    public void A_new_server_that_is_stopped_is_only_added() =>
        Commands([], [Ready("a") with { State = ServerState.Stopped }]).ShouldBe(["add server b_web/a 10.0.0.1:80 weight 100 pool-purge-delay 5s pool-max-conn -1"]);

    [Fact]
    public void States_are_set() =>
        Commands([Ready("a"), Ready("b")], [Ready("a") with { State = ServerState.Draining }, Ready("b") with { State = ServerState.Stopped }])
            .ShouldBe(["set server b_web/a state drain", "set server b_web/b state maint"]);

    [Fact]
    public void Servers_arrive_before_others_leave() => Commands([Ready("a")], [Ready("b")])
        .ShouldBe(["add server b_web/b 10.0.0.1:80 weight 100 pool-purge-delay 5s pool-max-conn -1", "set server b_web/b state ready", "set server b_web/a state maint"]);

    [Fact]
    public void A_server_that_comes_back_is_enabled_and_not_added_twice()
    {
        var known = Known(Ready("a"));
        known.Learn(Plan(known, []));
        Plan(known, []).Commands.ShouldBeEmpty();
        Plan(known, []).Leftovers.ShouldBe(1);
        Plan(known, [Ready("a")]).Commands.ShouldBe(["set server b_web/a state ready"]);
    }

    [Fact]
    public void Another_address_under_the_same_id_takes_a_reload() =>
        Plan(Known(Ready("a")), [Ready("a") with { Address = "10.0.0.2" }]).NeedsReload.ShouldBeTrue();

    [Fact]
    public void Many_commands_are_sent_in_lines_that_fit()
    {
        var plan = Plan(RuntimeMirror.Empty, [.. Enumerable.Range(0, 2000).Select(i => Ready($"server-{i}"))]);
        plan.Batches().Sum(b => b.Split(';').Length).ShouldBe(4000);
        plan.Batches().ShouldAllBe(b => b.Length < 16 * 1024);
    }

    [Fact]
    public void A_map_is_exchanged_in_one_step() =>
        RuntimePlan.FillMap("w.map", 3, [new("0:4999", "b_a"), new("5000:9999", "b_b")])
            .ShouldHaveSingleItem().ShouldBe("add map @3 w.map 0:4999 b_a;add map @3 w.map 5000:9999 b_b;commit map @3 w.map");

    [Theory]
    [InlineData(ServerState.Ready, "set server b_web/a state maint")]
    [InlineData(ServerState.Draining, "set server b_web/a state maint|shutdown sessions server b_web/a")]
    public void Only_one_that_had_its_time_to_finish_is_cut_off(ServerState state, string commands)
    {
        var known = RuntimeMirror.Of(With(Ready("a")));
        known.Learn(RuntimePlan.From(known, With(Ready("a") with { State = state })));
        string.Join('|', Plan(known, []).Commands).ShouldBe(commands);
    }

    [Fact]
    public void A_share_that_grows_is_said_at_run_time()
    {
        Commands([Ready("a")], [Ready("a") with { Weight = 30 }]).ShouldBe(["set server b_web/a weight 30"]);
        Plan(Known(Ready("a")), [Ready("a") with { Weight = 30 }]).NeedsReload.ShouldBeFalse();
    }

    [Theory]
    [InlineData(0, ServerState.Ready)]
    [InlineData(1, ServerState.Stopped)]
    [InlineData(5, ServerState.Stopped)]
    [InlineData(8, ServerState.Draining)]
    [InlineData(9, ServerState.Stopped)]
    public void What_a_worker_says_of_its_servers_is_understood(int admin, ServerState state)
    {
        var said = $"1\n# be_id be_name srv_id srv_name srv_addr srv_op_state …\n5 b_web 1 a 10.0.0.1 2 {admin} 7 1 0 1 0 0 0 0 0 0 - 80 - 0 0 - - 0\n6 r_http 1 listener 127.0.0.2 2 0 1 1 0 1 0 0 0 0 0 0 - 80 - 0 0 - - 0\n\n";
        RuntimeMirror.Parse(said).Servers.ShouldHaveSingleItem().ShouldBe(new(new("web", "a"), new("10.0.0.1", 80, state, 7)));
    }

    private static ProxyServer Ready(string id) => new(id, "10.0.0.1", 80, ServerState.Ready);

    private static ProxyConfiguration With(params ProxyServer[] servers) => new() { Backends = [new() { Id = "web", Servers = [.. servers] }] };

    private static RuntimeMirror Known(params ProxyServer[] servers) => RuntimeMirror.Of(With(servers));

    private static RuntimePlan Plan(RuntimeMirror known, ProxyServer[] wanted) => RuntimePlan.From(known, With(wanted));

    private static IEnumerable<string> Commands(ProxyServer[] known, ProxyServer[] wanted) => Plan(Known(known), wanted).Commands;
}
