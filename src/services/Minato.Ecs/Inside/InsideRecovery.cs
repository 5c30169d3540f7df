using Microsoft.Extensions.Logging;
using Minato.Ecs.Reconcile;
using Minato.Ecs.State;
using Minato.Engines.Containers;
using Minato.Platform;

namespace Minato.Ecs.Inside;

/// <summary>After a start: tasks that run already are answered again, as soon as the engine is there.</summary>
internal sealed partial class InsideRecovery(Store store, TaskNetwork networks, TimeProvider clock, ILogger<InsideRecovery> log) : IRoomService
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken ct)
    {
        while (!await TryAsync(ct)) await Task.Delay(s_retry, clock, ct);
        await Task.Delay(Timeout.InfiniteTimeSpan, clock, ct);
    }

    private async Task<bool> TryAsync(CancellationToken ct)
    {
        try
        {
            foreach (var task in store.Current.All(EcsTables.Tasks).Where(t => !t.IsStopped)) await networks.RecoverAsync(task, ct);
            return true;
        }
        catch (EngineUnavailableException e)
        {
            LogWaits(e.Message);
            return false;
        }
    }

    [LoggerMessage(2191, LogLevel.Debug, "Running tasks get no metadata yet: {Reason}")]
    private partial void LogWaits(string reason);
}
