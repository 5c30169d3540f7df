namespace Minato.Platform;

/// <summary>A loop of a room: log shipping, health probing, event watching. Runs while the host runs, after the store was loaded.</summary>
public interface IRoomService
{
    /// <summary>Returns when <paramref name="ct"/> is cancelled. When it throws before, it is started again, with back-off.</summary>
    Task RunAsync(CancellationToken ct);
}
