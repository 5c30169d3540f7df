using Microsoft.Extensions.Logging;

namespace Minato.Platform;

/// <summary>
/// Brings the control plane up and down in order: journal, reconcilers, loops of the rooms; then back. The server and the simulated
/// world use it alike.
/// </summary>
public sealed partial class PlatformHost : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10); // For work in flight when the host stops.

    private readonly Store _store;
    private readonly IAppendLog _bulk;
    private readonly IBlobStore _blobs;
    private readonly IReconcilerRunner[] _runners;
    private readonly RoomServiceRunner _services;
    private readonly IResettable[] _resettables;
    private readonly TimeProvider _clock;
    private readonly ILogger<PlatformHost> _log;
    private readonly CancellationTokenSource _stopping = new();
    private bool _started;

    internal PlatformHost(
        Store store, IAppendLog bulk, IBlobStore blobs, IEnumerable<IReconcilerRunner> runners, RoomServiceRunner services, IEnumerable<IResettable> resettables,
        TimeProvider clock, ILogger<PlatformHost> log)
    {
        _store = store;
        _bulk = bulk;
        _blobs = blobs;
        _runners = [.. runners];
        _services = services;
        _resettables = [.. resettables];
        _clock = clock;
        _log = log;
    }

    /// <summary>Reads the state, then sets everything to work. The state can be read when it returns.</summary>
    /// <exception cref="StoreUnreadableException">The state on disk is in use by another process, of another format, or broken.</exception>
    public async Task StartAsync(CancellationToken ct)
    {
        await LoadAsync(ct);
        Start();
    }

    /// <summary>Reads the state. It can be read and written when this returns; nothing works on it before <see cref="Start"/>.</summary>
    /// <exception cref="StoreUnreadableException">As of <see cref="StartAsync"/>.</exception>
    public async Task LoadAsync(CancellationToken ct)
    {
        await _store.LoadAsync(ct);
        _started = true;
    }

    /// <summary>Sets everything to work on the state that was loaded.</summary>
    public void Start()
    {
        foreach (var runner in _runners) runner.Start(_stopping.Token);
        _services.Start(_stopping.Token);
    }

    /// <summary>Cancels all work, gives it a moment to end, and returns when every write is decided.</summary>
    public async Task StopAsync()
    {
        if (!_started) return;
        _started = false;
        _stopping.Cancel(); // Here, on this thread: CancelAsync leaves it, and the simulator with it.
        await EndAsync("room services", _services.StopAsync());
        foreach (var runner in _runners) await EndAsync(runner.Name, runner.StopAsync());
        await _store.DrainAsync();
    }

    /// <summary>
    /// Back to the first state without a restart: empties store, append log and blobs, then lets each room remove what it keeps
    /// outside.
    /// </summary>
    public async Task ResetAsync(CancellationToken ct)
    {
        await _store.ResetAsync(ct);
        await _bulk.ClearAsync(ct);
        await _blobs.ClearAsync(ct);
        foreach (var resettable in _resettables) await resettable.ResetAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _stopping.Dispose();
    }

    private async Task EndAsync(string name, Task ending)
    {
        try
        {
            await ending.WaitAsync(s_patience, _clock);
        }
        catch (TimeoutException)
        {
            LogDidNotEnd(name, s_patience);
        }
    }

    [LoggerMessage(1030, LogLevel.Warning, "{Name} did not end within {Patience} of being told to")]
    private partial void LogDidNotEnd(string name, TimeSpan patience);
}
