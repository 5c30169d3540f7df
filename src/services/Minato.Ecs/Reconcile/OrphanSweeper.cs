using Microsoft.Extensions.Logging;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;
using Minato.Engines.Containers;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Removes containers of this installation that belong to no task: at start, when the engine comes back, and slowly after that.</summary>
internal sealed partial class OrphanSweeper(TaskEngines engines, Store store, TimeProvider clock, ILogger<OrphanSweeper> log)
    : IRoomService, IResettable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(1);

    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            await Task.Delay(s_interval, clock, ct);
            foreach (var engine in engines.All) await TryAsync(() => SweepAsync(engine, ct));
        }
    }

    /// <summary>A task's record is written before its first container is made: a container without one is left over.</summary>
    public async Task SweepAsync(IContainerEngine engine, CancellationToken ct)
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
        var local = engines.Named(null);
        await TryAsync(async () =>
        {
            var ours = (await local.ListAsync(ct)).Where(c => ContainerNames.TaskOf(c.Labels) is not null);
            await Task.WhenAll(ours.Select(c => local.RemoveAsync(c.Id, ct).AsTask()));
        });
        // Nothing but tasks and their networks is on the others.
        foreach (var engine in engines.Others) await TryAsync(() => engine.PurgeAsync(ct).AsTask());
    }

    // The watcher says so already; the sweep removes what is left when the engine is back.
    private static async Task TryAsync(Func<Task> sweep)
    {
        try
        {
            await sweep();
        }
        catch (EngineUnavailableException)
        {
        }
    }

    [LoggerMessage(2130, LogLevel.Warning, "Container {Container} belongs to no task and is removed")]
    private partial void LogOrphan(string container);
}
