using System.Diagnostics;
using System.Text.Json.Nodes;
using Minato.Cli.Demo;
using Minato.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Minato.Acceptance;

/// <summary>
/// deploy, why, plan and rehearse as a pipeline uses them: pointed at an endpoint with credentials of the environment, as they would be
/// at AWS, and knowing nothing of the installation behind it.
/// </summary>
[Collection(nameof(Host)), Trait("Floor", "engine")]
public sealed class CommandTests(Host host)
{
    private const int Interrupted = 130;
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Commands_work_against_an_endpoint_with_credentials_of_the_environment()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        var world = host.World("outside");
        var v1 = await world.RegisterAsync("v1", Ct);
        await world.CreateLoadBalancerAsync(Ct);
        await world.CreateServiceAsync(v1, Ct);
        await host.SteadyAsync(world, v1, Ct);

        await DeploysInJson();
        await LeavesADeploymentAlone(world);
        await PlansWhatIsMissing(world);
        await Rehearses();
        await TellsWhy(world);
        var refused = await host.OutsideAsync("wrong", Ct, "plan", "web", "--cluster", "outside");
        (refused.Code, refused.Error).ShouldBe((1, "minato: InvalidSignatureException: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n"));
    }

    private async Task DeploysInJson()
    {
        var deploy = await host.OutsideAsync(null, Ct, "deploy", "web", "--cluster", "outside", "--image", $"web={host.Image.Name("v2")}", "--json");
        var events = Lines(deploy.Ok());
        events.Select(e => (string?)e["event"]).First().ShouldBe("started");
        events.ShouldContain(e => (string?)e["event"] == "progress" && e["revisions"] != null);
        var end = events[^1];
        ((string?)end["event"], (bool?)end["success"], (string?)end["status"]).ShouldBe(("ended", true, "SUCCESSFUL"));
    }

    /// <summary>Ctrl-C ends the command alone: it says what goes on, in JSON as well, and the deployment comes to its end.</summary>
    private async Task LeavesADeploymentAlone(DemoWorld world)
    {
        var start = host.Outside(null, "deploy", "web", "--cluster", "outside", "--image", $"web={host.Image.Name("v1")}", "--json");
        // Whoever runs the tests in the background may have them ignore Ctrl-C, and what they start with them.
        start.ArgumentList.Insert(0, start.FileName);
        start.ArgumentList.Insert(0, "--default-signal=INT");
        start.FileName = "env";
        using var process = Process.Start(start) ?? throw new InvalidOperationException("The command line could not be started.");
        process.StandardInput.Close();
        var first = JsonNode.Parse(await process.StandardOutput.ReadLineAsync(Ct) ?? "{}");
        ((string?)first?["event"]).ShouldBe("started");
        (await Shell.RunAsync("kill", ["-INT", $"{process.Id}"], Ct)).Ok();
        var rest = Lines(await process.StandardOutput.ReadToEndAsync(Ct));
        await process.WaitForExitAsync(Ct);
        process.ExitCode.ShouldBe(Interrupted);
        ((string?)rest[^1]["event"]).ShouldBe("left");
        var words = (string?)rest[^1]["message"] ?? "";
        words.ShouldContain("goes on without this command");
        words.ShouldContain("aws ecs stop-service-deployment --service-deployment-arn arn:aws:ecs:eu-west-1:");
        words.ShouldContain("./minato why web --cluster outside --endpoint-url http://127.0.0.1:");
        await Host.UntilAsync("the end of the deployment that was left alone", async () =>
        {
            var service = await world.ServiceAsync(Ct);
            var deployments = service.Deployments ?? [];
            return (deployments is [{ RolloutState: DeploymentRolloutState.Completed }], $"{deployments.Length} deployments");
        }, Ct);
    }

    private async Task PlansWhatIsMissing(DemoWorld world)
    {
        var good = await host.OutsideAsync(null, Ct, "plan", "web", "--cluster", "outside", "--image", $"web={host.Image.Name("v2")}", "--json");
        var plan = JsonNode.Parse(good.Ok());
        ((bool?)plan?["ok"]).ShouldBe(true, good.Output);
        plan?["changes"]?.AsArray().Select(c => (string?)c?["path"]).ShouldBe(["containerDefinitions[web].image"]);

        var current = (await host.Minato.Ecs.DescribeTaskDefinitionAsync(new() { TaskDefinition = "outside-web" }, host.Minato.Caller, Ct)).TaskDefinition?.ContainerDefinitions?[0] ?? new();
        var broken = await host.Minato.Ecs.RegisterTaskDefinitionAsync(new()
        {
            Family = "outside-broken", NetworkMode = NetworkMode.Awsvpc, RequiresCompatibilities = [Compatibility.Fargate], Cpu = "256", Memory = "512",
            ExecutionRoleArn = "arn:aws:iam::123456789012:role/nobody", TaskRoleArn = "arn:aws:iam::123456789012:role/nobody-either",
            ContainerDefinitions =
            [
                current with
                {
                    Name = "other", Image = host.Image.Name("gone"), Secrets = [new() { Name = "A", ValueFrom = "/none" }, new() { Name = "B", ValueFrom = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:none-AbCdEf" }],
                    LogConfiguration = current.LogConfiguration is { } log ? log with { Options = log.Options?.SetItem("awslogs-group", "/none").Remove("awslogs-create-group") } : null,
                },
            ],
        }, host.Minato.Caller, Ct);
        var bad = await host.OutsideAsync(null, Ct, "plan", "web", "--cluster", "outside", "--task-definition", broken.TaskDefinition?.TaskDefinitionArn ?? "", "--json");
        bad.Code.ShouldBe(1, bad.Output);
        var failed = JsonNode.Parse(bad.Output)?["checks"]?.AsArray().Where(c => (string?)c?["outcome"] == "Failed").Select(c => (string?)c?["what"]).ToArray() ?? [];
        failed.ShouldBe(
            ["image of other", "execution role", "task role", "secret A of other", "secret B of other", "log group of other", "target web:80"], ignoreOrder: true, bad.Output);
        (await host.OutsideAsync(null, Ct, "plan", "web", "--cluster", "outside", "--task-definition", broken.TaskDefinition?.TaskDefinitionArn ?? "")).Output.ShouldContain("7 of ");

        await NetworkAndTargets(world);
    }

    /// <summary>A service whose subnets, security groups and target group do not fit the version that is planned for it.</summary>
    private async Task NetworkAndTargets(DemoWorld world)
    {
        var (ecs, caller) = (host.Minato.Ecs, host.Minato.Caller);
        var bridge = (await ecs.RegisterTaskDefinitionAsync(new()
        {
            Family = "outside-bridge", ContainerDefinitions = [new() { Name = "web", Image = "web:1", Memory = 64, PortMappings = [new() { ContainerPort = 80, HostPort = 8080 }] }],
        }, caller, Ct)).TaskDefinition?.TaskDefinitionArn ?? "";
        var planned = await host.OutsideAsync(null, Ct, "plan", "web", "--cluster", "outside", "--task-definition", bridge, "--json");
        planned.Code.ShouldBe(1, planned.Output);
        planned.Output.ShouldContain("its targets are of type ip, and network mode bridge needs instance");
        planned.Output.ShouldContain("the service runs on FARGATE, and the new version is for");

        await ecs.CreateServiceAsync(new() { Cluster = world.Cluster, ServiceName = "cramped", TaskDefinition = bridge, DesiredCount = 0, LaunchType = LaunchType.Ec2 }, caller, Ct);
        (await host.RunAsync(Ct, "instances", "add", "--cluster", world.Cluster, "--type", "t3.nano", "--count", "1")).Ok();
        (await host.OutsideAsync(null, Ct, "plan", "cramped", "--cluster", "outside")).Ok().ShouldContain("1 instances have room for 1 tasks of 0 CPU units, 64 MiB and port 8080");
        var large = (await ecs.RegisterTaskDefinitionAsync(new()
        {
            Family = "outside-large", ContainerDefinitions = [new() { Name = "web", Image = "web:1", Memory = 4096 }],
        }, caller, Ct)).TaskDefinition?.TaskDefinitionArn ?? "";
        await ecs.UpdateServiceAsync(new() { Cluster = world.Cluster, Service = "cramped", DesiredCount = 0 }, caller, Ct);
        var cramped = await host.OutsideAsync(null, Ct, "plan", "cramped", "--cluster", "outside", "--task-definition", large);
        cramped.Code.ShouldBe(1, cramped.Output);
        cramped.Output.ShouldContain("1 instances have room for 0 tasks of 0 CPU units, 4096 MiB, and minimumHealthyPercent 100 lets no old task go first");
        await ecs.DeleteServiceAsync(new() { Cluster = world.Cluster, Service = "cramped", Force = true }, caller, Ct);
        var listed = JsonNode.Parse((await host.RunAsync(Ct, "instances", "list", "--cluster", world.Cluster, "--json")).Ok());
        foreach (var instance in (listed as JsonArray ?? listed?["instances"] as JsonArray) ?? [])
            (await host.RunAsync(Ct, "instances", "remove", "--cluster", world.Cluster, $"{instance?["containerInstance"]}")).Ok();
    }

    private async Task Rehearses()
    {
        var file = Path.Combine(host.Data, "rehearsal.json");
        var there = await host.OutsideAsync(null, Ct, "rehearse", "web", "--cluster", "outside", "--save", file, "--json");
        var here = await Shell.RunAsync(Host.Cli, ["rehearse", "--from", file, "--json"], Ct);
        here.Ok().ShouldBe(there.Ok(), "a saved rehearsal needs no server and comes to the same");
        ((string?)JsonNode.Parse(here.Output)?["status"]).ShouldBe("SUCCESSFUL");
        var bad = await Shell.RunAsync(Host.Cli, ["rehearse", "--from", file, "--failure-rate", "1", "--json"], Ct);
        (bad.Code, (string?)JsonNode.Parse(bad.Output)?["status"]).ShouldBe((1, "ROLLBACK_SUCCESSFUL"));
        (await Shell.RunAsync(Host.Cli, ["rehearse", "--from", file, "--alarm", "5m"], Ct)).ShouldSatisfyAllConditions(r => r.Code.ShouldBe(2), r => r.Error.ShouldContain("no deployment alarms"));
    }

    /// <summary>By AWS APIs alone: what a task said and how it ended, without Minato's own record.</summary>
    private async Task TellsWhy(DemoWorld world)
    {
        var story = JsonNode.Parse((await host.OutsideAsync(null, Ct, "why", "web", "--cluster", "outside", "--json")).Ok());
        ((string?)story?["kind"], (string?)story?["deployment"]?["status"], (bool?)story?["isFailure"]).ShouldBe(("deployment", "SUCCESSFUL", false));
        story?["timeline"]?.AsArray().ShouldNotBeEmpty();

        var victim = (await world.TasksAsync(Ct))[0].TaskArn ?? "";
        var container = (await Shell.DockerAsync(Ct, "ps", "-q", "--filter", $"label=com.amazonaws.ecs.task-arn={victim}", "--filter", "label=com.amazonaws.ecs.container-name=web")).Ok().Trim();
        (await Shell.DockerAsync(Ct, "kill", container)).Ok();
        await Host.UntilAsync("the end of the killed task", async () =>
        {
            var told = JsonNode.Parse((await host.OutsideAsync(null, Ct, "why", victim, "--cluster", "outside", "--json")).Ok());
            var shown = told?["tasks"]?[0]?["containers"]?[0];
            var lines = shown?["lastLines"]?.AsArray().Select(l => (string?)l?["text"]).ToArray() ?? [];
            return ((string?)told?["verdict"] == "Essential container in task exited (web exited with code 137)" && lines.Contains("version v1 starts"), $"{told}");
        }, Ct, 60);
        var nobody = await host.OutsideAsync(null, Ct, "why", "nobody", "--cluster", "outside");
        (nobody.Code, nobody.Error.StartsWith("minato: nothing is known of nobody in cluster outside. Clusters here: ", StringComparison.Ordinal)).ShouldBe((1, true), nobody.Error);
    }

    private static JsonNode[] Lines(string output) =>
        [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l) ?? throw new InvalidOperationException(l))];
}
