namespace Minato.Ecs.Planning.Placement.Filters;

/// <summary>Nobody is there to start the task.</summary>
internal sealed class AgentFilter : IPlacementFilter
{
    public string? Explain(InstanceView instance, PlacementRequest request) => instance.Instance.AgentConnected ? null : "AGENT";
}
