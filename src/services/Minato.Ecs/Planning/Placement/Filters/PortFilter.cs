namespace Minato.Ecs.Planning.Placement.Filters;

/// <summary>A fixed host port is taken by another task of the instance, or reserved on it.</summary>
internal sealed class PortFilter : IPlacementFilter
{
    public string? Explain(InstanceView instance, PlacementRequest request)
    {
        foreach (var port in request.Demand.TcpPorts) if (instance.TcpPortsUsed.Contains(port)) return "RESOURCE:PORTS";
        foreach (var port in request.Demand.UdpPorts) if (instance.UdpPortsUsed.Contains(port)) return "RESOURCE:PORTS";
        return null;
    }
}
