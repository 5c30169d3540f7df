using Microsoft.Extensions.DependencyInjection;
using Minato.Engines.Containers;
using Minato.Testing;
using Minato.Testing.Containers;

namespace Minato.Engines.Docker.Tests;

/// <summary>The simulated engine on virtual time: it stays on the world's thread, and a seed repeats.</summary>
public sealed class SimWorldTests
{
    private static readonly SimImage Web = new("web") { RunsFor = TimeSpan.FromHours(1), ExitCode = 3, Lines = [new(TimeSpan.FromMinutes(5), "hello")] };

    [Theory, Seeds(1, 20)]
    public void A_seed_repeats_its_history(ulong seed) => HistoryOf(seed).ShouldBe(HistoryOf(seed));

    [Fact]
    public void Seeds_differ() => HistoryOf(1).ShouldNotBe(HistoryOf(2));

    [Fact]
    public void Hours_of_health_checks_cost_little() => World.Run(1, async world =>
    {
        world.Host.AddImage(new("steady"), present: true);
        var engine = world.Services.GetRequiredService<IContainerEngine>();
        var check = new HealthCheckSpec(["CMD", "true"], TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), TimeSpan.Zero, 3);
        for (var i = 0; i < 100; i++) await StartAsync(engine, Spec($"c{i}") with { Image = "steady", HealthCheck = check });
        await world.RunFor(TimeSpan.FromDays(1));
        (await engine.ListAsync(world.Stopping)).ShouldAllBe(c => c.Health == ContainerHealth.Healthy);
    });

    /// <summary>Runs containers while the engine goes away and containers are killed, and tells what a watcher and a reader saw.</summary>
    private static List<string> HistoryOf(ulong seed)
    {
        var history = new List<string>();
        World.Run(seed, async world =>
        {
            world.Host.AddImage(Web);
            var engine = world.Services.GetRequiredService<IContainerEngine>();
            await engine.PullAsync("web", null, world.Stopping);
            var first = await StartAsync(engine, Spec("first"));
            var watching = WatchAsync(engine, world, history);
            await foreach (var line in engine.FollowLogsAsync(first, null, world.Stopping)) history.Add($"{line.Time:O} line");
            for (var i = 0; i < 10; i++) await StartAsync(engine, Spec($"c{i}"));
            await world.Faults.KillContainers(5, within: TimeSpan.FromMinutes(10));
            await engine.StopAsync(first, TimeSpan.FromSeconds(30), world.Stopping);
            await world.Faults.TakeEngineAway(1, within: TimeSpan.FromMinutes(1), lasting: TimeSpan.FromSeconds(10));
            await watching;
            await world.Throws<EngineUnavailableException>(async () => await engine.ListAsync(world.Stopping));
            await world.RunFor(TimeSpan.FromSeconds(11));
            history.AddRange((await engine.ListAsync(world.Stopping)).Select(c => $"{c.Id} {c.Name} {c.Phase} {c.ExitCode} {c.FinishedAt:O}"));
        });
        history.Count.ShouldBeGreaterThan(30);
        return history;
    }

    private static async Task WatchAsync(IContainerEngine engine, World world, List<string> history)
    {
        try
        {
            await foreach (var change in engine.WatchAsync(world.Stopping))
                history.Add($"{world.Time.Elapsed} {(await engine.InspectAsync(change.ContainerId, world.Stopping))?.Phase}");
        }
        catch (EngineUnavailableException)
        {
            history.Add($"{world.Time.Elapsed} away");
        }
    }

    private static ContainerSpec Spec(string name) => new() { Name = name, Image = "web", Network = new NetworkAttachment.None() };

    private static async Task<string> StartAsync(IContainerEngine engine, ContainerSpec spec)
    {
        var id = (await engine.CreateAsync(spec, default)).ShouldBeOfType<CreateOutcome.Created>().ContainerId;
        (await engine.StartAsync(id, default)).ShouldBeOfType<StartOutcome.Started>();
        return id;
    }
}
