using System.Collections.Immutable;
using Minato.Engines.Containers;
using Minato.Testing.Containers;

namespace Minato.Engines.Docker.Tests;

/// <summary>What only the simulated machine can do: go wrong when told to.</summary>
public sealed class SimHostTests
{
    private static readonly SimImage Web = new("web") { Listens = [80], Health = [new(TimeSpan.FromMilliseconds(50), Well: false)] };

    private readonly SimHost host = new(TimeProvider.System) { Latency = SimLatency.None };

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    public SimHostTests() => host.AddImage(Web, present: true);

    [Fact]
    public async Task Containers_survive_a_crash_of_Minato()
    {
        var id = await StartAsync(new SimContainerEngine(host, "one"), "a");
        var afterRestart = new SimContainerEngine(host, "one");
        (await afterRestart.ListAsync(Stopping)).ShouldHaveSingleItem().Id.ShouldBe(id);
        (await StartAsync(afterRestart, "a")).ShouldBe(id);
    }

    [Fact]
    public async Task An_engine_that_is_away_comes_back_with_its_containers()
    {
        var engine = new SimContainerEngine(host, "one");
        var id = await StartAsync(engine, "a");
        await using var watch = engine.WatchAsync(Stopping).GetAsyncEnumerator(Stopping);
        await using var log = engine.FollowLogsAsync(id, null, Stopping).GetAsyncEnumerator(Stopping);
        var following = log.MoveNextAsync().AsTask();
        host.Faults.EngineAway(TimeSpan.FromMilliseconds(100));
        await Should.ThrowAsync<EngineUnavailableException>(async () => await watch.MoveNextAsync());
        await Should.ThrowAsync<EngineUnavailableException>(() => following);
        await Should.ThrowAsync<EngineUnavailableException>(async () => await engine.ListAsync(Stopping));
        (await engine.StatusAsync(Stopping)).ShouldBeOfType<EngineStatus.Away>();
        await Task.Delay(150, Stopping);
        (await engine.ListAsync(Stopping)).ShouldHaveSingleItem().Phase.ShouldBe(ContainerPhase.Running);
    }

    [Fact]
    public async Task Kills_end_with_137_and_are_told()
    {
        var engine = new SimContainerEngine(host, "one");
        var id = await StartAsync(engine, "a");
        await using var watch = engine.WatchAsync(Stopping).GetAsyncEnumerator(Stopping);
        host.Faults.KillAll().ShouldBe(1);
        (await watch.MoveNextAsync()).ShouldBeTrue();
        (await engine.InspectAsync(watch.Current.ContainerId, Stopping)).ShouldNotBeNull().ExitCode.ShouldBe(137);
        watch.Current.ContainerId.ShouldBe(id);
    }

    [Fact]
    public async Task Faults_of_creating_come_once_each_and_a_full_disk_stays()
    {
        var engine = new SimContainerEngine(host, "one");
        host.Faults.FailCreates(new CreateOutcome.Refused("once"));
        (await engine.CreateAsync(Spec("a"), Stopping)).ShouldBe(new CreateOutcome.Refused("once"));
        host.Faults.DiskFull = true;
        (await engine.CreateAsync(Spec("a"), Stopping)).ShouldBeOfType<CreateOutcome.DiskFull>();
        host.Faults.DiskFull = false;
        (await engine.CreateAsync(Spec("a"), Stopping)).ShouldBeOfType<CreateOutcome.Created>();
    }

    [Fact]
    public async Task Requests_meet_the_container_behind_the_address()
    {
        var engine = new SimContainerEngine(host, "one");
        await engine.EnsureNetworkAsync(new("vpc", "10.0.0.0/24", "10.0.0.1"), Stopping);
        var pause = await StartAsync(engine, Spec("pause") with
        {
            Image = EngineImage.Pause, Network = new NetworkAttachment.Address("vpc", "10.0.0.5", null),
        });
        host.Ask("10.0.0.5", 80).ShouldBeNull();
        var id = await StartAsync(engine, Spec("web") with { Network = new NetworkAttachment.SharedWith(pause) });
        host.Ask("10.0.0.5", 80).ShouldNotBeNull().Container.Id.ShouldBe(id);
        host.Ask("10.0.0.5", 81).ShouldBeNull();
        host.Faults.BeWell(id, false);
        host.Ask("10.0.0.5", 80).ShouldNotBeNull().Status.ShouldBe(503);
        await engine.StopAsync(pause, TimeSpan.Zero, Stopping);
        host.Ask("10.0.0.5", 80).ShouldBeNull();
    }

    [Fact]
    public async Task Live_containers_are_counted_by_label()
    {
        var engine = new SimContainerEngine(host, "one");
        foreach (var name in (string[])["a", "b", "c"])
        {
            await StartAsync(engine, Spec(name) with
            {
                Labels = ImmutableSortedDictionary<string, string>.Empty.Add("slot", name is "c" ? "2" : "1"),
            });
        }
        host.LiveBy("slot").Select(g => (g.Key, g.Count())).ShouldBe([("1", 2), ("2", 1)]);
    }

    [Fact]
    public async Task Out_of_memory_is_told()
    {
        host.AddImage(new("greedy") { NeedsMemory = 100 << 20, NeedsMemoryAfter = TimeSpan.FromMilliseconds(1) }, present: true);
        var engine = new SimContainerEngine(host, "one");
        var id = await StartAsync(engine, Spec("a") with { Image = "greedy", MemoryBytes = 64 << 20 });
        await foreach (var _ in engine.FollowLogsAsync(id, null, Stopping)) { }
        var exited = (await engine.InspectAsync(id, Stopping)).ShouldNotBeNull();
        (exited.OutOfMemory, exited.ExitCode).ShouldBe((true, 137));
    }

    private static ContainerSpec Spec(string name) => new() { Name = name, Image = Web.Name, Network = new NetworkAttachment.None() };

    private static Task<string> StartAsync(SimContainerEngine engine, string name) => StartAsync(engine, Spec(name));

    private static async Task<string> StartAsync(SimContainerEngine engine, ContainerSpec spec)
    {
        var id = (await engine.CreateAsync(spec, Stopping)).ShouldBeOfType<CreateOutcome.Created>().ContainerId;
        (await engine.StartAsync(id, Stopping)).ShouldBeOfType<StartOutcome.Started>();
        return id;
    }
}
