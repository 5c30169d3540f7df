using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Testing.Containers;
using Task = System.Threading.Tasks.Task;

namespace Minato.Acceptance;

/// <summary>A Docker Engine on another machine as a container instance: tasks run there, and are run from here.</summary>
[Trait("Floor", "engine")]
public sealed class MachineTests
{
    private const string Cluster = "far";
    private const string Image = "far:1";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tasks_run_on_another_machines_engine_are_adopted_after_a_crash_and_lost_with_the_machine()
    {
        Assert.SkipWhen((PrivateMachine.Absence ?? Host.Missing) is not null, PrivateMachine.Absence ?? Host.Missing ?? "");
        await using var machine = new PrivateMachine();
        await machine.StartAsync(Ct);
        await machine.ImportBusyboxAsync(Image, Ct);
        await using var host = new Host();
        await host.StartAsync(Ct);
        (await host.RunAsync(Ct, "instances", "add", "--cluster", Cluster, "--engine", machine.Engine, "--tls", machine.Certificates, "--type", "t3.small")).Ok()
            .ShouldContain(machine.Address);
        await DefineAsync(host);

        var arn = (await RunAsync(host)).Tasks?[0].TaskArn ?? "";
        var task = await UntilAsync(host, arn, "RUNNING");
        var container = await OnMachineAsync(machine);
        (await host.ContainersAsync(Ct, "far")).ShouldBeEmpty("nothing of it is on this machine");
        task.Containers?[0].RuntimeId.ShouldBe(container);

        // Its port is reached at the machine's address, its output is in Logs, and a command runs in it.
        var port = task.Containers?[0].NetworkBindings?[0].HostPort ?? 0;
        using var http = new HttpClient();
        await Host.UntilAsync("an answer", async () =>
        {
            try
            {
                return ((await http.GetStringAsync(new Uri($"http://{machine.Address}:{port}/"), Ct)).Contains("hello", StringComparison.Ordinal), "another answer");
            }
            catch (HttpRequestException e)
            {
                return (false, e.Message);
            }
        }, Ct, 20);
        (await host.RunAsync(Ct, "exec", arn, "--cluster", Cluster, "--", "/bin/sh", "-c", "exit 7")).Code.ShouldBe(7);
        await Host.UntilAsync("its output", async () =>
        {
            var events = await host.AwsResultAsync(Ct, "logs", "filter-log-events", "--log-group-name", "/far");
            return (events.Output.Contains("ready to serve", StringComparison.Ordinal), events.Output + events.Error);
        }, Ct, 20);

        // Minato dies and comes back: the same container goes on.
        await host.KillAsync(Ct);
        await host.UpAsync(Ct);
        (await UntilAsync(host, arn, "RUNNING")).Containers?[0].RuntimeId.ShouldBe(container);
        (await OnMachineAsync(machine)).ShouldBe(container);

        // The machine's engine dies: the task stays as it was last seen, and nothing is placed there.
        await machine.KillAsync(Ct);
        await Host.UntilAsync("the refusal", async () =>
        {
            var refused = await RunAsync(host);
            foreach (var other in refused.Tasks ?? []) await host.Minato.Ecs.StopTaskAsync(new() { Cluster = Cluster, Task = other.TaskArn ?? "" }, host.Minato.Caller, Ct);
            return (refused.Failures is [{ Reason: "AGENT" }], refused.Failures?.FirstOrDefault()?.Reason ?? "placed");
        }, Ct, 30);
        (await DescribeAsync(host, arn)).LastStatus.ShouldBe("RUNNING");

        // Back again, it takes tasks; gone for good, what it had is lost, and the reason is told.
        await machine.StartAsync(Ct);
        await Host.UntilAsync("the instance", async () => ((await RunAsync(host)).Failures is [], "AGENT"), Ct, 30);
        await machine.KillAsync(Ct);
        await Host.UntilAsync("the engine's absence to be seen", async () =>
        {
            var list = (await host.RunAsync(Ct, "instances", "list", "--cluster", Cluster)).Ok();
            return (list.Contains("away", StringComparison.Ordinal), list);
        }, Ct, 30);
        var id = (await host.Minato.Ecs.ListContainerInstancesAsync(new() { Cluster = Cluster }, host.Minato.Caller, Ct)).ContainerInstanceArns?[0].Split('/')[^1] ?? "";
        (await host.RunAsync(Ct, "instances", "remove", "--cluster", Cluster, id)).Ok();
        (await UntilAsync(host, arn, "STOPPED")).StoppedReason.ShouldBe("Container instance deregistration forced by user");
        await machine.StartAsync(Ct);
        (await host.RunAsync(Ct, "down", "--purge")).Ok();
        (await machine.DockerAsync(Ct, "ps", "-aq")).Output.Trim().ShouldBe("");
    }

