namespace Minato.Ecs.Planning.Placement.Filters;

/// <summary>A task of a capacity provider goes to the provider's own instances.</summary>
internal sealed class CapacityProviderFilter : IPlacementFilter
{
    public string? Explain(InstanceView instance, PlacementRequest request) =>
        request.CapacityProvider is { } provider && instance.Instance.CapacityProviderName != provider ? CapacityWaits.OtherProvider : null;
}
