using Minato.Cli.Demo;
using Minato.Contracts.ElasticLoadBalancingV2;
using Task = System.Threading.Tasks.Task;

namespace Minato.Acceptance;

/// <summary>An EC2 instance behind a load balancer, users all the time, and the way to ECS: every stage, back once by a gate, over two deaths.</summary>
[Collection(nameof(Host)), Trait("Floor", "engine")]
public sealed class MigrateInstanceTests(Host host) : IDisposable
{
    private const int PerSecond = 100;
    private const string Name = "legacy-to-ecs";
    private const string TestDomain = "test.shop.example";
    private readonly MigrationAtWork _migration = new(host);
    private readonly LegacyMachines _machines = new(host);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Users_of_an_instance_come_to_ecs_go_back_by_an_alarm_and_come_again_and_no_request_fails()
    {
        Assert.SkipWhen(LegacyMachines.Missing is not null, LegacyMachines.Missing ?? "");
        var machine = await _machines.RunWebAsync(await _machines.RegisterImageAsync(Name));
        var (world, old) = await OpenAsync(machine);
        await WritePlanAsync();
        (await _migration.RunAsync("check")).Ok().ShouldContain("entry: weights old 1");
        var traffic = new Traffic(world.Url, PerSecond);
        await using (traffic)
        {
            using (var first = _migration.Start("start"))
            {
                await OnlyTheTestDomainAsync(world, traffic);
                (await _migration.RunAsync("approve", "--why", "the test domain looks right")).Ok();
                await _migration.WeightAsync(10);
                await AlarmAsync("ALARM");
                await first.WaitForExitAsync(Ct);
                first.ExitCode.ShouldBe(1);
            }

            $"{(await _migration.StatusAsync())["standing"]}".ShouldStartWith($"retreated: the gate alarm {Name} failed");
            (await WeightsAsync(world)).ShouldBe(([(old, 100), (world.TargetGroupArn, 0)]));
            await AlarmAsync("OK");

            using (var second = _migration.Start("start"))
            {
                await _migration.UntilAsync("the question for the test stage", s => $"{s["standing"]}" == "waits for the approval of test");
                (await _migration.RunAsync("approve")).Ok();
                await _migration.WeightAsync(10);
                second.Kill(); // As kill -9.
                await second.WaitForExitAsync(Ct);
            }

            using var third = _migration.Start("resume");
            await _migration.WeightAsync(50);
            await _migration.UntilAsync("numbers of both sides", s => (s["sides"]?.AsArray() ?? []).All(side => side?["requestsPerSecond"]?.GetValue<double>() > 0 && side["p95Milliseconds"]?.GetValue<double>() > 0 && side["errorPercent"] is not null));
            await host.KillAsync(Ct);
            await host.UpAsync(Ct);
            await _migration.StageAsync("confirm");
            (await WeightsAsync(world)).ShouldBe([(old, 0), (world.TargetGroupArn, 100)]);
            (await _migration.RunAsync("approve", "--why", "a good day")).Ok();
            await third.WaitForExitAsync(Ct);
            third.ExitCode.ShouldBe(0, $"{await _migration.StatusAsync()}");
            (await WeightsAsync(world)).ShouldBe([(world.TargetGroupArn, 1)]);
            $"{(await _machines.DescribeAsync(machine))?["State"]?["Name"]}".ShouldBe("running", "it is its owner's to end");
            await _machines.TerminateAsync(machine);
            await Task.Delay(1000, Ct);
        }

        traffic.Failures.ShouldBeEmpty($"{traffic.Sent} requests");
        traffic.Versions.Keys.ShouldBe(["old", "v1"], ignoreOrder: true);
        traffic.Sent.ShouldBeGreaterThan(PerSecond * 40);
        await EvidenceAsync();
        await host.Minato.Ecs.DeleteServiceAsync(new() { Cluster = world.Cluster, Service = DemoWorld.ServiceName, Force = true }, host.Minato.Caller, Ct);
    }

    public void Dispose()
    {
        _migration.Dispose();
        _machines.Dispose();
    }

    /// <summary>All users on the instance; the service stands beside it.</summary>
    private async Task<(DemoWorld World, string OldGroup)> OpenAsync(string machine)
    {
        var world = host.World(Name);
        await world.CreateLoadBalancerAsync(Ct);
        var (elb, caller) = (host.Minato.Elb, host.Minato.Caller);
        var vpc = (await elb.DescribeTargetGroupsAsync(new() { TargetGroupArns = [world.TargetGroupArn] }, caller, Ct)).TargetGroups?[0].VpcId;
        var old = (await elb.CreateTargetGroupAsync(new()
        {
            Name = $"{Name}-machine", Protocol = ProtocolEnum.Http, Port = 80, VpcId = vpc, TargetType = TargetTypeEnum.Instance, HealthCheckPath = "/health",
            HealthCheckIntervalSeconds = 5, HealthCheckTimeoutSeconds = 2, HealthyThresholdCount = 2, UnhealthyThresholdCount = 2,
        }, caller, Ct)).TargetGroups?[0].TargetGroupArn ?? "";
        await elb.RegisterTargetsAsync(new() { TargetGroupArn = old, Targets = [new() { Id = machine }] }, caller, Ct);
        var listener = await ListenerAsync(world);
        await elb.CreateRuleAsync(new()
        {
            ListenerArn = listener, Priority = 900, Conditions = [new() { Field = "path-pattern", Values = ["/never"] }],
            Actions = [new() { Type = ActionTypeEnum.Forward, TargetGroupArn = world.TargetGroupArn }],
        }, caller, Ct);
        await elb.ModifyListenerAsync(new() { ListenerArn = listener, DefaultActions = [new() { Type = ActionTypeEnum.Forward, TargetGroupArn = old }] }, caller, Ct);
        await host.AwsAsync(Ct, "cloudwatch", "put-metric-alarm", "--alarm-name", Name, "--namespace", "Shop", "--metric-name", "LostOrders", "--statistic", "Sum", "--period", "60",
            "--evaluation-periods", "1", "--threshold", "1", "--comparison-operator", "GreaterThanThreshold", "--treat-missing-data", "ignore");
        var definition = await world.RegisterAsync("v1", Ct);
        await world.CreateServiceAsync(definition, Ct);
        await host.SteadyAsync(world, definition, Ct);
        await Host.UntilAsync("the instance's health", async () =>
        {
            var health = (await elb.DescribeTargetHealthAsync(new() { TargetGroupArn = old }, caller, Ct)).TargetHealthDescriptions?[0].TargetHealth;
            return (health?.State is TargetHealthStateEnum.Healthy, $"{health} {await _machines.ConsoleAsync(machine)}");
        }, Ct, 60);
        return (world, old);
    }

