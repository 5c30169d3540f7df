using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Placement;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Makes the tasks that a plan starts, inside its transaction.</summary>
internal sealed class ServiceLaunches(Transaction ecs, ServiceState service, ServicePlan plan, Ids ids, DateTimeOffset now)
{
    // AWS: spread over zones, then over the instances of a zone, when the service names no strategy.
    private static readonly ImmutableArray<PlacementStrategy> s_spread =
    [
        new() { Type = PlacementStrategyType.Spread, Field = "attribute:ecs.availability-zone" },
        new() { Type = PlacementStrategyType.Spread, Field = "instanceId" },
    ];

    private Dictionary<string, int>? _providers;

    public List<string> Started { get; } = [];

    /// <summary>Started to even out the zones, with the zone.</summary>
    public List<(string Zone, string TaskId)> Rebalanced { get; } = [];

    /// <summary>Tasks that found no container instance, by deployment.</summary>
    public Dictionary<string, int> Unplaced { get; } = new(StringComparer.Ordinal);

    /// <summary>Why, in the words of an event.</summary>
    public string? Refusal { get; private set; }

    public void Start(TaskStart start)
    {
        var deployment = plan.Deployments.First(d => d.Id == start.DeploymentId);
        if (ecs.Find(EcsTables.TaskDefinitions, deployment.Spec.TaskDefinition) is not { } definition)
        {
            Refuse(deployment, ServiceEvents.UnableToPlace(service.Key.Name, "The task definition was deleted"));
            return;
        }

        var launch = Launch(deployment, definition, start);
        if (deployment.Spec.LaunchType is LaunchType.Ec2 or LaunchType.External)
        {
            if (Place(definition, start) is not PlacementOutcome.Placed placed)
            {
                Refuse(deployment, Refusal ?? "");
                return;
            }

            launch = launch with { ContainerInstance = placed.Instance.Id };
        }

        var task = TaskState.Create(launch, definition, ids, now);
        ecs.Put(EcsTables.Tasks, task);
        ecs.Put(ServiceTables.ServiceTasks, new ServiceTaskState
        {
            Key = task.Key, Service = service.Key, DeploymentId = deployment.Id, IsRebalancing = start.RebalancedTo is not null,
        });
        if (start.RebalancedTo is { } zone) Rebalanced.Add((zone, task.Key.Id));
        else Started.Add(task.Key.Id);
    }

    private TaskLaunch Launch(DeploymentState deployment, TaskDefinitionState definition, TaskStart start) => new()
    {
        Cluster = service.Key.Cluster,
        LaunchType = deployment.Spec.LaunchType,
        CapacityProviderName = Provider(deployment.Spec.CapacityProviderStrategy),
        PlatformVersion = deployment.Spec.PlatformVersion,
        StartedBy = deployment.Id,
        ServiceName = service.Key.Name,
        DeploymentId = deployment.Id,
        NetworkConfiguration = Network(deployment.Spec.NetworkConfiguration, start.Subnet),
        LoadBalancers = deployment.Spec.LoadBalancers,
        Tags = Tags(definition),
        EnableExecuteCommand = service.EnableExecuteCommand,
        ImageDigests = deployment.ImageDigests,
    };

    /// <summary>The task is given one subnet only: the scheduler chose it to spread the service's tasks.</summary>
    private static NetworkConfiguration? Network(NetworkConfiguration? configuration, string? subnet) =>
        configuration?.AwsvpcConfiguration is { } vpc && subnet is not null
            ? configuration with { AwsvpcConfiguration = vpc with { Subnets = [subnet] } } : configuration;

    private string? Provider(ImmutableArray<CapacityProviderStrategyItem> strategy)
    {
        if (strategy.IsEmpty) return null;
        _providers ??= ecs.Where(EcsTables.LiveTasksByService, service.Key).Where(t => t.CapacityProviderName is not null && !t.IsStopWanted)
            .GroupBy(t => t.CapacityProviderName ?? "", StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        var provider = CapacityStrategy.Next(strategy, _providers);
        _providers[provider] = _providers.GetValueOrDefault(provider) + 1;
        return provider;
    }

    private ImmutableArray<Tag> Tags(TaskDefinitionState definition)
    {
        var tags = service.PropagateTags switch
        {
            PropagateTags.Service => service.Tags,
            PropagateTags.TaskDefinition => definition.Tags,
            _ => [],
        };
        return !service.EnableECSManagedTags ? tags : tags.AddRange(
            new Tag { Key = "aws:ecs:clusterName", Value = service.Key.Cluster.Name }, new Tag { Key = "aws:ecs:serviceName", Value = service.Key.Name });
    }

    private PlacementOutcome Place(TaskDefinitionState definition, TaskStart start)
    {
        var request = new PlacementRequest
        {
            Demand = TaskDemand.Of(definition, null),
            Group = $"service:{service.Key.Name}",
            Constraints =
            [
                .. service.PlacementConstraints,
                .. ServiceInstances.InZone(start.RebalancedTo),
                .. (definition.Definition.PlacementConstraints ?? []).Select(c =>
                    new PlacementConstraint { Type = PlacementConstraintType.MemberOf, Expression = c.Expression }),
            ],
            Strategies = service.PlacementStrategy.IsEmpty ? s_spread : service.PlacementStrategy,
        };
        var outcome = start.Instance is { } only ? PlaceOn(new(service.Key.Cluster, only), request)
            : InstancePlacement.Place(ecs, service.Key.Cluster, request, ids);
        if (outcome is PlacementOutcome.Refused refused) Refusal = ServiceEvents.NoInstance(service.Key.Name, refused.Nearest?.Id, refused.Reason);
        return outcome;
    }

    private PlacementOutcome PlaceOn(ContainerInstanceKey key, PlacementRequest request)
    {
        var reason = ecs.Find(EcsTables.Instances, key) is { Status: ContainerInstanceStatus.Active } instance
            ? InstancePlacement.Explain(InstanceView.Of(ecs, instance), request) : "INACTIVE";
        return reason is null ? new PlacementOutcome.Placed(key) : new PlacementOutcome.Refused([], key, reason);
    }

    private void Refuse(DeploymentState deployment, string refusal)
    {
        Refusal = refusal;
        Unplaced[deployment.Id] = Unplaced.GetValueOrDefault(deployment.Id) + 1;
    }
}
