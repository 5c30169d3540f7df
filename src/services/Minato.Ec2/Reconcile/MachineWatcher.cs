using Microsoft.Extensions.Logging;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Engines.Containers;
using Minato.Platform;

namespace Minato.Ec2.Reconcile;

/// <summary>Brings an instance back to its reconciler whenever the engine says that its container changed.</summary>
internal sealed partial class MachineWatcher(
    IContainerEngine engine, Store store, IWorkQueue<MachineKey> queue, TimeProvider clock, ILogger<MachineWatcher> log) : IRoomService, IResettable
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await WatchAsync(ct);
            }
            catch (EngineUnavailableException e)
            {
                LogEnded(e.Message);
            }
            await Task.Delay(Retry, clock, ct);
        }
    }

    public async ValueTask ResetAsync(CancellationToken ct)
    {
        try
        {
            foreach (var container in await engine.ListAsync(ct))
                if (MachineContainers.MachineOf(container.Labels) is not null) await engine.RemoveAsync(container.Id, ct);
        }
        catch (EngineUnavailableException e)
        {
            LogEnded(e.Message); // The reconciler removes them when it is back.
        }
    }

    private async Task WatchAsync(CancellationToken ct)
    {
        await using var changes = engine.WatchAsync(ct).GetAsyncEnumerator(ct);
        var next = changes.MoveNextAsync(); // Asked for the first change before looking at what is there: nothing falls between the two.
        foreach (var machine in store.Current.All(Ec2Tables.Machines).Where(m => m.Body is not null)) queue.Enqueue(new(machine.Key));
        while (await next)
        {
            if (MachineContainers.MachineOf(changes.Current.Labels) is { } key) queue.Enqueue(new(key));
            next = changes.MoveNextAsync();
        }
    }

    [LoggerMessage(2220, LogLevel.Debug, "Containers of instances are not seen: {Reason}")]
    private partial void LogEnded(string reason);
}