    private Task WritePlanAsync() => _migration.WriteAsync($$"""
        migration: {{Name}}
        old: { targetGroup: {{Name}}-machine }
        new: { cluster: {{Name}}, service: {{DemoWorld.ServiceName}} }
        entry: { listenerRule: { loadBalancer: {{Name}}, port: 80 } }
        test: { host: {{TestDomain}} }
        mirror: { requests: [/cgi-bin/hello, /health], headers: [content-type], ignore: ["version .*"] }
        probes: { path: /cgi-bin/hello, perSecond: 10 }
        gates:
          alarms: [{{Name}}]
          errors: { worseBy: 10, minimumRequests: 50, confidence: 95 }
          latency: { percentile: 95, slowerBy: 10000, minimumRequests: 5, confidence: 95 }
        timing: { period: 5s, metricsDelay: 0s }
        stages:
          - { stage: prepare }
          - { stage: test, approval: true }
          - { weight: 10, hold: 15s }
          - { weight: 50, hold: 15s }
          - { weight: 100, hold: 15s }
          - { stage: confirm }
          - { stage: retire }
        """);

    private async Task OnlyTheTestDomainAsync(DemoWorld world, Traffic traffic)
    {
        await _migration.UntilAsync("the question for the test stage", s => $"{s["standing"]}" == "waits for the approval of test");
        (await _migration.RunAsync("status")).Ok().ShouldContain($"Go on: ./minato migrate approve {_migration.PlanFile}");
        using var http = new HttpClient();
        for (var n = 0; n < 20; n++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, world.Url) { Headers = { Host = TestDomain } };
            (await (await http.SendAsync(request, Ct)).Content.ReadAsStringAsync(Ct)).ShouldStartWith("version v1");
        }

        traffic.Versions.Keys.ShouldBe(["old"], "users see nothing of it");
    }

    private async Task EvidenceAsync()
    {
        var report = await _migration.ReportAsync();
        $"{report["verdict"]}".ShouldStartWith("completed: ");
        report["weights"]?.AsArray().Select(w => (int?)w?["weight"]).ShouldBe([0, 10, 0, 0, 10, 50, 100]);
        var decisions = (report["decisions"]?.AsArray() ?? []).Select(d => $"{d?["kind"]} {d?["words"]}").ToList();
        decisions.ShouldContain(d => d.StartsWith("done mirror: 0 of 2 requests were answered differently", StringComparison.Ordinal));
        decisions.ShouldContain(d => d.StartsWith("resumed by", StringComparison.Ordinal));
        decisions.ShouldContain(d => d.StartsWith("judged errors pass", StringComparison.Ordinal) && d.Contains("in the same minutes", StringComparison.Ordinal));
        decisions.ShouldContain(d => d.StartsWith("judged latency pass", StringComparison.Ordinal));
        decisions.ShouldContain(d => d.EndsWith("approve, a good day", StringComparison.Ordinal));
        (await _migration.RunAsync("report")).Ok();
        var page = await _migration.PageAsync();
        page.ShouldContain("<svg");
        page.ShouldContain("the test domain looks right");
    }

    private Task AlarmAsync(string state) => host.AwsAsync(Ct, "cloudwatch", "set-alarm-state", "--alarm-name", Name, "--state-value", state, "--state-reason", "test");

    private async Task<string> ListenerAsync(DemoWorld world) =>
        (await host.Minato.Elb.DescribeListenersAsync(new() { LoadBalancerArn = world.LoadBalancerArn }, host.Minato.Caller, Ct)).Listeners?[0].ListenerArn ?? "";

    private async Task<IEnumerable<(string Group, int Weight)>> WeightsAsync(DemoWorld world)
    {
        var rule = (await host.Minato.Elb.DescribeRulesAsync(new() { ListenerArn = await ListenerAsync(world) }, host.Minato.Caller, Ct)).Rules?.Single(r => r.IsDefault is true);
        return [.. (rule?.Actions?[0].ForwardConfig?.TargetGroups ?? []).Select(g => (g.TargetGroupArn ?? "", g.Weight ?? 0))];
    }
}
