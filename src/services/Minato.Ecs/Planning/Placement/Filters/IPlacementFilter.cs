namespace Minato.Ecs.Planning.Placement.Filters;

internal interface IPlacementFilter
{
    /// <returns>Why the instance is out, as RunTask tells it; null when this filter lets it through.</returns>
    string? Explain(InstanceView instance, PlacementRequest request);
}
