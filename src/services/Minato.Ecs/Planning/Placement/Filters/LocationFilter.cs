namespace Minato.Ecs.Planning.Placement.Filters;

/// <summary>None of the task's subnets is in the Availability Zone of the instance.</summary>
internal sealed class LocationFilter : IPlacementFilter
{
    public string? Explain(InstanceView instance, PlacementRequest request) =>
        request.Zones.IsEmpty || instance.Instance.Zone is not { } zone || request.Zones.Contains(zone) ? null : "LOCATION";
}
