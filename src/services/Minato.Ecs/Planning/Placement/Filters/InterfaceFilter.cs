namespace Minato.Ecs.Planning.Placement.Filters;

/// <summary>Each awsvpc task takes a network interface, and an instance type has only so many.</summary>
internal sealed class InterfaceFilter : IPlacementFilter
{
    public string? Explain(InstanceView instance, PlacementRequest request) =>
        instance.InterfacesFor(request) < request.Demand.Interfaces ? "RESOURCE:ENI" : null;
}
