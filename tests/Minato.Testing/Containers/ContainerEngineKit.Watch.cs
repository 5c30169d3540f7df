using Minato.Engines.Containers;
using Shouldly;
using Xunit;

namespace Minato.Testing.Containers;

public abstract partial class ContainerEngineKit
{
    [Fact]
    public async Task Changes_between_the_call_and_the_first_read_are_told()
    {
        var changes = Engine.WatchAsync(Stopping);
        var id = await StartAsync(Spec());
        await using var reader = changes.GetAsyncEnumerator(Stopping);
        (await ChangeOfAsync(reader, id)).Labels["kit.test"].ShouldBe("yes");
    }

    [Fact]
    public async Task Death_and_removal_are_told_with_the_labels_and_strangers_are_not()
    {
        var id = await StartAsync(Spec());
        await using var reader = Engine.WatchAsync(Stopping).GetAsyncEnumerator(Stopping);
        var foreign = await StartForeignAsync(NewName());

        await Engine.StopAsync(id, TimeSpan.Zero, Stopping);
        var seen = await ChangeOfAsync(reader, id, not: foreign);
        seen.Labels["kit.test"].ShouldBe("yes");
        (await InspectAsync(id)).Phase.ShouldBe(ContainerPhase.Exited);

        await Engine.RemoveAsync(id, Stopping);
        (await ChangeOfAsync(reader, id, not: foreign)).Labels["kit.test"].ShouldBe("yes");
        (await Engine.InspectAsync(id, Stopping)).ShouldBeNull();
    }

    [Fact]
    public async Task Changes_of_health_are_told()
    {
        var check = new HealthCheckSpec(["CMD-SHELL", "test -f /well"], TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(2), TimeSpan.Zero, 1);
        await using var reader = Engine.WatchAsync(Stopping).GetAsyncEnumerator(Stopping);
        var id = await StartAsync(Spec() with { HealthCheck = check });
        while ((await InspectAsync(id)).Health is not ContainerHealth.Healthy) await ChangeOfAsync(reader, id);
    }

    private static async Task<ContainerChange> ChangeOfAsync(IAsyncEnumerator<ContainerChange> reader, string id, string? not = null)
    {
        while (await reader.MoveNextAsync().AsTask().WaitAsync(Patience, Stopping))
        {
            reader.Current.ContainerId.ShouldNotBe(not);
            if (reader.Current.ContainerId == id) return reader.Current;
        }
        throw new InvalidOperationException("The watch ended.");
    }
}
