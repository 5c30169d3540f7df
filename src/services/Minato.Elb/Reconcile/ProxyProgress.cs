using Minato.Elb.State;
using Minato.Platform;

namespace Minato.Elb.Reconcile;

/// <summary>What the proxy was last given.</summary>
internal sealed class ProxyProgress
{
    private Snapshot? _applied;
    private volatile bool _isUsed;

    /// <summary>The state that the running configuration was made of; null when nothing was applied yet.</summary>
    public Snapshot? Applied
    {
        get => Volatile.Read(ref _applied);
        set => Volatile.Write(ref _applied, value);
    }

    /// <summary>Whether the proxy ever had anything to do.</summary>
    public bool IsUsed { get => _isUsed; set => _isUsed = value; }

    /// <summary>Whether the proxy has been told to send nothing new to a deregistered target.</summary>
    public bool KnowsDrained(TargetState target) =>
        Applied is { } applied && applied.Find(ElbTables.Targets, target.Key) is not { DrainUntil: null };
}
