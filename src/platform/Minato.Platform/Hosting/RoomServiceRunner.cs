using Microsoft.Extensions.Logging;

namespace Minato.Platform;

/// <summary>Keeps the loops of the rooms going.</summary>
internal sealed partial class RoomServiceRunner(IEnumerable<IRoomService> services, TimeProvider clock, Ids ids, ILogger<RoomServiceRunner> log)
{
    // A loop that ran this long had recovered: its next failure is a first one.
    private static readonly TimeSpan s_recovered = TimeSpan.FromMinutes(1);

    private readonly Backoff _backoff = new(ids);
    private readonly List<Task> _running = [];

    public void Start(CancellationToken stopping)
    {
        foreach (var service in services) _running.Add(RunAsync(service, stopping));
    }

    public Task StopAsync() => Task.WhenAll(_running);

    private async Task RunAsync(IRoomService service, CancellationToken stopping)
    {
        await Task.Yield(); // The host's start does not wait for the first steps of a loop.
        var name = service.GetType().Name;
        for (var failures = 1; !stopping.IsCancellationRequested; failures++)
        {
            var started = clock.GetTimestamp();
            try
            {
                await service.RunAsync(stopping);
                return;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                if (clock.GetElapsedTime(started) > s_recovered) failures = 1;
                var delay = _backoff.After(failures);
                LogFailed(e, name, delay);
                if (!await WaitAsync(delay, stopping)) return;
            }
        }
    }

    private async ValueTask<bool> WaitAsync(TimeSpan delay, CancellationToken stopping)
    {
        try
        {
            await Task.Delay(delay, clock, stopping);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(1020, LogLevel.Error, "{Service} failed; it starts again in {Delay}")]
    private partial void LogFailed(Exception cause, string service, TimeSpan delay);
}
