using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
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
    private readonly string _folder = Directory.CreateTempSubdirectory("minato-migrate-").FullName;
    private WebApplication? _machine;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private string PlanFile => Path.Combine(_folder, "plan.yaml");

    [Fact]
    public async Task Users_move_to_ecs_and_back_and_no_request_fails_though_the_runner_is_killed()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        var world = await OpenAsync("move", broken: false);
        await WritePlanAsync("move", [1, 10, 50, 100], "/cgi-bin/hello");
        (await host.RunAsync(Ct, "migrate", "check", PlanFile)).Ok().ShouldContain("entry: weights old 1");
        var traffic = new Traffic(world.Url, PerSecond);
        await using (traffic)
        {
            using (var first = Start("start"))
            {
                await WeightAsync(10);
                first.Kill(); // As kill -9.
                await first.WaitForExitAsync(Ct);
            }

            (await StatusAsync())["runner"]?.GetValue<bool>().ShouldBeFalse();
            using var second = Start("resume");
            await Host.UntilAsync("the second runner", async () => ((await StatusAsync())["runner"]?.GetValue<bool>() is true, "none"), Ct, 60);
            (await host.RunAsync(Ct, "migrate", "start", PlanFile)).Error.ShouldContain("another runner is at work");
            await WeightAsync(50);
            await WeightAsync(100);
            await Host.UntilAsync("the stage confirm", async () => await StatusAsync() is var s ? ($"{s["stage"]}" == "confirm", $"{s}") : default, Ct, 120);
            (await WeightsAsync(world)).ShouldBe((0, 100));
            (await host.RunAsync(Ct, "migrate", "retreat", PlanFile, "--why", "to see the way back")).Ok();
            await second.WaitForExitAsync(Ct);
            second.ExitCode.ShouldBe(1);
            await Task.Delay(1000, Ct);
        }

        traffic.Failures.ShouldBeEmpty($"{traffic.Sent} requests");
        traffic.Versions.Keys.ShouldBe(["old", "v1"], ignoreOrder: true);
        traffic.Sent.ShouldBeGreaterThan(PerSecond * 30);
        (await WeightsAsync(world)).ShouldBe((100, 0));
        (await host.RunAsync(Ct, "migrate", "report", PlanFile)).Ok();
        (await File.ReadAllTextAsync(PlanFile + ".report.html", Ct)).ShouldContain("to see the way back");
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
            var run = await host.RunAsync(Ct, "migrate", "start", PlanFile);
            run.Code.ShouldBe(1, run.Error);
            run.Output.ShouldContain("retreated: the gate errors failed: ");
            (await WeightsAsync(world)).ShouldBe((100, 0));
            await Task.Delay(500, Ct); // What was under way on the new side is over.
            failedBefore = traffic.Failed;
            await Task.Delay(2000, Ct);
        }

        traffic.Failures.Keys.ShouldBe(["HTTP 500"], "users saw the new side for a while");
        traffic.Failed.ShouldBe(failedBefore, "and none after the retreat");
        var report = JsonNode.Parse((await host.RunAsync(Ct, "migrate", "report", PlanFile, "--json")).Ok());
        report?["weights"]?.AsArray().Select(w => (int?)w?["weight"]).ShouldBe([0, 5, 0]);
        await CloseAsync(world);
    }

    public async ValueTask DisposeAsync()
    {
        if (_machine is not null) await _machine.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
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

    private Task WritePlanAsync(string name, int[] weights, string mirrored) => File.WriteAllTextAsync(PlanFile, $$"""
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
        """, Ct);

    private Process Start(string verb)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "minato"), ["--data", host.Data, "--region", "eu-west-1", "migrate", verb, PlanFile])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("The command line does not start.");
        process.OutputDataReceived += (_, line) => TestContext.Current.SendDiagnosticMessage("{0}", line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private async Task<JsonNode> StatusAsync() => JsonNode.Parse((await host.RunAsync(Ct, "migrate", "status", PlanFile, "--json")).Ok()) ?? new JsonObject();

    private Task WeightAsync(int weight) => Host.UntilAsync($"{weight} %", async () =>
    {
        var status = await StatusAsync();
        return (status["weight"]?.GetValue<int>() >= weight, $"{status}");
    }, Ct, 180);

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
