namespace Minato.Ecs.Planning.Placement.Filters;

/// <summary>A machine outside EC2 is not for tasks of EC2, nor the other way round.</summary>
internal sealed class LaunchTypeFilter : IPlacementFilter
{
    public string? Explain(InstanceView instance, PlacementRequest request) =>
        request.IsExternal is not { } isExternal || isExternal == instance.Instance.IsExternal ? null : "ATTRIBUTE";
}
