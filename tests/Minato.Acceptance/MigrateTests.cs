using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Minato.Cli.Demo;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;
using NetworkInterface = System.Net.NetworkInformation.NetworkInterface;
using Task = System.Threading.Tasks.Task;

namespace Minato.Acceptance;

/// <summary>A machine outside and an ECS service behind one load balancer, users all the time, and traffic moving between them by <c>./minato migrate</c>.</summary>
[Collection(nameof(Host)), Trait("Floor", "engine")]
public sealed class MigrateTests(Host host) : IAsyncDisposable
{
    private const int PerSecond = 200;
    private readonly MigrationAtWork _migration = new(host);
    private WebApplication? _machine;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Users_move_to_ecs_and_back_and_no_request_fails_though_the_runner_is_killed()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        var world = await OpenAsync("move", broken: false);
        await WritePlanAsync("move", [1, 10, 50, 100], "/cgi-bin/hello");
        (await _migration.RunAsync("check")).Ok().ShouldContain("entry: weights old 1");
        var traffic = new Traffic(world.Url, PerSecond);
        await using (traffic)
        {
            using (var first = _migration.Start("start"))
            {
                await _migration.WeightAsync(10);
                first.Kill(); // As kill -9.
                await first.WaitForExitAsync(Ct);
            }

            (await _migration.StatusAsync())["runner"]?.GetValue<bool>().ShouldBeFalse();
            using var second = _migration.Start("resume");
            await _migration.UntilAsync("the second runner", r => r["runner"]?.GetValue<bool>() is true, 60);
            (await _migration.RunAsync("start")).Error.ShouldContain("another runner is at work");
            await _migration.WeightAsync(50);
            await _migration.WeightAsync(100);
            await _migration.StageAsync("confirm");
            (await WeightsAsync(world)).ShouldBe((0, 100));
            (await _migration.RunAsync("retreat", "--why", "to see the way back")).Ok();
            await second.WaitForExitAsync(Ct);
            second.ExitCode.ShouldBe(1);
            await Task.Delay(1000, Ct);
        }

