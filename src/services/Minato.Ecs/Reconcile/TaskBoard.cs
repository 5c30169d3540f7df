using System.Collections.Concurrent;
using System.Collections.Immutable;
using Minato.Ecs.Inside;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;

namespace Minato.Ecs.Reconcile;

/// <summary>What this process knows of tasks beyond the store: operations in flight, and whether the engine is to be asked again.</summary>
internal sealed class TaskBoard(TimeProvider clock) : IDisposable
{
    private readonly ConcurrentDictionary<TaskKey, TaskEntry> _entries = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly DateTimeOffset _started = clock.GetUtcNow();

    /// <summary>For operations that outlive one run of the reconciler.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>A task from before this process is looked up on the engine before anything is done for it.</summary>
    public TaskEntry Entry(TaskState task) =>
        _entries.GetOrAdd(task.Key, static (_, isOld) => new TaskEntry { IsStale = isOld }, task.CreatedAt <= _started);

    public TaskEntry? Find(TaskKey key) => _entries.GetValueOrDefault(key);

    public void Forget(TaskKey key) => _entries.TryRemove(key, out _);

    /// <summary>Something happened to a container of the task.</summary>
    public void MarkStale(TaskKey key)
    {
        if (_entries.TryGetValue(key, out var entry)) entry.IsStale = true;
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }
}

/// <summary>One task on the board. The reconciler alone changes it; others put what they found into the inbox.</summary>
internal sealed class TaskEntry
{
    private readonly ConcurrentQueue<Action<TaskEntry>> _inbox = new();
    private int _stale;

    public ImmutableDictionary<string, PullState> Pulls { get; set; } = ImmutableDictionary<string, PullState>.Empty;
    public ImmutableHashSet<string> Stopping { get; set; } = [];
    public bool LogsReady { get; set; }

    /// <summary>Null until they were read; kept here alone, so that no secret is ever stored.</summary>
    public TaskInputs? Inputs { get; set; }
    public TargetsState Targets { get; set; }

    /// <summary>Orders to the task's host.</summary>
    public HostView Host { get; set; } = new();

    /// <summary>Who is told when the task is gone from the store.</summary>
    public string? HostArn { get; set; }

    /// <summary>Progress that is not in the store yet: a container may ask about itself before its start was written down.</summary>
    public TaskProgress? Unwritten { get; set; }

    /// <summary>What the task asks about itself is counted here.</summary>
    public RequestBudget? Budget { get; set; }

    /// <summary>The last reading of the network counters, for rates.</summary>
    public NetworkReading? NetworkReading { get; set; }

    public bool IsStale
    {
        get => Volatile.Read(ref _stale) != 0;
        set => Volatile.Write(ref _stale, value ? 1 : 0);
    }

    public bool TakeStale() => Interlocked.Exchange(ref _stale, 0) != 0;

    public void Post(Action<TaskEntry> news) => _inbox.Enqueue(news);

    public void ReadInbox()
    {
        while (_inbox.TryDequeue(out var news)) news(this);
    }
}
