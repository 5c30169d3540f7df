using Microsoft.Extensions.Logging;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;
using Minato.Engines.Containers;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Removes containers of this installation that belong to no task: at start, when the engine comes back, and slowly after that.</summary>
internal sealed partial class OrphanSweeper(IContainerEngine engine, Store store, TimeProvider clock, ILogger<OrphanSweeper> log)
    : IRoomService, IResettable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(1);

    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            await Task.Delay(s_interval, clock, ct);
            try
            {
                await SweepAsync(ct);
            }
            catch (EngineUnavailableException)
            {
                // The watcher says so already.
            }
        }
    }

    /// <summary>A task's record is written before its first container is made: a container without one is left over.</summary>
    public async Task SweepAsync(CancellationToken ct)
    {
        foreach (var container in await engine.ListAsync(ct))
        {
            if (ContainerNames.TaskOf(container.Labels) is not { } key) continue;
            if (store.Current.Find(EcsTables.Tasks, key) is { Progress.IsCleanedUp: false }) continue;
            LogOrphan(container.Name);
            await engine.RemoveAsync(container.Id, ct);
        }
    }

    public async ValueTask ResetAsync(CancellationToken ct)
    {
        try
        {
            var ours = (await engine.ListAsync(ct)).Where(c => ContainerNames.TaskOf(c.Labels) is not null);
            await Task.WhenAll(ours.Select(c => engine.RemoveAsync(c.Id, ct).AsTask()));
        }
        catch (EngineUnavailableException)
        {
            // The sweep removes them when the engine is back.
        }
    }

    [LoggerMessage(2130, LogLevel.Warning, "Container {Container} belongs to no task and is removed")]
    private partial void LogOrphan(string container);
}
