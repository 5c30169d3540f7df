using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;
using Minato.Testing;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services;

/// <summary>Tasks that scale-in and deployments have to leave alone.</summary>
public sealed class TaskProtectionTests
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_protected_task_survives_scale_in_until_its_protection_expires() => ServiceWorld.Run(1, async world =>
    {
        await world.CreateAsync(3);
        await world.SettledAsync(s_minute * 2);
        var kept = (await TasksAsync(world))[..2];
        await ProtectAsync(world, kept, minutes: 30);
        await world.UpdateAsync(new() { Service = "web", DesiredCount = 1 });
        await world.World.Eventually(async () => (await TasksAsync(world)).Length == 2, s_minute, "the third is gone");
        await world.World.RunFor(s_minute * 10);
        (await TasksAsync(world)).Order().ShouldBe(kept.Order());
        (await world.EventsAsync()).Count(e => e.Contains("was unable to scale in. Reason: The number of protected tasks", StringComparison.Ordinal)).ShouldBe(1);
        await world.World.Eventually(async () => (await TasksAsync(world)).Length == 1, s_minute * 25, "expired");
        (await GetAsync(world, kept[0])).ProtectedTasks?.ShouldAllBe(t => t.ProtectionEnabled != true);
    });

    [Fact]
    public void A_deployment_waits_for_protected_tasks_and_goes_on_when_they_are_released() => ServiceWorld.Run(2, async world =>
    {
        await world.CreateAsync(2);
        await world.SettledAsync(s_minute * 2);
        var old = await TasksAsync(world);
        await ProtectAsync(world, old[..1], minutes: null);
        await world.RollAsync(ServiceWorld.Better);
        await world.World.RunFor(s_minute * 10);
        (await TasksAsync(world)).ShouldContain(old[0]);
        (await TasksAsync(world)).ShouldNotContain(old[1]);
        (await world.IsStableAsync()).ShouldBeFalse();
        (await world.EventsAsync()).ShouldContain(e => e.Contains("was unable to scale in.", StringComparison.Ordinal));
        await world.Ecs.UpdateTaskProtectionAsync(new() { Cluster = "default", Tasks = [old[0]], ProtectionEnabled = false }, world.World.Caller, default);
        await world.SettledAsync(s_minute * 2);
    });

    [Fact]
    public void Protection_lasts_two_hours_unless_asked_otherwise_and_starts_anew_when_asked_again() => ServiceWorld.Run(3, async world =>
    {
        await world.CreateAsync(1);
        await world.StableAsync(s_minute);
        var task = await TasksAsync(world);
        var start = world.World.Time.GetUtcNow();
        var first = await ProtectAsync(world, task, minutes: null);
        first.ProtectedTasks?.Single().ProtectionEnabled.ShouldBe(true);
        first.ProtectedTasks?.Single().ExpirationDate.ShouldBe(start + TimeSpan.FromMinutes(120));
        await world.World.RunFor(s_minute * 60);
        var again = await ProtectAsync(world, task, minutes: 2880);
        again.ProtectedTasks?.Single().ExpirationDate.ShouldNotBeNull().ShouldBeGreaterThan(start + TimeSpan.FromMinutes(2880 + 59));
        (await world.Ecs.GetTaskProtectionAsync(new() { Cluster = "default" }, world.World.Caller, default)).ProtectedTasks?.Length.ShouldBe(1);
    });

    [Fact]
    public void Failures_are_named_task_by_task() => ServiceWorld.Run(4, async world =>
    {
        await world.CreateAsync(1);
        await world.StableAsync(s_minute);
        var alone = (await world.Ecs.RunTaskAsync(new()
        {
            TaskDefinition = "web", LaunchType = LaunchType.Fargate,
            NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = await world.SubnetsAsync() } },
        }, world.World.Caller, default)).Tasks?[0].TaskArn ?? "";
        var answer = await ProtectAsync(world, [.. await TasksAsync(world), alone, new string('0', 32)], minutes: 1);
        answer.ProtectedTasks?.Length.ShouldBe(1);
        answer.Failures?.Select(f => f.Reason).ShouldBe(["TASK_NOT_VALID", "MISSING"]);
        (await GetAsync(world, alone)).Failures?.Single().Reason.ShouldBe("TASK_NOT_VALID");
    });

    [Fact]
    public void More_protected_tasks_than_desired_would_block_the_deployment() => ServiceWorld.Run(5, async world =>
    {
        await world.CreateAsync(2);
        await world.SettledAsync(s_minute * 2);
        var tasks = await TasksAsync(world);
        await ProtectAsync(world, tasks[..1], minutes: null);
        await world.UpdateAsync(new() { Service = "web", DesiredCount = 1 });
        var answer = await ProtectAsync(world, tasks[1..], minutes: null);
        answer.Failures?.Single().Reason.ShouldBe("DEPLOYMENT_BLOCKED");
    });

    [Theory]
    [InlineData(0)]
    [InlineData(2881)]
    public void The_time_has_bounds(int minutes) => ServiceWorld.Run(6, async world =>
        await world.World.Throws<InvalidParameterException>(() => ProtectAsync(world, ["a"], minutes)));

    [Fact]
    public void An_older_deployment_with_protected_tasks_is_told_once_the_new_one_serves()
    {
        var view = Given.View(2, [Given.Deployment(2, desired: 2), Given.Completed(1, desired: 2)], "1HH 2HH");
        var held = view with { Tasks = [.. view.Tasks.Select(t => t.DeploymentId == Given.Id(1) ? t with { IsProtected = true } : t)] };
        var plan = ServicePlanner.Plan(held, Given.Noon);
        plan.Stops.ShouldBeEmpty();
        plan.Events.ShouldContain(new PlannedEvent(ServiceEvents.ProtectedTasks("web", Given.Id(1)), IsRepeatable: false));
        ServicePlanner.Plan(view, Given.Noon).Events.ShouldNotContain(e => e.Message.Contains("protected tasks", StringComparison.Ordinal));
    }

    private static async Task<ImmutableArray<string>> TasksAsync(ServiceWorld world) =>
        (await world.Ecs.ListTasksAsync(new() { ServiceName = "web" }, world.World.Caller, default)).TaskArns ?? [];

    private static Task<UpdateTaskProtectionResponse> ProtectAsync(ServiceWorld world, ImmutableArray<string> tasks, int? minutes) =>
        world.Ecs.UpdateTaskProtectionAsync(
            new() { Cluster = "default", Tasks = tasks, ProtectionEnabled = true, ExpiresInMinutes = minutes }, world.World.Caller, default);

    private static Task<GetTaskProtectionResponse> GetAsync(ServiceWorld world, string task) =>
        world.Ecs.GetTaskProtectionAsync(new() { Cluster = "default", Tasks = [task] }, world.World.Caller, default);
}
