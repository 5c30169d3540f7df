using Minato.Contracts.Ecs;
using Minato.Ecs.Tests.Services;
using Minato.Ecs.Tests.Services.Traffic;
using Minato.Platform;
using Minato.Testing;
using Task = System.Threading.Tasks.Task;

namespace Minato.Simulation;

/// <summary>
/// Goal: whatever happens during a deployment that shifts traffic, weights add up, nobody without a healthy task is given traffic,
/// blue runs until the bake time is over, and a rollback ends with blue at 100. Method: every strategy with kills of containers and
/// of the server, absent engines, stops and changes of mind, by seed.
/// </summary>
public sealed class ShiftStories
{
    [Theory, Seeds(1, 60)]
    public void A_shift_ends_with_all_traffic_at_one_version(ulong seed) => Tell(seed, async (scene, story) =>
    {
        var isGood = !story.OneIn(3);
        var before = (await scene.Services.DescribeAsync()).TaskDefinition;
        await scene.Services.RollAsync(isGood ? ServiceWorld.Better : ServiceWorld.Sick);
        await DisturbAsync(scene, story, story.Between(0, 4), mayStop: isGood);
        var ended = await OverAsync(scene);
        var isForward = ended.Status == ServiceDeploymentStatus.Successful;
        if (!isGood) isForward.ShouldBeFalse();
        (await scene.WeightsAsync()).ShouldBe(isForward ? "green 100" : "blue 100");
        await story.EndAsync();
        ((await scene.Services.DescribeAsync()).TaskDefinition == before).ShouldBe(!isForward);
    });

    [Theory, Seeds(1, 40)]
    public void Changes_of_mind_during_shifts_end_with_the_last(ulong seed) => Tell(seed, async (scene, story) =>
    {
        for (var changes = story.Between(1, 3); changes > 0; changes--)
        {
            await InsistAsync(scene, async () => await scene.Services.RollAsync(story.OneIn(2) ? ServiceWorld.Better : ServiceWorld.Good));
            await DisturbAsync(scene, story, story.Between(0, 2), mayStop: false);
            await story.WaitAsync(300);
        }

        var last = await scene.Services.RollAsync(ServiceWorld.Better);
        await OverAsync(scene);
        await story.EndAsync();
        (await scene.Services.DescribeAsync()).TaskDefinition.ShouldBe(last.TaskDefinition);
        (await scene.WeightsAsync()).ShouldBeOneOf("blue 100", "green 100");
    });

    [Theory, Seeds(1, 20)]
    public void A_service_goes_from_rolling_to_shifting_and_back(ulong seed) => Tell(seed, async (scene, story) =>
    {
        for (var changes = story.Between(2, 4); changes > 0; changes--)
        {
            var to = story.OneIn(2) ? new DeploymentConfiguration { Strategy = DeploymentStrategy.Rolling } : Strategy(story);
            await scene.Services.UpdateAsync(new() { Service = "web", TaskDefinition = await scene.Services.DefineAsync(ServiceWorld.Better), DeploymentConfiguration = to });
            if (story.OneIn(2)) await story.WaitAsync(60);
            else await OverAsync(scene);
        }

        await OverAsync(scene);
        await story.EndAsync();
        (await scene.WeightsAsync()).ShouldBeOneOf("blue 100", "green 100");
    });

    private static void Tell(ulong seed, Func<TrafficScene, Story, Task> tell) => TrafficScene.Run(seed, async scene =>
    {
        var story = new Story(scene.Services);
        await scene.BeginAsync(Strategy(story), story.Between(1, 4), isTested: story.OneIn(2));
        ShiftInvariants.Watch(scene);
        await tell(scene, story);
    });

    private static DeploymentConfiguration Strategy(Story story)
    {
        var breaker = new DeploymentCircuitBreaker { Enable = true, Rollback = true };
        return story.Between(0, 2) switch
        {
            0 => new() { Strategy = DeploymentStrategy.BlueGreen, BakeTimeInMinutes = story.Between(0, 5), DeploymentCircuitBreaker = breaker },
            1 => new()
            {
                Strategy = DeploymentStrategy.Linear, BakeTimeInMinutes = story.Between(0, 2), DeploymentCircuitBreaker = breaker,
                LinearConfiguration = new() { StepPercent = story.Between(20, 60), StepBakeTimeInMinutes = story.Between(0, 2) },
            },
            _ => new()
            {
                Strategy = DeploymentStrategy.Canary, BakeTimeInMinutes = story.Between(0, 2), DeploymentCircuitBreaker = breaker,
                CanaryConfiguration = new() { CanaryPercent = story.Between(1, 30), CanaryBakeTimeInMinutes = story.Between(0, 3) },
            },
        };
    }

    private static async Task DisturbAsync(TrafficScene scene, Story story, int times, bool mayStop)
    {
        for (; times > 0; times--)
        {
            await story.WaitAsync(90);
            switch (story.Between(0, 4))
            {
                case 0: await story.KillContainersAsync(1, 5); break;
                case 1: await scene.World.RestartAsync(story.Within(20)); break;
                case 2: scene.World.Host.Faults.EngineAway(story.Within(20), containersDie: story.OneIn(4)); break;
                case 3 when mayStop: await InsistAsync(scene, () => StopAsync(scene)); break;
                default: await InsistAsync(scene, async () => await scene.Services.UpdateAsync(new() { Service = "web", DesiredCount = story.Between(1, 4) })); break;
            }
        }
    }

    private static async Task StopAsync(TrafficScene scene)
    {
        try
        {
            await scene.Services.Ecs.StopServiceDeploymentAsync(
                new() { ServiceDeploymentArn = (await scene.DeploymentAsync()).ServiceDeploymentArn ?? "" }, scene.World.Caller, default);
        }
        catch (ConflictException)
        {
            // It was over already.
        }
    }

    private static async Task<ServiceDeployment> OverAsync(TrafficScene scene)
    {
        ServiceDeployment? seen = null;
        await scene.World.Eventually(async () => (seen = await scene.DeploymentAsync()).FinishedAt is not null, Story.Patience, "the newest service deployment is over");
        return seen ?? throw new InvalidOperationException();
    }

    // What an SDK does with an answer that says nothing happened.
    private static async Task InsistAsync(TrafficScene scene, Func<Task> call)
    {
        while (true)
        {
            try
            {
                await call();
                return;
            }
            catch (StoreUnavailableException)
            {
                await scene.World.RunFor(TimeSpan.FromSeconds(1));
            }
        }
    }
}
