using Minato.Cli.Demo;
using Minato.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Minato.Acceptance;

/// <summary>The main job on real engines: serve, heal, roll without a failed request, trip and roll back, keep the logs.</summary>
[Collection(nameof(Host)), Trait("Floor", "engine")]
public sealed class MainJobTests(Host host)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_of_three_serves_heals_rolls_without_a_failed_request_and_rolls_back()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        var world = host.World("main-job");
        var v1 = await world.RegisterAsync("v1", Ct);
        await world.CreateLoadBalancerAsync(Ct);
        await world.CreateServiceAsync(v1, Ct);
        await host.SteadyAsync(world, v1, Ct);
        using (var http = new HttpClient()) (await http.GetStringAsync(world.Url, Ct)).ShouldStartWith("version v1 from ");

        await Heals(world, v1);
        var v2 = await Rolls(world);
        await RollsBack(world, v2);
        await HasLogs(world);
    }

    private async Task Heals(DemoWorld world, string taskDefinition)
    {
        var before = await world.TasksAsync(Ct);
        var victim = before[0].TaskArn ?? "";
        var container = (await Shell.DockerAsync(Ct, "ps", "-q", "--filter", $"label=com.amazonaws.ecs.task-arn={victim}", "--filter", "label=com.amazonaws.ecs.container-name=web")).Ok().Trim();
        (await Shell.DockerAsync(Ct, "kill", container)).Ok();
        await Host.UntilAsync("the end of the killed task", async () =>
        {
            var tasks = await world.TasksAsync(Ct);
            return (tasks.All(t => t.TaskArn != victim) && tasks.Length == 3, $"{tasks.Length} running");
        }, Ct);
        await host.SteadyAsync(world, taskDefinition, Ct);
        var stopped = (await host.Minato.Ecs.DescribeTasksAsync(new() { Cluster = world.Cluster, Tasks = [victim] }, host.Minato.Caller, Ct)).Tasks?[0];
        stopped?.StopCode.ShouldBe(TaskStopCode.EssentialContainerExited);
        stopped?.StoppedReason.ShouldBe("Essential container in task exited");
        stopped?.Containers?[0].ExitCode.ShouldBe(137);
    }

    private async Task<string> Rolls(DemoWorld world)
    {
        var v2 = await world.RegisterAsync("v2", Ct);
        var traffic = new Traffic(world.Url, 200);
        await using (traffic)
        {
            await world.UpdateAsync(v2, Ct);
            await host.SteadyAsync(world, v2, Ct);
            await Task.Delay(1000, Ct);
        }
        traffic.Failures.ShouldBeEmpty($"{traffic.Sent} requests");
        traffic.Versions.Keys.ShouldBe(["v1", "v2"], ignoreOrder: true);
        return v2;
    }

    private async Task RollsBack(DemoWorld world, string good)
    {
        var bad = await world.RegisterAsync("bad", Ct);
        var traffic = new Traffic(world.Url, 200);
        await using (traffic)
        {
            await world.UpdateAsync(bad, Ct);
            await Host.UntilAsync("the failed deployment", async () =>
            {
                var failed = ((await world.ServiceAsync(Ct)).Deployments ?? []).FirstOrDefault(d => d.TaskDefinition == bad);
                return (failed?.RolloutState is DeploymentRolloutState.Failed, $"{failed?.RolloutState}, {failed?.FailedTasks} failed tasks");
            }, Ct, 180);
            await host.SteadyAsync(world, good, Ct);
        }
        traffic.Failures.ShouldBeEmpty($"{traffic.Sent} requests");
        traffic.Versions.Keys.ShouldBe(["v2"]);
        var events = ((await world.ServiceAsync(Ct)).Events ?? []).Select(e => e.Message ?? "").ToArray();
        events.ShouldContain(e => e.Contains("deployment failed: tasks failed to start."));
        events.ShouldContain(e => e.Contains("rolling back to deployment ecs-svc/"));
    }

    private async Task HasLogs(DemoWorld world)
    {
        foreach (var task in await world.TasksAsync(Ct))
        {
            var stream = $"ecs/web/{task.TaskArn?.Split('/')[^1]}";
            var events = await host.Minato.Logs.GetLogEventsAsync(new() { LogGroupName = world.LogGroup, LogStreamName = stream, StartFromHead = true }, host.Minato.Caller, Ct);
            (events.Events ?? []).Select(e => e.Message).ShouldContain("version v2 starts");
        }
    }
}