        traffic.Failures.ShouldBeEmpty($"{traffic.Sent} requests");
        traffic.Versions.Keys.ShouldBe(["old", "v1"], ignoreOrder: true);
        traffic.Sent.ShouldBeGreaterThan(PerSecond * 30);
        (await WeightsAsync(world)).ShouldBe((100, 0));
        (await _migration.RunAsync("report")).Ok();
        (await _migration.PageAsync()).ShouldContain("to see the way back");
        await CloseAsync(world);
    }

    [Fact]
    public async Task A_new_side_that_answers_500_is_left_by_itself()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        var world = await OpenAsync("leave", broken: true);
        await WritePlanAsync("leave", [5, 100], "/health");
        var traffic = new Traffic(world.Url, PerSecond);
        int failedBefore;
        await using (traffic)
        {
            var run = await _migration.RunAsync("start");
            run.Code.ShouldBe(1, run.Error);
            run.Output.ShouldContain("retreated: the gate errors failed: ");
            (await WeightsAsync(world)).ShouldBe((100, 0));
            await Task.Delay(500, Ct); // What was under way on the new side is over.
            failedBefore = traffic.Failed;
            await Task.Delay(2000, Ct);
        }

        traffic.Failures.Keys.ShouldBe(["HTTP 500"], "users saw the new side for a while");
        traffic.Failed.ShouldBe(failedBefore, "and none after the retreat");
        var report = await _migration.ReportAsync();
        report["weights"]?.AsArray().Select(w => (int?)w?["weight"]).ShouldBe([0, 5, 0]);
        await CloseAsync(world);
    }

    public async ValueTask DisposeAsync()
    {
        if (_machine is not null) await _machine.DisposeAsync();
        _migration.Dispose();
    }

    /// <summary>All users on the machine; the service stands beside it.</summary>
    private async Task<DemoWorld> OpenAsync(string name, bool broken)
    {
        var world = host.World(name);
        await world.CreateLoadBalancerAsync(Ct);
        var (elb, caller) = (host.Minato.Elb, host.Minato.Caller);
        var (address, port) = await StartMachineAsync();
        var listener = await ListenerAsync(world);
        var vpc = (await elb.DescribeTargetGroupsAsync(new() { TargetGroupArns = [world.TargetGroupArn] }, caller, Ct)).TargetGroups?[0].VpcId;
        var old = (await elb.CreateTargetGroupAsync(new()
        {
            Name = $"{name}-machine", Protocol = ProtocolEnum.Http, Port = port, VpcId = vpc, TargetType = TargetTypeEnum.Ip, HealthCheckPath = "/health",
            HealthCheckIntervalSeconds = 5, HealthCheckTimeoutSeconds = 2, HealthyThresholdCount = 2, UnhealthyThresholdCount = 2,
        }, caller, Ct)).TargetGroups?[0].TargetGroupArn ?? "";
        await elb.RegisterTargetsAsync(new() { TargetGroupArn = old, Targets = [new() { Id = address, Port = port, AvailabilityZone = "all" }] }, caller, Ct);
        await elb.CreateRuleAsync(new()
        {
            ListenerArn = listener, Priority = 900, Conditions = [new() { Field = "path-pattern", Values = ["/never"] }],
            Actions = [new() { Type = ActionTypeEnum.Forward, TargetGroupArn = world.TargetGroupArn }],
        }, caller, Ct);
        await elb.ModifyListenerAsync(new() { ListenerArn = listener, DefaultActions = [new() { Type = ActionTypeEnum.Forward, TargetGroupArn = old }] }, caller, Ct);
        var definition = await world.RegisterAsync("v1", Ct);
        if (broken) definition = await BreakAsync(definition);
        await world.CreateServiceAsync(definition, Ct);
        await host.SteadyAsync(world, definition, Ct);
        await Host.UntilAsync("the machine's health", async () =>
        {
            var health = (await elb.DescribeTargetHealthAsync(new() { TargetGroupArn = old }, caller, Ct)).TargetHealthDescriptions?[0].TargetHealth;
            return (health?.State is TargetHealthStateEnum.Healthy, $"{health}");
        }, Ct, 60);
        return world;
    }

    /// <summary>Its health page is fine, and every other answer is a 500.</summary>
    private async Task<string> BreakAsync(string definition)
    {
        const string start = "echo ok >/www/health; printf '#!/bin/busybox sh\\nprintf \"Status: 500 Broken\\\\r\\\\n\\\\r\\\\n\"\\n' >/www/cgi-bin/hello; exec /bin/busybox httpd -f -p 80 -h /www";
        var found = (await host.Minato.Ecs.DescribeTaskDefinitionAsync(new() { TaskDefinition = definition }, host.Minato.Caller, Ct)).TaskDefinition ?? new();
        var container = (found.ContainerDefinitions ?? [])[0] with { EntryPoint = ["/bin/busybox", "sh", "-c"], Command = [start] };
        return (await host.Minato.Ecs.RegisterTaskDefinitionAsync(new()
        {
            Family = found.Family ?? "", ExecutionRoleArn = found.ExecutionRoleArn, NetworkMode = NetworkMode.Awsvpc, RequiresCompatibilities = [Compatibility.Fargate], Cpu = "256", Memory = "512",
            ContainerDefinitions = [container],
        }, host.Minato.Caller, Ct)).TaskDefinition?.TaskDefinitionArn ?? "";
    }

    private async Task<(string Address, int Port)> StartMachineAsync()
    {
        var address = NetworkInterface.GetAllNetworkInterfaces().SelectMany(i => i.GetIPProperties().UnicastAddresses).Select(a => a.Address)
            .First(a => a.AddressFamily is AddressFamily.InterNetwork && IPNetwork.Parse("172.17.0.0/16").Contains(a)); // The engine's own bridge: an address that targets may have.
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders(); // Its words would drown those of the tests.
        builder.WebHost.UseKestrel(k => k.Listen(address, 0));
        _machine = builder.Build();
        _machine.MapGet("/health", () => Results.Text("ok\n", "text/html"));
        _machine.MapGet("/cgi-bin/hello", (HttpContext context) =>
        {
            context.Response.ContentType = "text/plain";
            return context.Response.WriteAsync("version old from a machine\n");
        });
        await _machine.StartAsync(Ct);
        return (address.ToString(), new Uri(_machine.Urls.First()).Port);
    }

    private Task WritePlanAsync(string name, int[] weights, string mirrored) => _migration.WriteAsync($$"""
        migration: {{name}}
        old: { targetGroup: {{name}}-machine }
        new: { cluster: {{name}}, service: {{DemoWorld.ServiceName}} }
        entry: { listenerRule: { loadBalancer: {{name}}, port: 80 } }
        mirror: { requests: [{{mirrored}}], headers: [], ignore: ["version .*"] }
        probes: { path: /cgi-bin/hello, perSecond: 20 }
        gates: { errors: { worseBy: 10, minimumRequests: 50, confidence: 95 } }
        timing: { period: 5s, metricsDelay: 0s }
        stages:
          - { stage: prepare }
          - { stage: test }
        {{string.Join('\n', weights.Select(w => $"  - {{ weight: {w}, hold: 8s }}"))}}
          - { stage: confirm }
        """);

    private async Task<string> ListenerAsync(DemoWorld world) =>
        (await host.Minato.Elb.DescribeListenersAsync(new() { LoadBalancerArn = world.LoadBalancerArn }, host.Minato.Caller, Ct)).Listeners?[0].ListenerArn ?? "";

    private async Task<(int Old, int New)> WeightsAsync(DemoWorld world)
    {
        var rule = (await host.Minato.Elb.DescribeRulesAsync(new() { ListenerArn = await ListenerAsync(world) }, host.Minato.Caller, Ct)).Rules?.Single(r => r.IsDefault is true);
        var groups = rule?.Actions?[0].ForwardConfig?.TargetGroups ?? [];
        return (groups.Where(g => g.TargetGroupArn != world.TargetGroupArn).Sum(g => g.Weight ?? 0), groups.Where(g => g.TargetGroupArn == world.TargetGroupArn).Sum(g => g.Weight ?? 0));
    }

    private Task CloseAsync(DemoWorld world) =>
        host.Minato.Ecs.DeleteServiceAsync(new() { Cluster = world.Cluster, Service = DemoWorld.ServiceName, Force = true }, host.Minato.Caller, Ct);
}
