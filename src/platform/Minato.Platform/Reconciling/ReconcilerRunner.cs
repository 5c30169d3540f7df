using Microsoft.Extensions.Logging;

namespace Minato.Platform;

internal interface IReconcilerRunner
{
    string Name { get; }

    /// <summary>Enqueues every key and starts the workers.</summary>
    void Start(CancellationToken stopping);

    /// <summary>Returns when the last worker has ended, after <c>stopping</c>.</summary>
    Task StopAsync();
}

/// <summary>How one reconciler is driven.</summary>
internal sealed record ReconcilerPlan(string Name, int Workers, TimeSpan Deadline, IReadOnlyList<KeySource> Sources, Func<object, CancellationToken, ValueTask<Next>> Reconcile);

/// <summary>Feeds one reconciler: changes in, keys to workers, failures to back-off.</summary>
internal sealed partial class ReconcilerRunner(ReconcilerPlan plan, WorkQueue queue, Store store, TimeProvider clock, ILogger<ReconcilerRunner> log) : IReconcilerRunner
{
    private readonly List<Task> _workers = [];
    private IDisposable[] _subscriptions = [];

    public string Name => plan.Name;

    public void Start(CancellationToken stopping)
    {
        // Subscribed before the state is read: what changes in between is enqueued twice rather than never.
        Action<object> enqueue = queue.Enqueue;
        _subscriptions = [.. plan.Sources.Select(s => store.Subscribe(s.Table, change => s.Changed(change, enqueue)))];
        var state = store.Current;
        foreach (var source in plan.Sources) source.Start(state, enqueue);
        for (var i = 0; i < plan.Workers; i++) _workers.Add(WorkAsync(stopping));
    }

    public async Task StopAsync()
    {
        foreach (var subscription in _subscriptions) subscription.Dispose();
        await Task.WhenAll(_workers);
        queue.Dispose();
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        await Task.Yield(); // Start() returns before the first key runs.
        try
        {
            while (!stopping.IsCancellationRequested) await RunAsync(await queue.TakeAsync(stopping), stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
        }
    }

    private async ValueTask RunAsync(object key, CancellationToken stopping)
    {
        using var deadline = new CancellationTokenSource(plan.Deadline, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, deadline.Token);
        try
        {
            queue.Finish(key, await plan.Reconcile(key, either.Token));
        }
        catch (StaleRecordException)
        {
            queue.Finish(key, Next.Soon);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            throw;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            LogLate(Name, key, plan.Deadline, queue.Fail(key));
        }
        catch (Exception e)
        {
            LogFailed(e, Name, key, queue.Fail(key));
        }
    }

    [LoggerMessage(1010, LogLevel.Error, "{Reconciler} {Key} failed; it runs again in {Delay}")]
    private partial void LogFailed(Exception cause, string reconciler, object key, TimeSpan delay);

    [LoggerMessage(1011, LogLevel.Warning, "{Reconciler} {Key} took longer than {Deadline}; it runs again in {Delay}")]
    private partial void LogLate(string reconciler, object key, TimeSpan deadline, TimeSpan delay);
}
