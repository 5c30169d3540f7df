namespace Minato.Ecs.Planning.Placement.Filters;

internal sealed class MemoryFilter : IPlacementFilter
{
    public string? Explain(InstanceView instance, PlacementRequest request) =>
        instance.MemoryFor(request) < request.Demand.Memory ? "RESOURCE:MEMORY" : null;
}
