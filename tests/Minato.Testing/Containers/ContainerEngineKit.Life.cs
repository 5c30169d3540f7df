using Minato.Engines.Containers;
using Shouldly;
using Xunit;

namespace Minato.Testing.Containers;

public abstract partial class ContainerEngineKit
{
    [Fact]
    public async Task An_engine_that_answers_says_what_it_is() =>
        (await Engine.StatusAsync(Stopping)).ShouldBeOfType<EngineStatus.Up>().Cpus.ShouldBePositive();

    [Fact]
    public async Task Creating_a_name_again_answers_with_the_same_container()
    {
        var spec = Spec();
        var first = await CreateAsync(spec);
        (await CreateAsync(spec)).ShouldBe(first);
        (await InspectAsync(first)).Phase.ShouldBe(ContainerPhase.Created);
    }

    [Fact]
    public async Task Calls_may_be_made_twice_at_once()
    {
        var spec = Spec(new() { OnTerminate = null });
        var ids = await Task.WhenAll(CreateAsync(spec), CreateAsync(spec), CreateAsync(spec));
        var id = ids.Distinct().ShouldHaveSingleItem();
        var starts = await Task.WhenAll(Twice(() => Engine.StartAsync(id, Stopping)));
        starts.ShouldAllBe(s => s is StartOutcome.Started);
        var stops = await Task.WhenAll(Twice(() => Engine.StopAsync(id, TimeSpan.Zero, Stopping)));
        stops.ShouldAllBe(s => s is StopOutcome.Stopped);
        await Task.WhenAll(Twice(async ValueTask<bool> () =>
        {
            await Engine.RemoveAsync(id, Stopping);
            return true;
        }));
        (await Engine.InspectAsync(id, Stopping)).ShouldBeNull();
    }

    [Fact]
    public async Task What_stopped_can_be_started_again()
    {
        var id = await StartAsync(Spec(new() { Exits = 4 }));
        var first = await UntilExitedAsync(id);
        (await Engine.StartAsync(id, Stopping)).ShouldBeOfType<StartOutcome.Started>();
        var second = await UntilAsync(id, c => c.Phase is ContainerPhase.Exited && c.StartedAt > first.StartedAt);
        second.ExitCode.ShouldBe(4);
    }

    [Fact]
    public async Task A_name_held_by_a_stranger_is_refused()
    {
        var spec = Spec();
        await StartForeignAsync(spec.Name);
        (await Engine.CreateAsync(spec, Stopping)).ShouldBeOfType<CreateOutcome.Refused>().Reason.ShouldContain("not of this installation");
    }

    [Fact]
    public async Task Containers_of_others_are_never_seen_and_never_touched()
    {
        var foreign = await StartForeignAsync(NewName());
        (await Engine.InspectAsync(foreign, Stopping)).ShouldBeNull();
        (await Engine.ListAsync(Stopping)).ShouldNotContain(c => c.Id == foreign);
        (await Engine.StartAsync(foreign, Stopping)).ShouldBeOfType<StartOutcome.Gone>();
        await Engine.StopAsync(foreign, TimeSpan.Zero, Stopping);
        await Engine.RemoveAsync(foreign, Stopping);
        (await LinesAsync(foreign)).ShouldBeEmpty();
        (await Engine.StatsAsync(foreign, Stopping)).ShouldBeNull();
        var joining = await Engine.CreateAsync(Spec(network: new NetworkAttachment.SharedWith(foreign)), Stopping);
        joining.ShouldBeOfType<CreateOutcome.Refused>();
        (await ForeignRunsAsync(foreign)).ShouldBeTrue();
    }

    [Fact]
    public async Task Every_call_may_be_repeated()
    {
        var id = await StartAsync(Spec());
        var started = (await InspectAsync(id)).StartedAt;
        (await Engine.StartAsync(id, Stopping)).ShouldBeOfType<StartOutcome.Started>();
        (await InspectAsync(id)).StartedAt.ShouldBe(started);
        for (var i = 0; i < 2; i++) (await Engine.StopAsync(id, TimeSpan.FromSeconds(5), Stopping)).ShouldBeOfType<StopOutcome.Stopped>();
        for (var i = 0; i < 2; i++) await Engine.RemoveAsync(id, Stopping);
        (await Engine.InspectAsync(id, Stopping)).ShouldBeNull();
        (await Engine.StopAsync(id, TimeSpan.Zero, Stopping)).ShouldBeOfType<StopOutcome.Stopped>();
        (await Engine.StartAsync(id, Stopping)).ShouldBeOfType<StartOutcome.Gone>();
    }

    [Fact]
    public async Task An_exit_code_is_reported()
    {
        var exited = await UntilExitedAsync(await StartAsync(Spec(new() { Exits = 7 })));
        exited.ExitCode.ShouldBe(7);
        exited.FinishedAt.ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(exited.StartedAt.ShouldNotBeNull());
        exited.OutOfMemory.ShouldBeFalse();
        exited.Labels["kit.test"].ShouldBe("yes");
    }

    [Fact]
    public async Task Stopping_lets_the_program_end_by_itself()
    {
        var id = await StartAsync(Spec(new() { OnTerminate = 5, Writes = [new("ready")] }));
        await LinesAsync(id, atMost: 1); // It listens for the signal now.
        await Engine.StopAsync(id, TimeSpan.FromSeconds(10), Stopping);
        (await InspectAsync(id)).ExitCode.ShouldBe(5);
    }

    [Fact]
    public async Task Stopping_kills_when_the_grace_is_over()
    {
        var id = await StartAsync(Spec(new() { OnTerminate = null, Writes = [new("ready")] }));
        await LinesAsync(id, atMost: 1);
        await Engine.StopAsync(id, TimeSpan.FromSeconds(1), Stopping);
        (await InspectAsync(id)).ExitCode.ShouldBe(137);
    }

    [Fact]
    public async Task A_list_says_what_inspections_say()
    {
        var running = await StartAsync(Spec());
        var exited = await StartAsync(Spec(new() { Exits = 3 }));
        await UntilExitedAsync(exited);
        var list = await Engine.ListAsync(Stopping);
        list.Single(c => c.Id == running).Phase.ShouldBe(ContainerPhase.Running);
        list.Single(c => c.Id == exited).ExitCode.ShouldBe(3);
    }

    [Fact]
    public async Task Health_follows_the_check()
    {
        var check = new HealthCheckSpec(["CMD-SHELL", "test -f /well"], TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2), TimeSpan.Zero, 2);
        var well = await StartAsync(Spec(new() { IsWell = true }) with { HealthCheck = check });
        var ill = await StartAsync(Spec(new() { IsWell = false }) with { HealthCheck = check });
        await UntilAsync(well, c => c.Health is ContainerHealth.Healthy);
        await UntilAsync(ill, c => c.Health is ContainerHealth.Unhealthy);
    }

    [Fact]
    public async Task Without_a_check_health_is_not_known() =>
        (await InspectAsync(await StartAsync(Spec()))).Health.ShouldBeNull();

    [Fact]
    public async Task Statistics_are_of_running_containers_only()
    {
        var id = await StartAsync(Spec());
        (await Engine.StatsAsync(id, Stopping)).ShouldNotBeNull().OnlineCpus.ShouldBePositive();
        await Engine.StopAsync(id, TimeSpan.Zero, Stopping);
        (await Engine.StatsAsync(id, Stopping)).ShouldBeNull();
    }

    private static Task<T>[] Twice<T>(Func<ValueTask<T>> call) => [call().AsTask(), call().AsTask()];
}
