namespace Minato.Ecs.Planning.Placement.Filters;

internal sealed class MemberOfFilter : IPlacementFilter
{
    public string? Explain(InstanceView instance, PlacementRequest request)
    {
        foreach (var query in request.Queries)
            if (!query.Matches(instance)) return "MemberOf placement constraint unsatisfied.";
        return null;
    }
}
