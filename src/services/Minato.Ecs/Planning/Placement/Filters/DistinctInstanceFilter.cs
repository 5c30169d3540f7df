using Minato.Contracts.Ecs;

namespace Minato.Ecs.Planning.Placement.Filters;

/// <summary>The group has a task there already.</summary>
internal sealed class DistinctInstanceFilter : IPlacementFilter
{
    public string? Explain(InstanceView instance, PlacementRequest request)
    {
        foreach (var constraint in request.Constraints)
            if (constraint.Type == PlacementConstraintType.DistinctInstance && instance.TasksOf(request.Group) > 0)
                return "DistinctInstance placement constraint unsatisfied.";
        return null;
    }
}
