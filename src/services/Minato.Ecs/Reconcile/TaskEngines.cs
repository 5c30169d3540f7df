using System.Collections.Concurrent;
using Minato.Ecs.State;
using Minato.Engines.Containers;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Which container engine a task is on: that of the machine its container instance is, or of this one.</summary>
internal sealed class TaskEngines(Store store, IContainerEngines engines)
{
    private const string Here = "";
    private static readonly LostEngine s_lost = new();
    private readonly ConcurrentDictionary<string, bool> _away = new(StringComparer.Ordinal);

    /// <summary>That of this machine first.</summary>
    public IEnumerable<IContainerEngine> All => [engines.Of(null), .. Others];

    /// <summary>Those on other machines.</summary>
    public IEnumerable<IContainerEngine> Others => engines.Known.Select(engines.Of);

    public IContainerEngine Named(string? name) => engines.Of(name);

    /// <summary>Null for that of this machine.</summary>
    public string? NameOf(TaskState task) => InstanceOf(task)?.Engine;

    public IContainerEngine Of(TaskState task) => InstanceOf(task) switch
    {
        null => engines.Of(null),
        // Deregistered, and nobody answers there: what was on it is not waited for.
        { Engine: { } name, Status: null } when _away.ContainsKey(name) => s_lost,
        var instance => engines.Of(instance.Engine),
    };

    /// <param name="name">Null for that of this machine.</param>
    public void SayAway(string? name, bool isAway)
    {
        if (isAway) _away[name ?? Here] = true;
        else _away.TryRemove(name ?? Here, out _);
    }

    /// <summary>Whether it did not answer when it was last looked at.</summary>
    public bool IsAway(string? name) => _away.ContainsKey(name ?? Here);

    private ContainerInstanceState? InstanceOf(TaskState task) => task.InstanceKey is { } key ? store.Current.Find(EcsTables.Instances, key) : null;
}
