using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Placement;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>The DAEMON services of a cluster as placement needs them: read anew only when one of them asks for something else.</summary>
internal sealed class PlacementDaemons(ClusterKey cluster)
{
    private Wish[] _wishes = [];

    public ImmutableArray<DaemonShare> Shares { get; private set; } = [];

    public bool HaveChanged(IReadState ecs)
    {
        if (_wishes.Length == 0 && ecs.Count(ServiceTables.DaemonsByCluster, cluster) == 0) return false;
        ServiceState[] services = [.. ecs.Where(ServiceTables.DaemonsByCluster, cluster)];
        Wish[] wishes = [.. services.Select(s => new Wish(s.Key, s.Spec.TaskDefinition, s.Spec.LaunchType, s.PlacementConstraints))];
        if (wishes.AsSpan().SequenceEqual(_wishes)) return false;
        _wishes = wishes;
        Shares = [.. services.Select(s => DaemonShare.Of(ecs, s)).OfType<DaemonShare>()];
        return true;
    }

    // The array of constraints is the very one that the service had.
    private sealed record Wish(ServiceKey Service, TaskDefinitionKey Definition, LaunchType LaunchType, ImmutableArray<PlacementConstraint> Constraints);
}
