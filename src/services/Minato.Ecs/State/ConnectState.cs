using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Minato.Contracts.Ecs;
using Minato.Platform;

namespace Minato.Ecs.State;

/// <summary>What the tasks of a service are in Service Connect, from the deployment that made them.</summary>
internal sealed record ConnectTask
{
    /// <summary>ARN of the namespace.</summary>
    public required string Namespace { get; init; }

    /// <summary>Names that were in the namespace when the deployment began. AWS: a later one is not known to its tasks.</summary>
    public ImmutableArray<string> Names { get; init; } = [];
}

/// <summary>A service's way into the configuration of the service: resolved when it was asked for.</summary>
internal sealed record ConnectSpec
{
    public required ServiceConnectConfiguration Configuration { get; init; }

    /// <summary>ARN of the namespace.</summary>
    public required string Namespace { get; init; }
    public ImmutableArray<ConnectOffer> Offers { get; init; } = [];
}

/// <summary>A port that others may connect to by name.</summary>
/// <param name="Port">What clients connect to.</param>
/// <param name="DiscoveryArn">Its service in Cloud Map.</param>
internal sealed record ConnectOffer(string PortName, string DnsName, int Port, string DiscoveryName, string DiscoveryArn)
{
    /// <returns>The port of the container; null when the definition names no such port.</returns>
    public static int? PortOf(TaskDefinitionState definition, string portName) =>
        definition.Containers.SelectMany(c => c.PortMappings ?? []).FirstOrDefault(p => p.Name == portName)?.ContainerPort;
}

/// <summary>What carries the connections to a service: progress, written by <c>ConnectReconciler</c> alone.</summary>
internal sealed record ConnectState
{
    public required ServiceKey Key { get; init; }
    public required string Namespace { get; init; }
    public ImmutableArray<ConnectEndpoint> Endpoints { get; init; } = [];
}

/// <param name="Address">Where the load balancer is reached in the VPC; null until it is there.</param>
internal sealed record ConnectEndpoint(ConnectOffer Offer, string BalancerArn, string GroupArn, string ListenerArn, string? Address);

internal static class ConnectTables
{
    public static readonly Table<ServiceKey, ConnectState> Connections = new("ecs.connections", c => c.Key, () => ConnectJson.Default.ConnectState);
    public static readonly Index<string, ServiceKey, ConnectState> ByNamespace = Connections.AddIndex<string>("namespace", c => c.Namespace);

    /// <summary>Names of a namespace with the addresses behind them, as far as those are known.</summary>
    public static IEnumerable<(string Name, string Address)> Hosts(IReadState ecs, ConnectTask connect) => ecs.Where(ByNamespace, connect.Namespace)
        .SelectMany(c => c.Endpoints).Where(e => e.Address is not null && connect.Names.Contains(e.Offer.DnsName))
        .Select(e => (e.Offer.DnsName, e.Address ?? "")).Distinct().OrderBy(h => h.DnsName, StringComparer.Ordinal);

    /// <summary>What a deployment that begins now lets its tasks know of: all that is offered in the namespace, its own among it.</summary>
    public static ConnectTask? TaskOf(IReadState ecs, ConnectSpec? connect) => connect is null ? null : new()
    {
        Namespace = connect.Namespace,
        Names = [.. ecs.Where(ServiceTables.ByConnection, connect.Namespace).SelectMany(s => s.Spec.Connect?.Offers ?? []).Concat(connect.Offers)
            .Select(o => o.DnsName).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
    };
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(ConnectState))]
internal sealed partial class ConnectJson : JsonSerializerContext;