    [Fact]
    public async Task An_engine_that_does_not_let_us_in_is_told_at_once()
    {
        Assert.SkipWhen((PrivateMachine.Absence ?? Host.Missing) is not null, PrivateMachine.Absence ?? Host.Missing ?? "");
        await using var machine = new PrivateMachine();
        await machine.StartAsync(Ct);
        await using var host = new Host();
        await host.StartAsync(Ct);
        var wrong = await host.RunAsync(Ct, "instances", "add", "--engine", "tcp://127.0.0.1:1", "--tls", machine.Certificates);
        (wrong.Code, wrong.Error).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(1), r => r.Error.ShouldContain("Docker Engine does not answer on tcp://127.0.0.1:1"));
        var bare = await host.RunAsync(Ct, "instances", "add", "--engine", machine.Engine);
        bare.Error.ShouldContain("--engine needs --tls DIR");
    }

    private static async Task DefineAsync(Host host) => await host.Minato.Ecs.RegisterTaskDefinitionAsync(new()
    {
        Family = "far", NetworkMode = NetworkMode.Bridge, Cpu = "128", Memory = "64",
        ContainerDefinitions =
        [
            new()
            {
                Name = "far", Image = Image, StopTimeout = 2, PortMappings = [new() { ContainerPort = 8080 }],
                Command = ["/bin/sh", "-c", "echo ready to serve; busybox mkdir -p /www; echo hello > /www/index.html; exec busybox httpd -f -p 8080 -h /www"],
                LogConfiguration = new()
                {
                    LogDriver = LogDriver.Awslogs,
                    Options = new Dictionary<string, string>
                    {
                        ["awslogs-group"] = "/far", ["awslogs-region"] = "eu-west-1", ["awslogs-create-group"] = "true", ["awslogs-stream-prefix"] = "far",
                    }.ToImmutableDictionary(),
                },
            },
        ],
    }, host.Minato.Caller, Ct);

    private static Task<RunTaskResponse> RunAsync(Host host) =>
        host.Minato.Ecs.RunTaskAsync(new() { Cluster = Cluster, TaskDefinition = "far", LaunchType = LaunchType.Ec2, EnableExecuteCommand = true }, host.Minato.Caller, Ct);

    private static async Task<string> OnMachineAsync(PrivateMachine machine)
    {
        var (code, output) = await machine.DockerAsync(Ct, "ps", "-q", "--no-trunc", "--filter", "label=com.amazonaws.ecs.container-name=far");
        code.ShouldBe(0, output);
        return output.Trim();
    }

    private static async Task<Contracts.Ecs.Task> DescribeAsync(Host host, string arn) =>
        (await host.Minato.Ecs.DescribeTasksAsync(new() { Cluster = Cluster, Tasks = [arn] }, host.Minato.Caller, Ct)).Tasks?[0] ?? throw new InvalidOperationException();

    private static async Task<Contracts.Ecs.Task> UntilAsync(Host host, string arn, string status)
    {
        var task = await DescribeAsync(host, arn);
        await Host.UntilAsync(status, async () =>
        {
            task = await DescribeAsync(host, arn);
            return (task.LastStatus == status, $"{task.LastStatus} {task.StoppedReason} {task.Containers?[0].Reason}");
        }, Ct, 60);
        return task;
    }
}
