using Minato.Contracts.Ecs;
using Minato.Testing;
using static Minato.Ecs.Tests.Services.TaskSetWorld;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services;

/// <summary>Services of external controllers, from request to containers.</summary>
public sealed class TaskSetTests
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void An_external_service_shows_nothing_until_it_has_a_primary_task_set() => ServiceWorld.Run(1, async world =>
    {
        var created = await CreateAsync(world, desired: 2);
        created.TaskDefinition.ShouldBeNull();
        created.LaunchType.ShouldBeNull();
        created.DeploymentController?.Type.ShouldBe(DeploymentControllerType.External);
        created.Deployments.ShouldNotBeNull().ShouldBeEmpty();
        created.TaskSets.ShouldNotBeNull().ShouldBeEmpty();
        var set = await SetAsync(world, scale: 100);
        await MakePrimaryAsync(world, set);
        var service = await world.DescribeAsync();
        service.TaskDefinition.ShouldBe(set.TaskDefinition);
        service.LaunchType.ShouldBe(LaunchType.Fargate);
        service.NetworkConfiguration.ShouldNotBeNull();
        service.TaskSets?.Single().Status.ShouldBe("PRIMARY");
    });

    [Fact]
    public void A_task_set_without_a_scale_has_no_tasks() => ServiceWorld.Run(2, async world =>
    {
        await CreateAsync(world, desired: 2);
        var set = await SetAsync(world, scale: null);
        set.Id.ShouldNotBeNull().ShouldMatch("^ecs-svc/[0-9]{19}$");
        set.TaskSetArn.ShouldNotBeNull().ShouldEndWith($":task-set/default/web/{set.Id}");
        (set.Status, set.Scale?.Value, set.ComputedDesiredCount, set.StabilityStatus).ShouldBe(("ACTIVE", 0d, 0, StabilityStatus.Stabilizing));
        await SteadyAsync(world, set);
        world.Running().ShouldBeEmpty();
    });

    [Fact]
    public void Traffic_moves_from_one_task_set_to_the_other() => ServiceWorld.Run(3, async world =>
    {
        await world.BalanceAsync();
        await CreateAsync(world, desired: 2);
        var blue = await SetAsync(world, scale: 100);
        await MakePrimaryAsync(world, blue);
        await SteadyAsync(world, blue);
        var green = await SetAsync(world, scale: 50, image: ServiceWorld.Better);
        await SteadyAsync(world, green);
        Versions(world).ShouldBe([(ServiceWorld.Good, 2), (ServiceWorld.Better, 1)], ignoreOrder: true);
        await ScaleAsync(world, green, 100);
        (await FindAsync(world, green))?.StabilityStatus.ShouldBe(StabilityStatus.Stabilizing);
        await SteadyAsync(world, green);
        await MakePrimaryAsync(world, green);
        (await FindAsync(world, blue))?.Status.ShouldBe("ACTIVE");
        await ScaleAsync(world, blue, 0);
        await world.Ecs.DeleteTaskSetAsync(new() { Cluster = "default", Service = "web", TaskSet = blue.TaskSetArn ?? "" }, world.World.Caller, default);
        await world.World.Eventually(async () => (await world.DescribeAsync()).TaskSets?.Length == 1, s_minute, "blue is gone");
        Versions(world).ShouldBe([(ServiceWorld.Better, 2)]);
        var events = string.Join('\n', await world.EventsAsync());
        events.ShouldContain($"(service web, taskSet {blue.Id}) has begun draining connections on");
        events.ShouldContain("(service web) has reached a steady state.");
    });

    [Fact]
    public void Its_tasks_are_of_the_service_and_started_by_the_task_set() => ServiceWorld.Run(4, async world =>
    {
        await CreateAsync(world, desired: 1);
        var set = await SetAsync(world, scale: 100);
        await SteadyAsync(world, set);
        var arns = (await world.Ecs.ListTasksAsync(new() { ServiceName = "web" }, world.World.Caller, default)).TaskArns ?? [];
        var task = (await world.Ecs.DescribeTasksAsync(new() { Tasks = arns }, world.World.Caller, default)).Tasks?.Single();
        (task?.StartedBy, task?.Group).ShouldBe((set.Id, "service:web"));
    });

    [Fact]
    public void The_desired_count_of_the_service_scales_every_task_set() => ServiceWorld.Run(5, async world =>
    {
        await CreateAsync(world, desired: 1);
        var set = await SetAsync(world, scale: 50);
        await world.UpdateAsync(new() { Service = "web", DesiredCount = 5 });
        await world.World.Eventually(async () => (await FindAsync(world, set))?.ComputedDesiredCount == 3, s_minute, "half of five, rounded up");
        await SteadyAsync(world, set);
        world.Running().Length.ShouldBe(3);
    });

    [Fact]
    public void A_killed_task_is_replaced_in_its_own_task_set() => ServiceWorld.Run(6, async world =>
    {
        await CreateAsync(world, desired: 1);
        await SetAsync(world, scale: 100);
        await SteadyAsync(world, await SetAsync(world, scale: 100, image: ServiceWorld.Better));
        await world.World.Eventually(() => world.Running().Length == 2, s_minute);
        world.Host.Faults.Kill(world.Running().First(c => IsBetter(c.Image)).Id);
        await world.World.Eventually(() => Versions(world).SequenceEqual([(ServiceWorld.Good, 1), (ServiceWorld.Better, 1)]), s_minute);
    });

    [Fact]
    public void Deleting_asks_for_scale_zero_or_force() => ServiceWorld.Run(7, async world =>
    {
        await CreateAsync(world, desired: 1);
        var set = await SetAsync(world, scale: 100);
        await SteadyAsync(world, set);
        (await world.World.Throws<InvalidParameterException>(() => DeleteAsync(false))).Message.ShouldBe("The task set cannot be deleted while it is scaled above 0.");
        (await DeleteAsync(true)).TaskSet?.Status.ShouldBe("DRAINING");
        await world.World.Eventually(async () => (await world.DescribeAsync()).TaskSets?.Length == 0, s_minute, "gone");
        world.Running().ShouldBeEmpty();

        Task<DeleteTaskSetResponse> DeleteAsync(bool force) => world.Ecs.DeleteTaskSetAsync(
            new() { Cluster = "default", Service = "web", TaskSet = set.Id ?? "", Force = force }, world.World.Caller, default);
    });

    [Fact]
    public void A_service_with_task_sets_is_deleted_by_force_and_drains() => ServiceWorld.Run(8, async world =>
    {
        await CreateAsync(world, desired: 0);
        await SetAsync(world, scale: 100);
        var refused = await world.World.Throws<InvalidParameterException>(() => world.Ecs.DeleteServiceAsync(new() { Service = "web" }, world.World.Caller, default));
        refused.Message.ShouldBe("The service cannot be stopped while deployments are active.");
        await world.UpdateAsync(new() { Service = "web", DesiredCount = 2 });
        await world.World.Eventually(() => world.Running().Length == 2, s_minute);
        await world.Ecs.DeleteServiceAsync(new() { Service = "web", Force = true }, world.World.Caller, default);
        await world.World.Eventually(async () => (await world.DescribeAsync()).Status == "INACTIVE", s_minute, "services-inactive");
        world.Running().ShouldBeEmpty();
    });

    [Fact]
    public void The_token_makes_a_repeat_answer_the_same_task_set() => ServiceWorld.Run(9, async world =>
    {
        await CreateAsync(world, desired: 0);
        var request = await RequestAsync(world, scale: 10) with { ClientToken = "one" };
        var first = await world.Ecs.CreateTaskSetAsync(request, world.World.Caller, default);
        (await world.Ecs.CreateTaskSetAsync(request, world.World.Caller, default)).TaskSet?.Id.ShouldBe(first.TaskSet?.Id);
        await world.World.Throws<InvalidParameterException>(() => world.Ecs.CreateTaskSetAsync(request with { ExternalId = "other" }, world.World.Caller, default));
    });

    [Fact]
    public void Five_task_sets_are_the_most() => ServiceWorld.Run(10, async world =>
    {
        await CreateAsync(world, desired: 0);
        for (var i = 0; i < 5; i++) await SetAsync(world, scale: 0);
        (await world.World.Throws<InvalidParameterException>(() => SetAsync(world, scale: 0))).Message
            .ShouldBe("5 deployments exist on the service. Unable to create new TaskSet since this exceeds the maximum limit.");
    });

    [Fact]
    public void Tags_of_a_task_set_are_shown_when_asked_for() => ServiceWorld.Run(11, async world =>
    {
        await CreateAsync(world, desired: 0);
        var request = await RequestAsync(world, scale: 0) with { Tags = [new() { Key = "colour", Value = "blue" }] };
        var set = (await world.Ecs.CreateTaskSetAsync(request, world.World.Caller, default)).TaskSet;
        var arn = set?.TaskSetArn ?? "";
        await world.Ecs.TagResourceAsync(new() { ResourceArn = arn, Tags = [new() { Key = "team", Value = "web" }] }, world.World.Caller, default);
        await world.Ecs.UntagResourceAsync(new() { ResourceArn = arn, TagKeys = ["colour"] }, world.World.Caller, default);
        (await world.Ecs.ListTagsForResourceAsync(new() { ResourceArn = arn }, world.World.Caller, default)).Tags?.Single().Key.ShouldBe("team");
        var described = await world.Ecs.DescribeTaskSetsAsync(
            new() { Cluster = "default", Service = "web", TaskSets = [arn, "ecs-svc/1"], Include = [TaskSetField.Tags] }, world.World.Caller, default);
        described.TaskSets?.Single().Tags?.Single().Value.ShouldBe("web");
        described.Failures?.Single().Reason.ShouldBe("MISSING");
    });

    private static bool IsBetter(string image) => image == ServiceWorld.Better || image.EndsWith('2');

    private static (string, int)[] Versions(ServiceWorld world) =>
        [.. world.Running().CountBy(c => IsBetter(c.Image) ? ServiceWorld.Better : ServiceWorld.Good).Select(v => (v.Key, v.Value)).OrderBy(v => v.Key, StringComparer.Ordinal)];
}
