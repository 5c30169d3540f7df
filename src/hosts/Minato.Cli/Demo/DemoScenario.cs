using System.Diagnostics;
using Minato.Cli.Output;
using Minato.Cli.Running;
using Minato.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Minato.Cli.Demo;

/// <summary>The main job, told step by step: serve, heal, roll, and roll back.</summary>
internal sealed class DemoScenario(MinatoClient minato)
{
    private const int RequestsPerSecond = 200;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private readonly DemoImage _image = new(minato);
    private DemoWorld? _world;

    private DemoWorld World => _world ??= new(minato, _image);

    public async Task RunAsync(CancellationToken ct)
    {
        await ServeAsync(ct);
        await HealAsync(ct);
        await RollAsync(ct);
        await RollBackAsync(ct);
        await ShowLogsAsync(ct);
    }

    private async Task ServeAsync(CancellationToken ct)
    {
        Screen.Title("An image, pushed to Minato's own registry");
        var watch = Stopwatch.StartNew();
        await _image.BuildAndPushAsync(["v1", "v2", "bad"], ct);
        Screen.Done($"built from busybox without any network and pushed as {_image.Name("v1")} (and v2, bad) in {watch.Elapsed.TotalSeconds:0.0} s");

        Screen.Title("A Fargate service of three tasks behind an Application Load Balancer");
        var v1 = await World.RegisterAsync("v1", ct);
        await World.CreateLoadBalancerAsync(ct);
        await World.CreateServiceAsync(v1, ct);
        var took = await SteadyAsync("the steady state", v1, ct);
        using var http = LocalHttp.New();
        Screen.Done($"steady after {took.TotalSeconds:0.0} s; {World.Url} answers: {(await http.GetStringAsync(World.Url, ct)).Trim()}");
    }

    private async Task HealAsync(CancellationToken ct)
    {
        Screen.Title("A container dies: docker kill");
        var victim = (await World.TasksAsync(ct))[0];
        var id = victim.TaskArn?.Split('/')[^1];
        await KillAsync(victim.TaskArn ?? "", ct);
        var took = await Narrator.UntilAsync("a replacement", Patience, async () =>
        {
            var (words, done) = await StandingAsync(victim.TaskDefinitionArn ?? "", ct);
            return (words, "", done && (await World.TasksAsync(ct)).All(t => t.TaskArn != victim.TaskArn));
        }, ct);
        var stopped = (await minato.Ecs.DescribeTasksAsync(new() { Cluster = World.Cluster, Tasks = [victim.TaskArn ?? ""] }, minato.Caller, ct)).Tasks?.FirstOrDefault();
        Screen.Done($"task {id} stopped ({stopped?.StoppedReason}, exit code {stopped?.Containers?.FirstOrDefault()?.ExitCode}) and was replaced; steady again after {took.TotalSeconds:0.0} s");
    }

    private async Task RollAsync(CancellationToken ct)
    {
        Screen.Title($"A rolling update under {RequestsPerSecond} requests a second (minimumHealthyPercent 100, maximumPercent 200)");
        var v2 = await World.RegisterAsync("v2", ct);
        await using var traffic = new Traffic(World.Url, RequestsPerSecond);
        await Task.Delay(1000, ct);
        await World.UpdateAsync(v2, ct);
        var took = await SteadyAsync("the end of the deployment", v2, ct, traffic);
        await Task.Delay(1000, ct);
        await traffic.StopAsync();
        Report(traffic, $"version v2 serves after {took.TotalSeconds:0.0} s");
    }

