namespace Minato.Ecs.Planning.Placement.Filters;

internal sealed class GpuFilter : IPlacementFilter
{
    public string? Explain(InstanceView instance, PlacementRequest request) =>
        request.Demand.Gpus > 0 && instance.GpusLeft < request.Demand.Gpus ? "RESOURCE:GPU" : null;
}
