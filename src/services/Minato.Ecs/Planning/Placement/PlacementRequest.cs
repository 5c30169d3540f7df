using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Placement.Query;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Placement;

/// <summary>What is to be placed.</summary>
internal sealed record PlacementRequest
{
    // AWS: spread over zones, then over the instances of a zone, when a service names no strategy.
    public static readonly ImmutableArray<PlacementStrategy> DefaultOfServices =
    [
        new() { Type = PlacementStrategyType.Spread, Field = "attribute:ecs.availability-zone" },
        new() { Type = PlacementStrategyType.Spread, Field = "instanceId" },
    ];

    private ImmutableArray<ClusterQuery> _queries;
    private string? _fingerprint;

    public required TaskDemand Demand { get; init; }
    public required string Group { get; init; }
    public ImmutableArray<PlacementConstraint> Constraints { get; init; } = [];
    public ImmutableArray<PlacementStrategy> Strategies { get; init; } = [];

    /// <summary>Only instances of this capacity provider; null for any.</summary>
    public string? CapacityProvider { get; init; }

    /// <summary>Capabilities that the instance has to have.</summary>
    public ImmutableArray<Attribute> RequiredAttributes { get; init; } = [];

    /// <summary>Machines outside EC2 take tasks of the EXTERNAL launch type, the others those of EC2. Null when any will do.</summary>
    public bool? IsExternal { get; init; }

    /// <summary>A task of a DAEMON service may take what is kept for daemons.</summary>
    public bool IsDaemon { get; init; }

    /// <summary>Availability Zones of the task's subnets; empty when any will do.</summary>
    public ImmutableArray<string> Zones { get; init; } = [];

    /// <summary>The memberOf constraints, read.</summary>
    public ImmutableArray<ClusterQuery> Queries => _queries.IsDefault
        ? _queries = [.. Constraints.Where(c => c.Type == PlacementConstraintType.MemberOf).Select(c => ClusterQuery.Parse(c.Expression ?? ""))]
        : _queries;

    /// <summary>Requests with the same text are the same request.</summary>
    public string Fingerprint => _fingerprint ??= Describe();

    /// <summary>Of a task: the constraints of its definition hold beside those of the launch.</summary>
    public static PlacementRequest For(
        TaskDefinitionState definition, TaskOverride? overrides, string group,
        ImmutableArray<PlacementConstraint> constraints, ImmutableArray<PlacementStrategy> strategies, ImmutableArray<string> zones,
        string? capacityProvider = null) => new()
    {
        Demand = TaskDemand.Of(definition, overrides),
        Group = group,
        Constraints =
        [
            .. constraints,
            .. (definition.Definition.PlacementConstraints ?? []).Select(c =>
                new PlacementConstraint { Type = PlacementConstraintType.MemberOf, Expression = c.Expression }),
        ],
        Strategies = strategies,
        CapacityProvider = capacityProvider,
        RequiredAttributes = definition.Definition.RequiresAttributes ?? [],
        Zones = zones,
    };

    private string Describe()
    {
        var text = new StringBuilder(Group).Append('\n').Append(CapacityProvider).Append('\n').Append(CultureInfo.InvariantCulture,
            $"{Demand.Cpu} {Demand.Memory} {Demand.Gpus} {Demand.Interfaces} t{string.Join(',', Demand.TcpPorts)} u{string.Join(',', Demand.UdpPorts)}");
        text.Append('\n').Append(IsExternal).Append(IsDaemon);
        foreach (var constraint in Constraints) text.Append('\n').Append(constraint.Type).Append(' ').Append(constraint.Expression);
        foreach (var strategy in Strategies) text.Append('\n').Append(strategy.Type).Append(' ').Append(strategy.Field);
        foreach (var attribute in RequiredAttributes) text.Append('\n').Append(attribute.Name).Append('=').Append(attribute.Value);
        return text.Append('\n').AppendJoin(',', Zones).ToString();
    }
}

internal abstract record PlacementOutcome
{
    private PlacementOutcome() { }

    public sealed record Placed(ContainerInstanceKey Instance) : PlacementOutcome;

    /// <param name="Failures">One an instance that was looked at, as RunTask answers them.</param>
    /// <param name="Nearest">The instance that came closest, for a service's event; null when the cluster has none.</param>
    public sealed record Refused(ImmutableArray<Failure> Failures, ContainerInstanceKey? Nearest, string Reason) : PlacementOutcome;
}
