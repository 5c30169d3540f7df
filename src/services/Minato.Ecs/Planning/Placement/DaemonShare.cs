using Minato.Ecs.Planning.Placement.Filters;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Planning.Placement;

/// <summary>
/// What a DAEMON service needs on each instance that is to have a task of it. AWS: until that task is there, CPU, memory and network
/// interfaces are kept for it, so that tasks of other services never take its place. Ports are not, and no task is stopped for it.
/// </summary>
internal sealed record DaemonShare(PlacementRequest Request)
{
    private static readonly IPlacementFilter[] s_whose = [new LaunchTypeFilter(), new AttributeFilter(), new MemberOfFilter()];

    public TaskDemand Demand => Request.Demand;

    /// <summary>Of the ACTIVE daemon services of a cluster.</summary>
    public static DaemonShare? Of(IReadState ecs, ServiceState service) =>
        ecs.Find(EcsTables.TaskDefinitions, service.Spec.TaskDefinition) is not { } definition ? null : new(
            PlacementRequest.For(definition, null, $"service:{service.Key.Name}", service.PlacementConstraints, [], [])
            with { IsExternal = service.Spec.LaunchType == Contracts.Ecs.LaunchType.External, IsDaemon = true });

    /// <summary>A task of it belongs there, however little is left, and is not there.</summary>
    public bool IsAwaitedOn(InstanceView instance)
    {
        if (instance.TasksOf(Request.Group) > 0) return false;
        foreach (var filter in s_whose) if (filter.Explain(instance, Request) is not null) return false;
        return true;
    }
}
