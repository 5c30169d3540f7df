using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Minato.Contracts.Ecs;
using Minato.Ecs.Reconcile;
using Minato.Ecs.State;
using Minato.Ecs.Tests.Services;
using Minato.Ecs.Tests.Services.Traffic;
using Minato.Platform;
using Minato.Testing;
using Task = System.Threading.Tasks.Task;
using TaskKey = Minato.Ecs.State.TaskKey;

namespace Minato.Ecs.Tests.Records;

/// <summary>Outcomes stay known: what proves them, once each, across crashes, and no longer than they should.</summary>
public sealed class RecordTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(20);
    private static readonly ClusterKey s_cluster = new(new AccountRegion(World.AccountId, "us-east-1"), "default");
    private static readonly ServiceKey s_web = new(s_cluster, "web");

    [Fact]
    public void A_rolled_back_deployment_tells_which_probe_failed_and_how() => ServiceWorld.Run(1, async services =>
    {
        await services.BalanceAsync();
        await services.CreateAsync();
        await services.SettledAsync(s_patience);
        await services.RollAsync(ServiceWorld.Sick);
        await services.SettledAsync(s_patience);
        await services.World.RunFor(TimeSpan.FromMinutes(1));

        var story = await StoryAsync(services);
        story.Verdict.ShouldBe("rolled back to web:1: 3 tasks of web:2 failed the health check / on port 80 with 503");
        story.IsFailure.ShouldBeTrue();
        story.Deployment?.Images.ShouldHaveSingleItem().Digest.ShouldBe("sha256:" + new string('3', 64));
        story.Deployment?.FailureCount.ShouldBe(3);
        story.Tasks.Length.ShouldBe(3);
        story.Tasks[0].Containers[0].ExitCode.ShouldNotBeNull();
        story.Next.ShouldNotBeEmpty();
        // The moments between beginning and end: both revisions side by side, and only the old one at last.
        story.Deployment?.Moments.ShouldContain(m => m.Revisions.Length == 2 && m.Revisions[0].TaskDefinition == "web:2" && m.Revisions[1].Healthy == 3);
        story.Deployment?.Moments[^1].Revisions[0].ShouldSatisfyAllConditions(r => r.TaskDefinition.ShouldBe("web:1"), r => r.Healthy.ShouldBe(3));
        story.Timeline.ShouldContain(e => e.What.Contains("rolling back to deployment", StringComparison.Ordinal));
        story.Timeline.Select(e => e.At).ShouldBeInOrder();
    });

    [Fact]
    public void A_version_that_is_in_no_registry_is_told_by_its_image() => ServiceWorld.Run(2, async services =>
    {
        await services.CreateAsync();
        await services.SettledAsync(s_patience);
        await services.RollAsync(ServiceWorld.Missing);
        await services.SettledAsync(s_patience);
        var story = await StoryAsync(services);
        story.Verdict.ShouldStartWith("rolled back to web:1: 3 tasks of web:2 did not start: CannotPullContainerError");
        story.Next.ShouldContain(n => n.Contains(ServiceWorld.Missing, StringComparison.Ordinal));
    });

    [Fact]
    public void A_shift_that_was_taken_back_tells_the_weights_of_each_moment() => TrafficScene.Run(7, async scene =>
    {
        await scene.BeginAsync(new()
        {
            Strategy = DeploymentStrategy.Canary, BakeTimeInMinutes = 0,
            CanaryConfiguration = new() { CanaryPercent = 20, CanaryBakeTimeInMinutes = 5 },
        }, isTested: false);
        await scene.Services.RollAsync(ServiceWorld.Better);
        await scene.World.Eventually(async () => await scene.WeightsAsync() == "blue 80 green 20", s_patience, "the canary has its share");
        var arn = (await scene.DeploymentAsync()).ServiceDeploymentArn ?? "";
        await scene.Services.Ecs.StopServiceDeploymentAsync(new() { ServiceDeploymentArn = arn, StopType = StopServiceDeploymentStopType.Rollback }, scene.World.Caller, default);
        await scene.EndAsync(ServiceDeploymentStatus.RollbackSuccessful);
        await scene.World.RunFor(TimeSpan.FromMinutes(1));
        var story = await scene.World.Client<Stories>().OfDeploymentAsync(new(s_web, arn.Split('/')[^1]), default);
        var weights = (story?.Deployment?.Moments ?? []).Select(m => (
            m.Revisions.FirstOrDefault(r => r.TaskDefinition == "web:1")?.Weight, m.Revisions.FirstOrDefault(r => r.TaskDefinition == "web:2")?.Weight)).ToArray();
        weights.ShouldContain((100, 0));
        weights.ShouldContain((80, 20));
        Array.IndexOf(weights, (80d, 20d)).ShouldBeGreaterThan(Array.IndexOf(weights, (100d, 0d)));
        story?.Deployment?.Moments.Select(m => m.At).ShouldBeInOrder();
    });

    [Fact]
    public void A_deployment_on_its_way_tells_how_it_stands() => ServiceWorld.Run(3, async services =>
    {
        await services.CreateAsync();
        await services.SettledAsync(s_patience);
        await services.RollAsync(ServiceWorld.Better);
        await services.World.RunFor(TimeSpan.FromSeconds(20));
        var story = await StoryAsync(services);
        story.IsFailure.ShouldBeFalse();
        story.Verdict.ShouldStartWith("web:2 has been on its way for 20 s: 0 of 3 healthy, 3 running, 0 pending");
    });

    [Fact]
    public void A_task_without_a_log_configuration_leaves_its_last_lines() => ServiceWorld.Run(4, async services =>
    {
        services.Host.AddImage(new("job:1")
        {
            Digest = "sha256:" + new string('a', 64), RunsFor = TimeSpan.FromSeconds(2), ExitCode = 3,
            Lines = [new(TimeSpan.FromSeconds(1), "reading"), new(TimeSpan.FromSeconds(1.5), "cannot read", IsError: true)],
        });
        var arn = await services.DefineAsync("job:1");
        var run = await services.Ecs.RunTaskAsync(
            new() { TaskDefinition = arn, LaunchType = LaunchType.Fargate, NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = await services.SubnetsAsync() } } },
            services.World.Caller, default);
        var key = new TaskKey(s_cluster, run.Tasks?[0].TaskArn?.Split('/')[^1] ?? "");
        await services.World.Eventually(() => services.World.Store.Current.IsRecorded(RecordKey.Of(key)), s_patience);
        await services.World.Eventually(() => services.Host.Containers.Count == 0, s_patience, "the container goes once its end is on record");

        // AWS forgets the task after an hour; the record does not.
        await services.World.RunFor(TimeSpan.FromHours(2));
        services.World.Store.Current.Find(EcsTables.Tasks, key).ShouldBeNull();
        var story = await services.World.Client<Stories>().OfTaskAsync(key, default);
        story?.Verdict.ShouldBe("ended by itself: container web exited with code 3 after 2.0 s");
        story?.Tasks[0].Containers[0].LastLines.Select(l => l.Text).ShouldBe(["reading", "cannot read"]);
        story?.Tasks[0].Containers[0].ImageDigest.ShouldBe("sha256:" + new string('a', 64));
    });

    [Theory, Seeds(1, 20)]
    public void Every_outcome_is_on_record_once_whenever_the_process_dies(ulong seed) => ServiceWorld.Run(seed, async services =>
    {
        await services.CreateAsync();
        await services.SettledAsync(s_patience);
        await services.RollAsync(ServiceWorld.Missing);
        await services.World.Faults.RestartProcess(6, within: TimeSpan.FromSeconds(40), away: TimeSpan.FromSeconds(1));
        await services.SettledAsync(s_patience);
        await services.World.RunFor(TimeSpan.FromMinutes(2));

        var ecs = services.World.Store.Current;
        foreach (var deployment in ecs.Where(ServiceTables.ServiceDeploymentsByService, s_web))
        {
            ecs.IsRecorded(RecordKey.Of(deployment.Key)).ShouldBeTrue(deployment.Key.Id);
            (await EntriesAsync(services, RecordKey.Of(deployment.Key))).Count(e => e.Outcome is not null).ShouldBe(1, deployment.Key.Id);
        }

        foreach (var task in ecs.Where(EcsTables.TasksByService, s_web).Where(t => t.IsStopped))
        {
            ecs.IsRecorded(RecordKey.Of(task.Key)).ShouldBeTrue(task.Key.Id);
            (await LogOf(services).ReadAsync(RecordKey.Of(task.Key).Partition, new(), default)).Count.ShouldBe(1, task.Key.Id);
        }
    });

    [Fact]
    public void A_deleted_service_leaves_the_outcome_of_what_was_on_its_way() => ServiceWorld.Run(5, async services =>
    {
        await services.CreateAsync();
        await services.SettledAsync(s_patience);
        var rolled = await services.RollAsync(ServiceWorld.Better);
        await services.World.RunFor(TimeSpan.FromSeconds(5));
        await services.Ecs.DeleteServiceAsync(new() { Service = "web", Force = true }, services.World.Caller, default);
        await services.World.RunFor(TimeSpan.FromHours(2));

        services.World.Store.Current.Keys(ServiceTables.ServiceDeploymentsByService, s_web).ShouldBeEmpty();
        var id = rolled.CurrentServiceDeployment?.Split('/')[^1] ?? "";
        var story = await services.World.Client<Stories>().OfDeploymentAsync(new(s_web, id), default);
        story?.Verdict.ShouldBe("web:2 was given up: The service was deleted.");
    });

    [Fact]
    public void A_record_goes_when_its_time_is_over() => ServiceWorld.Run(6, async services =>
    {
        await services.CreateAsync(desired: 1);
        await services.SettledAsync(s_patience);
        await services.UpdateAsync(new() { Service = "web", DesiredCount = 0 });
        await services.World.RunFor(TimeSpan.FromMinutes(5));
        var kept = services.World.Store.Current.All(RecordTables.Records).ToArray();
        kept.Select(r => r.Key.Kind).ShouldBe([RecordKind.Deployment, RecordKind.Task]);

        await services.World.RunFor(RecordTables.TasksKeptFor);
        services.World.Store.Current.All(RecordTables.Records).ShouldHaveSingleItem().Key.Kind.ShouldBe(RecordKind.Deployment);
        (await LogOf(services).ReadAsync(kept[1].Key.Partition, new(), default)).ShouldBeEmpty();
    });

    private static async Task<Story> StoryAsync(ServiceWorld services) =>
        await services.World.Client<Stories>().OfServiceAsync(s_web, default) ?? throw new InvalidOperationException("There is no story.");

    private static IAppendLog LogOf(ServiceWorld services) => services.World.Services.GetRequiredService<IAppendLog>();

    private static async Task<List<DiaryEntry>> EntriesAsync(ServiceWorld services, RecordKey key) =>
        [.. (await LogOf(services).ReadAsync(key.Partition, new(), default)).Select(e => JsonSerializer.Deserialize(e.Entry.Payload.Span, RecordJson.Default.DiaryEntry)).OfType<DiaryEntry>()];
}