    private async Task RollBackAsync(CancellationToken ct)
    {
        Screen.Title("A version whose health check fails: the deployment circuit breaker stops it and rolls back");
        var before = (await World.ServiceAsync(ct)).TaskDefinition ?? "";
        var bad = await World.RegisterAsync("bad", ct);
        await using var traffic = new Traffic(World.Url, RequestsPerSecond);
        await World.UpdateAsync(bad, ct);
        var seen = false;
        var took = await Narrator.UntilAsync("the rollback", Patience, async () =>
        {
            var service = await World.ServiceAsync(ct);
            var failed = (service.Deployments ?? []).FirstOrDefault(d => d.TaskDefinition == bad);
            seen |= failed?.RolloutState is DeploymentRolloutState.Failed;
            var (words, steady) = await StandingAsync(before, ct);
            return ($"{words}, failed tasks {failed?.FailedTasks ?? 0}", Counts(traffic), seen && steady);
        }, ct);
        await traffic.StopAsync();
        Report(traffic, $"the breaker tripped and {before.Split('/')[^1]} serves again after {took.TotalSeconds:0.0} s");
        var events = (await World.ServiceAsync(ct)).Events ?? [];
        foreach (var line in events.Where(e => e.Message?.Contains("deployment failed", StringComparison.Ordinal) is true || e.Message?.Contains("rolling back", StringComparison.Ordinal) is true).Take(2))
            Screen.Dim($"  event: {line.Message}");
    }

    private async Task ShowLogsAsync(CancellationToken ct)
    {
        Screen.Title($"Logs of every container are in CloudWatch Logs, group {World.LogGroup}");
        var lines = (await minato.Logs.FilterLogEventsAsync(new() { LogGroupName = World.LogGroup, Limit = 10000 }, minato.Caller, ct)).Events ?? [];
        foreach (var line in lines.TakeLast(6)) Screen.Dim($"  {line.LogStreamName}  {line.Message}");
        Screen.Done($"{lines.Length} lines of {lines.Select(l => l.LogStreamName).Distinct().Count()} containers");
    }

    private Task<TimeSpan> SteadyAsync(string what, string taskDefinition, CancellationToken ct, Traffic? traffic = null) => Narrator.UntilAsync(what, Patience, async () =>
    {
        var (words, done) = await StandingAsync(taskDefinition, ct);
        return (words, traffic is null ? "" : Counts(traffic), done);
    }, ct);

    private static string Counts(Traffic traffic) => $", {traffic.Answered} requests answered, {traffic.Failed} failed";

    private async Task<(string Words, bool Steady)> StandingAsync(string taskDefinition, CancellationToken ct)
    {
        var service = await World.ServiceAsync(ct);
        var (healthy, _) = await minato.TargetsAsync(World.LoadBalancerArn, ct);
        var deployments = service.Deployments ?? [];
        var steady = deployments is [{ RolloutState: DeploymentRolloutState.Completed }] && service.TaskDefinition == taskDefinition
            && service.RunningCount == service.DesiredCount && service.PendingCount is 0 && healthy >= service.DesiredCount;
        var rollout = string.Join(", ", deployments.Select(d => $"{d.TaskDefinition?.Split('/')[^1]} {d.RunningCount}/{d.DesiredCount} {d.RolloutState?.ToWire()}"));
        return ($"{rollout}; {healthy} healthy targets", steady);
    }

    private static void Report(Traffic traffic, string what)
    {
        var versions = string.Join(", ", traffic.Versions.OrderBy(v => v.Key).Select(v => $"{v.Key}: {v.Value}"));
        if (traffic.Failed > 0)
            throw new UserException($"{traffic.Failed} of {traffic.Sent} requests failed ({string.Join(", ", traffic.Failures.Select(f => $"{f.Key}: {f.Value}"))}). That is a bug: please report it with ./minato events.");
        Screen.Done($"{what}; {traffic.Sent} requests, {traffic.Failed} failed ({versions})");
    }

    private static async Task KillAsync(string taskArn, CancellationToken ct)
    {
        var command = $"docker kill $(docker ps -q --filter label=com.amazonaws.ecs.task-arn={taskArn} --filter label=com.amazonaws.ecs.container-name=web)";
        Screen.Dim($"  $ {command}");
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", command]) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new UserException("docker could not be started.");
        await process.WaitForExitAsync(ct);
        if (process.ExitCode is not 0) throw new UserException($"docker kill failed: {await process.StandardError.ReadToEndAsync(ct)}");
    }
}
