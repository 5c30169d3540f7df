using Minato.Contracts.Ecs;
using Minato.Ecs.Reconcile;
using Minato.Ecs.State;
using Minato.Ecs.Tests.Services;
using Microsoft.Extensions.DependencyInjection;
using Minato.Testing;
using Task = System.Threading.Tasks.Task;

namespace Minato.Simulation;

/// <summary>
/// Goal: capacity that comes and goes never leaves a service short by our own action, and groups end no larger than needed. Method:
/// safety after every step, liveness once nothing changes any more.
/// </summary>
public sealed class CapacityStories
{
    [Theory, Seeds(1, 100)]
    public void A_service_survives_spot_interruptions(ulong seed) => Story.Run(seed, async story =>
    {
        var services = story.Services;
        await services.BalanceAsync(story.Between(0, 8));
        await services.Ecs.PutClusterCapacityProvidersAsync(
            new() { Cluster = "default", CapacityProviders = ["FARGATE", "FARGATE_SPOT"], DefaultCapacityProviderStrategy = [] }, services.World.Caller, default);
        var desired = story.Between(2, 6);
        await services.CreateAsync((await services.RequestAsync(desired)) with
        {
            LaunchType = null,
            CapacityProviderStrategy =
            [
                new() { CapacityProvider = "FARGATE", Base = 1, Weight = story.Between(0, 1) }, new() { CapacityProvider = "FARGATE_SPOT", Weight = story.Between(1, 4) },
            ],
        });
        await services.SettledAsync(Story.Patience);
        for (var i = story.Between(1, 5); i > 0; i--)
        {
            await story.WaitAsync(40);
            if (story.OneIn(4)) await services.RollAsync(ServiceWorld.Better);
            if (story.OneIn(5)) await services.World.RestartAsync(story.Within(5));
            await services.World.Services.GetRequiredService<SpotInterruptions>().InterruptAsync(
                new ClusterKey(AccountRegion.Of(services.World.Caller), "default"), "web", story.OneIn(3) ? null : 1, default);
        }

        await story.EndAsync();
        await story.DeleteAsync();
    });

    [Theory, Seeds(1, 60)]
    public void Managed_scaling_follows_its_tasks_out_and_in(ulong seed) => Story.Run(seed, async story =>
    {
        var services = story.Services;
        var group = new ScalingGroup(services);
        var fleet = new Fleet(services);
        var isProtected = story.OneIn(2);
        await group.OpenAsync(max: 8, isProtected: isProtected, settings: new()
        {
            AutoScalingGroupArn = "",
            ManagedScaling = new() { Status = ManagedScalingStatus.Enabled, TargetCapacity = story.OneIn(2) ? 100 : 75, MaximumScalingStepSize = story.Between(1, 4) },
            ManagedTerminationProtection = isProtected ? ManagedTerminationProtection.Enabled : ManagedTerminationProtection.Disabled,
        });
        await services.CreateAsync(new() { ServiceName = "web", TaskDefinition = await fleet.DefineAsync(memory: 300), DesiredCount = story.Between(1, 12) });
        var desired = 1;
        for (var i = story.Between(1, 4); i > 0; i--)
        {
            await services.World.RunFor(TimeSpan.FromMinutes(story.Between(1, 30)));
            desired = story.Between(1, 12);
            await services.UpdateAsync(new() { Service = "web", DesiredCount = desired });
            if (story.OneIn(4)) await services.World.RestartAsync(story.Within(5));
            if (story.OneIn(4)) await services.UpdateAsync(new() { Service = "web", TaskDefinition = await fleet.DefineAsync(ServiceWorld.Better, memory: 300) });
            if (story.OneIn(3) && await group.InstancesAsync() is [var some, ..]) await TerminateAsync(group, some.InstanceId);
        }

        await fleet.SteadyAsync("web", desired);
        // What spread the tasks out is not packed again; but an instance with nothing on it goes.
        await services.World.Eventually(async () =>
        {
            var members = await group.MembersAsync();
            var busy = members.Count(m => m.RunningTasksCount > 0);
            return (await group.DescribeAsync()).DesiredCapacity <= Math.Max(1, (int)Math.Ceiling(busy / 0.75)) && members.All(m => m.Status == "ACTIVE");
        }, TimeSpan.FromHours(3), "no larger than needed");
        // A task that evens out the zones comes before the one whose place it takes goes.
        await services.World.Eventually(async () => (await fleet.RunningOnAsync("web")).Length == desired, TimeSpan.FromMinutes(10), "as many as desired");
    });

    private static async Task TerminateAsync(ScalingGroup group, string instance)
    {
        try
        {
            await group.TerminateAsync(instance);
        }
        catch (Minato.Aws.AwsException)
        {
            // It goes already.
        }
    }
}
