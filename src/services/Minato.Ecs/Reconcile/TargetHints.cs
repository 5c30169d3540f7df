using System.Collections.Concurrent;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Brings a draining task back as soon as its load balancer says that something changed.</summary>
internal sealed class TargetHints
{
    // ELB publishes it with the ARN of the target group.
    private const string Topic = "elb.target-health";

    private readonly ConcurrentDictionary<string, ConcurrentDictionary<TaskKey, bool>> _waiting = new(StringComparer.Ordinal);
    private readonly IWorkQueue<TaskKey> _queue;

    public TargetHints(Hints hints, IWorkQueue<TaskKey> queue)
    {
        _queue = queue;
        hints.Subscribe(Topic, Heard);
    }

    public void Wait(TaskKey task, string targetGroup) => _waiting.GetOrAdd(targetGroup, _ => new()).TryAdd(task, true);

    public void Done(TaskKey task, string targetGroup)
    {
        if (_waiting.TryGetValue(targetGroup, out var tasks)) tasks.TryRemove(task, out _);
    }

    private void Heard(string targetGroup)
    {
        if (!_waiting.TryGetValue(targetGroup, out var tasks)) return;
        foreach (var (task, _) in tasks) _queue.Enqueue(task);
    }
}
