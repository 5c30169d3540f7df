using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Placement;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Makes the tasks that a plan starts, inside its transaction.</summary>
internal sealed class ServiceLaunches(
    Transaction ecs, ServiceState service, ServicePlan plan, PlacementBook placement, Ids ids, DateTimeOffset now)
{
    private Dictionary<string, int>? _providers;
    private (TaskDefinitionKey Definition, string? Zone, PlacementRequest Request)? _request;

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
        if (Write(launch, definition, start) is not { } task)
        {
            Refuse(deployment, Refusal ?? "");
            return;
        }

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
        LoadBalancers = deployment.Balancers,
        ServiceRegistries = [.. deployment.Spec.ServiceRegistries, .. Discoveries(deployment.Spec.Connect, definition)],
        Connect = deployment.Connect,
        Volumes = ManagedVolume.OfService(deployment.Spec.Volumes),
        Tags = Tags(definition),
        EnableExecuteCommand = service.EnableExecuteCommand,
        ImageDigests = deployment.ImageDigests,
    };

    /// <summary>What Service Connect offers is found in Cloud Map like any other registry.</summary>
    private static IEnumerable<ServiceRegistry> Discoveries(ConnectSpec? connect, TaskDefinitionState definition) =>
        from offer in connect?.Offers ?? []
        from container in definition.Containers
        from port in container.PortMappings ?? []
        where port.Name == offer.PortName
        select new ServiceRegistry { RegistryArn = offer.DiscoveryArn, ContainerName = container.Name, ContainerPort = port.ContainerPort };

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

    /// <returns>Null when no container instance takes it.</returns>
    private TaskState? Write(TaskLaunch launch, TaskDefinitionState definition, TaskStart start)
    {
        if (launch.LaunchType is not (LaunchType.Ec2 or LaunchType.External)) return Put(TaskState.Create(launch, definition, ids, now));
        var request = Request(definition, launch, start.RebalancedTo);
        TaskState? task = null;
        var outcome = start.Instance is { } only
            ? PlaceOn(new(service.Key.Cluster, only), request)
            : placement.Place(ecs, service.Key.Cluster, request, instance => task = Make(instance.Key));
        if (outcome is PlacementOutcome.Refused refused) return Wait(launch, definition, request, refused);
        return outcome is PlacementOutcome.Placed placed ? task ?? Put(Make(placed.Instance)) : null;

        TaskState Make(ContainerInstanceKey instance) => TaskState.Create(launch with { ContainerInstance = instance.Id }, definition, ids, now);
    }

    /// <returns>A task that waits for its capacity provider to bring an instance; null when it has none that would.</returns>
    private TaskState? Wait(TaskLaunch launch, TaskDefinitionState definition, PlacementRequest request, PlacementOutcome.Refused refused)
    {
        if (!CapacityWaits.MayWait(ecs, launch))
        {
            Refusal = refused.Reason == CapacityWaits.OtherProvider
                ? ServiceEvents.NoInstanceOfProvider(service.Key.Name)
                : ServiceEvents.NoInstance(service.Key.Name, refused.Nearest?.Id, refused.Reason);
            return null;
        }

        if (!WaitingTasks.IsFull(ecs, service.Key.Cluster))
            return Put(TaskState.Create(launch with { Wish = new(request.Constraints, request.Strategies, request.Zones) }, definition, ids, now));
        Refusal = ServiceEvents.ProvisioningLimitExceeded(service.Key.Name);
        return null;
    }

    private TaskState Put(TaskState task)
    {
        ecs.Put(EcsTables.Tasks, task);
        return task;
    }

    // One for all tasks of a definition: reading constraints costs more than placing.
    private PlacementRequest Request(TaskDefinitionState definition, TaskLaunch launch, string? zone)
    {
        var isExternal = launch.LaunchType == LaunchType.External;
        if (_request is { } made && made.Definition == definition.Key && made.Zone == zone
            && made.Request.IsExternal == isExternal && made.Request.CapacityProvider == launch.CapacityProviderName) return made.Request;
        var request = PlacementRequest.For(
            definition, null, $"service:{service.Key.Name}", [.. service.PlacementConstraints, .. ServiceInstances.InZone(zone)],
            service.PlacementStrategy.IsEmpty ? PlacementRequest.DefaultOfServices : service.PlacementStrategy, [], launch.CapacityProviderName)
            with { IsExternal = isExternal, IsDaemon = service.SchedulingStrategy == SchedulingStrategy.Daemon };
        _request = (definition.Key, zone, request);
        return request;
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
