using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Ecs.Tests.Services;
using Minato.Platform;
using Minato.Testing;
using Task = System.Threading.Tasks.Task;

namespace Minato.Simulation;

/// <summary>
/// Goal: whatever becomes of container instances, a DAEMON service has one task on each that is wanted, and a REPLICA service stays
/// within its percentages and ends spread over the zones. Method: safety after every step while instances come, drain and die.
/// </summary>
public sealed class FleetStories
{
    private static readonly string[] s_zones = ["us-east-1a", "us-east-1b", "us-east-1c"];

    [Theory, Seeds(1, 100)]
    public void Lost_hosts_never_double_a_daemon(ulong seed) => ServiceWorld.Run(seed, async services =>
    {
        var fleet = new Fleet(services);
        var instances = await AddAsync(services, fleet, 2 + services.World.Chance.Next(4));
        services.World.Always(OneDaemonAnInstance);
        await fleet.DaemonAsync(minimumHealthyPercent: 25 * services.World.Chance.Next(3));
        for (var i = 3 + services.World.Chance.Next(5); i > 0; i--)
        {
            await services.World.RunFor(TimeSpan.FromSeconds(services.World.Chance.Next(40)));
            var at = services.World.Chance.Next(instances.Count);
            switch (services.World.Chance.Next(6))
            {
                case 0: instances.AddRange(await AddAsync(services, fleet, 1)); break;
                // A single instance could never be updated while any minimum is to be kept.
                case 1 when instances.Count > 2:
                    await fleet.LoseAsync(instances[at]);
                    instances.RemoveAt(at);
                    break;
                case 2: await fleet.DrainAsync(instances[at]); break;
                case 3: await fleet.ActivateAsync(instances[at]); break;
                case 4: await services.UpdateAsync(new() { Service = "agent", TaskDefinition = await fleet.DefineAsync(ServiceWorld.Better, "agent") }); break;
                default: await services.World.RestartAsync(TimeSpan.FromSeconds(services.World.Chance.Next(5))); break;
            }
        }

        foreach (var instance in instances) await fleet.ActivateAsync(instance);
        // One instance and a minimum above nothing would block a deployment for ever, as on AWS.
        await services.UpdateAsync(new() { Service = "agent", DeploymentConfiguration = new() { MinimumHealthyPercent = 0 } });
        string[] wanted = [.. instances.Order(StringComparer.Ordinal)];
        await services.World.Eventually(
            async () => (await fleet.RunningOnAsync("agent")).SequenceEqual(wanted, StringComparer.Ordinal), Story.Patience, "one on every instance");
        await fleet.SteadyAsync("agent", instances.Count);
    });

    [Theory, Seeds(1, 100)]
    public void Draining_under_a_deployment_stays_within_the_percentages(ulong seed) => Story.Run(seed, async story =>
    {
        var services = story.Services;
        var fleet = new Fleet(services);
        var instances = await AddAsync(services, fleet, story.Between(3, 5));
        var desired = story.Between(2, 6);
        await fleet.ReplicaAsync(desired, min: story.OneIn(2) ? 100 : 50, max: story.OneIn(2) ? 200 : 150);
        await fleet.SteadyAsync("web", desired);
        if (story.OneIn(2)) await services.UpdateAsync(new() { Service = "web", TaskDefinition = await fleet.DefineAsync(ServiceWorld.Better) });
        await story.WaitAsync(30);
        await fleet.DrainAsync(instances[0]);
        await story.WaitAsync(30);
        if (story.OneIn(2)) await fleet.LoseAsync(instances[1]);
        if (story.OneIn(3)) await services.UpdateAsync(new() { Service = "web", TaskDefinition = await fleet.DefineAsync(ServiceWorld.Better) });
        await fleet.SteadyAsync("web", desired);
        (await fleet.RunningOnAsync("web")).ShouldNotContain(instances[0]);
    });

    [Theory, Seeds(1, 100)]
    public void A_zone_that_was_lost_gets_its_share_back(ulong seed) => Story.Run(seed, async story =>
    {
        var services = story.Services;
        var fleet = new Fleet(services);
        Dictionary<string, string> zoneOf = [];
        foreach (var zone in s_zones)
            for (var i = story.Between(1, 2); i > 0; i--) zoneOf[await fleet.AddAsync(zone, memory: 4096)] = zone;
        var desired = story.Between(3, 8);
        await fleet.ReplicaAsync(desired);
        await fleet.SteadyAsync("web", desired);
        var lost = s_zones[story.Chance.Next(3)];
        foreach (var instance in zoneOf.Where(i => i.Value == lost).Select(i => i.Key).ToArray())
        {
            await fleet.LoseAsync(instance);
            zoneOf.Remove(instance);
        }

        await story.WaitAsync(120);
        zoneOf[await fleet.AddAsync(lost, memory: 4096)] = lost;
        if (story.OneIn(3)) await services.World.RestartAsync(story.Within(5));
        await services.World.Eventually(async () =>
        {
            var shares = (await fleet.RunningOnAsync("web")).CountBy(i => zoneOf.GetValueOrDefault(i, "gone")).ToDictionary();
            return shares.Values.Sum() == desired && s_zones.All(z => Math.Abs(shares.GetValueOrDefault(z) - (desired / 3.0)) < 1);
        }, Story.Patience, "the zones are even");
        await fleet.SteadyAsync("web", desired);
    });

    private static async Task<List<string>> AddAsync(ServiceWorld services, Fleet fleet, int count)
    {
        List<string> added = [];
        for (var i = 0; i < count; i++) added.Add(await fleet.AddAsync(s_zones[services.World.Chance.Next(3)]));
        return added;
    }

    /// <summary>No instance has two tasks of a daemon that hold its place.</summary>
    private static string? OneDaemonAnInstance(World world)
    {
        IReadState ecs;
        try
        {
            ecs = world.Store.Current;
        }
        catch (InvalidOperationException)
        {
            return null; // The process is dead.
        }

        var daemon = new ServiceKey(new ClusterKey(new AccountRegion(World.AccountId, "us-east-1"), "default"), "agent");
        foreach (var instance in ecs.Where(EcsTables.LiveTasksByService, daemon).Where(t => t.LastStatus < TaskLastStatus.Stopping).GroupBy(t => t.ContainerInstance, StringComparer.Ordinal))
            if (instance.Count() > 1) return $"{instance.Count()} daemon tasks on {instance.Key}";
        return null;
    }
}
