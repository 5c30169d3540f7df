using Minato.Contracts.Ecs;
using Minato.Ecs.Tests.Services;
using Ids = Minato.Platform.Ids;
using Task = System.Threading.Tasks.Task;

namespace Minato.Simulation;

/// <summary>What happens in a seeded world of one service: every choice comes from its seed.</summary>
internal sealed class Story(ServiceWorld services)
{
    private static readonly (int Min, int Max)[] s_percents = [(100, 200), (50, 100), (50, 200), (0, 100), (100, 150), (75, 125)];

    /// <summary>Longest that a deployment may take once nothing disturbs it any more: back-off, health checks, drains.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromHours(2);

    public ServiceWorld Services => services;
    public Ids Chance => services.World.Chance;

    public static void Run(ulong seed, Func<Story, Task> tell) => ServiceWorld.Run(seed, async services =>
    {
        ServiceInvariants.Watch(services);
        await tell(new Story(services));
    });

    public bool OneIn(int times) => Chance.Next(times) == 0;

    public int Between(int least, int most) => least + Chance.Next(most - least + 1);

    public TimeSpan Within(double seconds) => TimeSpan.FromSeconds(Chance.NextDouble() * seconds);

    public Task WaitAsync(double seconds) => services.World.RunFor(Within(seconds));

    /// <summary>A settled service, with a load balancer in front of it in every other world.</summary>
    public async Task<Service> BeginAsync(bool? balanced = null)
    {
        if (balanced ?? OneIn(2)) await services.BalanceAsync(Between(0, 8));
        var (min, max) = s_percents[Chance.Next(s_percents.Length)];
        var desired = Between(1, 6);
        // One task cannot be rolled over when neither a second nor none is allowed.
        if (desired * max / 100 <= desired && (desired * min + 99) / 100 >= desired) (min, max) = (100, 200);
        var request = await services.RequestAsync(desired);
        await services.CreateAsync(request with
        {
            DeploymentConfiguration = new() { MinimumHealthyPercent = min, MaximumPercent = max, DeploymentCircuitBreaker = new() { Enable = true, Rollback = true } },
        });
        await services.SettledAsync(Patience);
        return await services.DescribeAsync();
    }

    /// <summary>Kills containers of the service one by one at random moments.</summary>
    public async Task KillContainersAsync(int times, double within)
    {
        foreach (var wait in services.World.Faults.Moments(times, TimeSpan.FromSeconds(within)))
        {
            await services.World.RunFor(wait);
            var running = services.Running();
            if (running.Length > 0) services.Host.Faults.Kill(running[Chance.Next(running.Length)].Id, exitCode: OneIn(2) ? 137 : 1);
        }
    }

    /// <summary>Nothing disturbs any more: one deployment, as many tasks as wanted, all outcomes on record.</summary>
    public async Task<Service> EndAsync()
    {
        await services.SettledAsync(Patience);
        var service = await services.DescribeAsync();
        var wanted = service.DesiredCount ?? 0;
        await services.World.Eventually(() => services.Running().Length == wanted, TimeSpan.FromMinutes(2), "as many containers as wanted");
        foreach (var deployment in await services.DeploymentsAsync())
        {
            deployment.Status.ShouldBeOneOf(
                ServiceDeploymentStatus.Successful, ServiceDeploymentStatus.Stopped,
                ServiceDeploymentStatus.RollbackSuccessful, ServiceDeploymentStatus.RollbackFailed);
        }

        await Outcomes.AreOnRecordOnceAsync(services);

        return service;
    }

    /// <summary>Deletes the service; nothing of it stays on the machine.</summary>
    public async Task DeleteAsync()
    {
        await services.Ecs.DeleteServiceAsync(new() { Service = "web", Force = true }, services.World.Caller, default);
        await services.World.Eventually(async () => (await services.DescribeAsync()).Status == "INACTIVE", Patience, "services-inactive");
        await services.World.Eventually(() => services.Host.Containers.Count == 0, TimeSpan.FromMinutes(5), "no orphan containers");
    }
}
