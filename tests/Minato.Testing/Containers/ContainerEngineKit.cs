using System.Collections.Immutable;
using System.Diagnostics;
using System.Text;
using Minato.Engines.Containers;
using Shouldly;
using Xunit;

namespace Minato.Testing.Containers;

/// <summary>What every <see cref="IContainerEngine"/> promises. The simulated and the real engine pass the same tests.</summary>
public abstract partial class ContainerEngineKit
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    protected abstract IContainerEngine Engine { get; }

    /// <summary>Unlike that of any test that runs beside this one.</summary>
    protected abstract string NewName();

    /// <summary>A range that is free on this machine, such as <c>10.7.3.0/24</c>.</summary>
    protected abstract ValueTask<string> FreeRangeAsync();

    /// <summary>The container's image and command, so that it behaves like this.</summary>
    protected abstract ContainerSpec Running(ContainerSpec spec, ContainerKitProgram program);

    /// <summary>A container of someone else that runs.</summary>
    protected abstract ValueTask<string> StartForeignAsync(string name);

    protected abstract ValueTask<bool> ForeignRunsAsync(string id);

    protected static CancellationToken Stopping => TestContext.Current.CancellationToken;

    protected ContainerSpec Spec(ContainerKitProgram? program = null, NetworkAttachment? network = null) => Running(
        new()
        {
            Name = NewName(),
            Image = "",
            Network = network ?? new NetworkAttachment.None(),
            Labels = ImmutableSortedDictionary<string, string>.Empty.Add("kit.test", "yes"),
        },
        program ?? ContainerKitProgram.Waits);

    protected async Task<string> CreateAsync(ContainerSpec spec) =>
        (await Engine.CreateAsync(spec, Stopping)).ShouldBeOfType<CreateOutcome.Created>().ContainerId;

    protected async Task<string> StartAsync(ContainerSpec spec)
    {
        var id = await CreateAsync(spec);
        (await Engine.StartAsync(id, Stopping)).ShouldBeOfType<StartOutcome.Started>();
        return id;
    }

    protected async Task<EngineContainer> InspectAsync(string id) =>
        (await Engine.InspectAsync(id, Stopping)).ShouldNotBeNull();

    /// <summary>Looks until the container is as expected.</summary>
    protected async Task<EngineContainer> UntilAsync(string id, Func<EngineContainer, bool> expected)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var container = await InspectAsync(id);
            if (expected(container)) return container;
            if (clock.Elapsed > Patience) throw new TimeoutException($"The container stayed like this: {container}");
            await Task.Delay(10, Stopping);
        }
    }

    protected Task<EngineContainer> UntilExitedAsync(string id) => UntilAsync(id, c => c.Phase is ContainerPhase.Exited);

    protected async Task<List<string>> LinesAsync(string id, DateTimeOffset? after = null, int atMost = int.MaxValue)
    {
        var lines = new List<string>();
        await foreach (var line in Engine.FollowLogsAsync(id, after, Stopping))
        {
            lines.Add(Encoding.UTF8.GetString(line.Text.Span));
            if (lines.Count == atMost) break;
        }
        return lines;
    }
}
