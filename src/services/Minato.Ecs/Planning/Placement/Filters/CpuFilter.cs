namespace Minato.Ecs.Planning.Placement.Filters;

internal sealed class CpuFilter : IPlacementFilter
{
    public string? Explain(InstanceView instance, PlacementRequest request) =>
        instance.CpuFor(request) < request.Demand.Cpu ? "RESOURCE:CPU" : null;
}
