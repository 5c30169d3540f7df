using System.Collections.Immutable;
using System.Text.Json;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.Planning.Services.Traffic;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Api;

internal sealed partial class EcsApi
{
    private const int MostServicesDescribed = 10;
    private const int ServicesOnAPage = 10;

    public async Task<CreateServiceResponse> CreateServiceAsync(CreateServiceRequest request, Caller caller, CancellationToken ct)
    {
        ServiceRules.Check(request, Quotas);
        var tags = Tagging.Check(request.Tags, caller.MaySetSystemTags);
        var isDaemon = request.SchedulingStrategy == SchedulingStrategy.Daemon;
        var configuration = ServiceRules.Merge(null, isDaemon ? DaemonRules.Defaults(request.DeploymentConfiguration) : request.DeploymentConfiguration);
        TrafficRules.Check(configuration, request.SchedulingStrategy, request.DeploymentController?.Type);
        var fingerprint = Fingerprint(request with { ClientToken = null });
        var cluster = store.Current.RequireCluster(caller, request.Cluster);
        var key = new ServiceKey(cluster.Key, request.ServiceName);
        if (Existing(store.Current, key, fingerprint) is { } repeated) return new() { Service = repeated.ToWire(store.Current, withTags: true) };

        if (isDaemon) DaemonRules.Check(request, cluster);
        var controller = ControllerRules.Of(request);
        var spec = controller == DeploymentControllerType.External ? ServiceSpec.OfTaskSets(cluster.Key.Scope) : SpecOf(cluster, request);
        if (controller != DeploymentControllerType.External)
        {
            await CheckSpecAsync(spec, configuration, cluster.Key.Scope, ct);
            spec = spec with { Connect = await ConnectAsync(request.ServiceConnectConfiguration, cluster, spec, ct) };
        }

        var wire = await store.UpdateAsync(ecs =>
        {
            ecs.RequireCluster(caller, request.Cluster);
            if (Existing(ecs, key, fingerprint) is { } same) return same.ToWire(ecs, withTags: true);
            ConnectRules.CheckFree(ecs, key, spec.Connect);
            if (ServiceCounts.Active(ecs, cluster.Key) >= Quotas.ServicesPerCluster)
                throw new ClientException($"The maximum number of services for the cluster has been reached. Max allowed: {Quotas.ServicesPerCluster}.");
            var service = new ServiceState
            {
                Key = key,
                CreatedAt = Now,
                CreatedBy = caller.PrincipalArn,
                DesiredCount = request.DesiredCount ?? 0,
                Spec = spec,
                Controller = controller,
                SchedulingStrategy = request.SchedulingStrategy ?? SchedulingStrategy.Replica,
                DeploymentConfiguration = configuration,
                PlacementConstraints = request.PlacementConstraints ?? [],
                PlacementStrategy = request.PlacementStrategy ?? [],
                HealthCheckGracePeriodSeconds = request.HealthCheckGracePeriodSeconds,
                EnableExecuteCommand = request.EnableExecuteCommand ?? false,
                EnableECSManagedTags = request.EnableECSManagedTags ?? false,
                PropagateTags = request.PropagateTags ?? PropagateTags.None,
                Role = request.Role,
                Tags = tags,
                ClientToken = request.ClientToken,
                CreatedFrom = fingerprint,
                NextEvent = ecs.Find(ServiceTables.Services, key)?.NextEvent ?? 1,
            };
            service = service with { AvailabilityZoneRebalancing = ZoneRules.Resolve(service, request.AvailabilityZoneRebalancing) };
            ForgetEvents(ecs, key);
            service = controller switch
            {
                DeploymentControllerType.External => service,
                DeploymentControllerType.CodeDeploy => service with { Deployments = [FirstTaskSet(spec)] },
                _ => Deploy(ecs, service),
            };
            ecs.Put(ServiceTables.Services, service);
            return service.ToWire(ecs, withTags: true);
        }, ct);
        return new() { Service = wire };
    }

    public async Task<UpdateServiceResponse> UpdateServiceAsync(UpdateServiceRequest request, Caller caller, CancellationToken ct)
    {
        ServiceRules.Check(request, Quotas);
        var cluster = store.Current.RequireCluster(caller, request.Cluster);
        var before = ActiveService(store.Current, cluster.Key, request.Service);
        ControllerRules.Check(before, request);
        ConnectSpec? connect = null;
        if (!before.HasTaskSets)
        {
            var content = Asked(store.Current, before, request);
            await CheckSpecAsync(content, ServiceRules.Merge(before.DeploymentConfiguration, request.DeploymentConfiguration), cluster.Key.Scope, ct);
            connect = await ConnectAsync(request.ServiceConnectConfiguration ?? before.Spec.Connect?.Configuration, cluster, content, ct);
        }

        var wire = await store.UpdateAsync(ecs =>
        {
            var old = ActiveService(ecs, cluster.Key, request.Service);
            ControllerRules.Check(old, request);
            if (old.SchedulingStrategy == SchedulingStrategy.Daemon) DaemonRules.Check(request);
            // Who does not speak of Service Connect keeps what another update has just made of it.
            if (request.ServiceConnectConfiguration is null && old.Spec.Connect != before.Spec.Connect) connect = old.Spec.Connect;
            var spec = Asked(ecs, old, request) with { Connect = connect };
            ConnectRules.CheckFree(ecs, old.Key, connect);
            var service = old with
            {
                Spec = spec,
                DesiredCount = request.DesiredCount ?? old.DesiredCount,
                DeploymentConfiguration = ServiceRules.Merge(old.DeploymentConfiguration, request.DeploymentConfiguration),
                PlacementConstraints = request.PlacementConstraints ?? old.PlacementConstraints,
                PlacementStrategy = request.PlacementStrategy ?? old.PlacementStrategy,
                HealthCheckGracePeriodSeconds = request.HealthCheckGracePeriodSeconds ?? old.HealthCheckGracePeriodSeconds,
                EnableExecuteCommand = request.EnableExecuteCommand ?? old.EnableExecuteCommand,
                EnableECSManagedTags = request.EnableECSManagedTags ?? old.EnableECSManagedTags,
                PropagateTags = request.PropagateTags ?? old.PropagateTags,
                AvailabilityZoneRebalancing = request.AvailabilityZoneRebalancing ?? old.AvailabilityZoneRebalancing,
            };
            ZoneRules.Check(service, request.AvailabilityZoneRebalancing);
            ServiceRules.CheckFargatePlacement(spec.LaunchType, service.PlacementConstraints, service.PlacementStrategy);
            TrafficRules.Check(service.DeploymentConfiguration, spec.LoadBalancers);
            TrafficRules.Check(service.DeploymentConfiguration, service.SchedulingStrategy, service.Controller);
            if (!old.HasTaskSets && (request.ForceNewDeployment == true || IsNewRevision(old.Spec, spec))) service = Deploy(ecs, service);
            ecs.Put(ServiceTables.Services, service);
            return service.ToWire(ecs, withTags: true);
        }, ct);
        return new() { Service = wire };
    }

    public async Task<DeleteServiceResponse> DeleteServiceAsync(DeleteServiceRequest request, Caller caller, CancellationToken ct)
    {
        var wire = await store.UpdateAsync(ecs =>
        {
            var cluster = ecs.RequireCluster(caller, request.Cluster);
            var service = ecs.RequireService(cluster.Key, request.Service);
            if (service.Status == ServiceStatus.Inactive) throw new ServiceNotFoundException("Service not found.");
            if (service.Status == ServiceStatus.Draining) return service.ToWire(ecs, withTags: true);
            if (service.DesiredCount > 0 && request.Force != true)
                throw new InvalidParameterException("The service cannot be stopped while the primary deployment is scaled above 0.");
            if (service.HasTaskSets && !service.Deployments.IsEmpty && request.Force != true)
                throw new InvalidParameterException("The service cannot be stopped while deployments are active.");
            var draining = service with { Status = ServiceStatus.Draining, DesiredCount = 0, RollbackRequested = null, AbortRequested = null };
            ecs.Put(ServiceTables.Services, draining);
            return draining.ToWire(ecs, withTags: true);
        }, ct);
        return new() { Service = wire };
    }

    public Task<DescribeServicesResponse> DescribeServicesAsync(DescribeServicesRequest request, Caller caller, CancellationToken ct)
    {
        if (request.Services.IsEmpty) throw new InvalidParameterException("Services cannot be empty.");
        if (request.Services.Length > MostServicesDescribed)
            throw new InvalidParameterException($"services can have at most {MostServicesDescribed} items.");
        var ecs = store.Current;
        var cluster = ecs.RequireCluster(caller, request.Cluster).Key;
        var withTags = request.Include is { } include && include.Contains(ServiceField.Tags);
        var found = ImmutableArray.CreateBuilder<Service>(request.Services.Length);
        ImmutableArray<Failure> failures = [];
        foreach (var reference in request.Services)
        {
            var key = ServiceReferences.ServiceKeyOf(cluster, reference);
            if (ecs.Find(ServiceTables.Services, key) is { } service) found.Add(service.ToWire(ecs, withTags));
            else failures = failures.Add(new() { Arn = Arn.TryParse(reference, out _) ? reference : key.Arn, Reason = "MISSING" });
        }

        return Answer(new DescribeServicesResponse { Services = found.DrainToImmutable(), Failures = failures });
    }

    public Task<ListServicesResponse> ListServicesAsync(ListServicesRequest request, Caller caller, CancellationToken ct)
    {
        var ecs = store.Current;
        var cluster = ecs.RequireCluster(caller, request.Cluster).Key;
        ServiceKey? after = tokens.Position("ListServices", request.NextToken) is { } name ? new ServiceKey(cluster, name) : null;
        var services = ecs.After(ServiceTables.ActiveByCluster, cluster, after)
            .Where(s => (request.LaunchType is null || s.Spec.ShownLaunchType == request.LaunchType)
                && (request.SchedulingStrategy is null || s.SchedulingStrategy == request.SchedulingStrategy));
        // AWS: the only list of ECS whose pages are ten unless asked otherwise.
        var (page, next) = tokens.Page("ListServices", services, request.MaxResults ?? ServicesOnAPage, s => s.Key.Name);
        return Answer(new ListServicesResponse { ServiceArns = [.. page.Select(s => s.Key.Arn)], NextToken = next });
    }

    /// <returns>The service when the request repeats the one that made it; null when the name is free.</returns>
    private static ServiceState? Existing(IReadState ecs, ServiceKey key, string fingerprint) => ecs.Find(ServiceTables.Services, key) switch
    {
        null or { Status: ServiceStatus.Inactive } => null,
        { Status: ServiceStatus.Draining } => throw new InvalidParameterException("Unable to Start a service that is still Draining."),
        // AWS: an exact repeat is answered, not refused.
        var same when same.CreatedFrom == fingerprint => same,
        _ => throw new InvalidParameterException("Creation of service was not idempotent."),
    };

    private ServiceSpec SpecOf(ClusterState cluster, CreateServiceRequest request)
    {
        var target = LaunchRules.Resolve(cluster, request.LaunchType, request.CapacityProviderStrategy);
        ServiceRules.CheckFargatePlacement(target.LaunchType, request.PlacementConstraints ?? [], request.PlacementStrategy ?? []);
        return new()
        {
            TaskDefinition = store.Current.RequireActiveDefinition(cluster.Key.Scope, request.TaskDefinition ?? "").Key,
            LaunchType = target.LaunchType,
            CapacityProviderStrategy = target.Strategy,
            PlatformVersion = request.PlatformVersion,
            NetworkConfiguration = request.NetworkConfiguration,
            LoadBalancers = request.LoadBalancers ?? [],
            ServiceRegistries = request.ServiceRegistries ?? [],
            Volumes = request.VolumeConfigurations ?? [],
        };
    }

    private static ServiceState ActiveService(IReadState ecs, ClusterKey cluster, string reference) =>
        ecs.RequireService(cluster, reference) is { Status: ServiceStatus.Active } service
            ? service : throw new ServiceNotActiveException("Service was not ACTIVE.");

    private static ServiceSpec Asked(IReadState ecs, ServiceState service, UpdateServiceRequest request)
    {
        var old = service.Spec;
        var target = request.CapacityProviderStrategy is { } strategy
            ? LaunchRules.Resolve(
                ecs.Find(EcsTables.Clusters, service.Key.Cluster) ?? throw new ClusterNotFoundException("Cluster not found."), null, strategy)
            : new LaunchTarget(old.LaunchType, old.CapacityProviderStrategy);
        return old with
        {
            TaskDefinition = request.TaskDefinition is { } reference
                ? ecs.RequireActiveDefinition(service.Key.Cluster.Scope, reference).Key : old.TaskDefinition,
            LaunchType = target.LaunchType,
            CapacityProviderStrategy = target.Strategy,
            PlatformVersion = request.PlatformVersion ?? old.PlatformVersion,
            NetworkConfiguration = request.NetworkConfiguration ?? old.NetworkConfiguration,
            LoadBalancers = request.LoadBalancers ?? old.LoadBalancers,
            ServiceRegistries = request.ServiceRegistries ?? old.ServiceRegistries,
            Volumes = request.VolumeConfigurations ?? VolumesOf(ecs, old, request),
        };
    }

    /// <summary>What was configured at launch stays as long as the task definition leaves a volume of that name open.</summary>
    private static ImmutableArray<ServiceVolumeConfiguration> VolumesOf(IReadState ecs, ServiceSpec old, UpdateServiceRequest request) =>
        request.TaskDefinition is null || ecs.RequireActiveDefinition(old.TaskDefinition.Scope, request.TaskDefinition).Definition.Volumes is not { } volumes
            ? old.Volumes : [.. old.Volumes.Where(v => volumes.Any(d => d.ConfiguredAtLaunch == true && d.Name == v.Name))];

    // AWS: a change of the capacity providers alone starts no deployment; everything else of the content does.
    private static bool IsNewRevision(ServiceSpec old, ServiceSpec asked) => !Content(old).AsSpan().SequenceEqual(Content(asked));

    private static byte[] Content(ServiceSpec spec) =>
        JsonSerializer.SerializeToUtf8Bytes(spec with { CapacityProviderStrategy = [], LaunchType = LaunchType.Ec2 }, ServiceJson.Default.ServiceSpec);

    private async ValueTask CheckSpecAsync(ServiceSpec spec, DeploymentConfiguration configuration, AccountRegion scope, CancellationToken ct)
    {
        TrafficRules.Check(configuration, spec.LoadBalancers);
        var definition = store.Current.Find(EcsTables.TaskDefinitions, spec.TaskDefinition) ?? throw new ClientException("TaskDefinition not found.");
        LaunchRules.Check(new(spec.LaunchType, spec.CapacityProviderStrategy), definition, spec.PlatformVersion);
        NetworkRules.Check(definition, spec.NetworkConfiguration, spec.LaunchType);
        ServiceRules.CheckContainers(spec.LoadBalancers, definition);
        VolumeRules.Check(definition, ManagedVolume.OfService(spec.Volumes));
        await surroundings.CheckTargetGroupsAsync(spec.LoadBalancers, definition.NetworkMode, scope, ct);
        await surroundings.CheckNetworkAsync(spec.NetworkConfiguration, scope, ct);
        RegistryRules.Check(spec.ServiceRegistries, definition);
        await surroundings.CheckRegistriesAsync(spec.ServiceRegistries, scope, ct);
    }

    private ValueTask<ConnectSpec?> ConnectAsync(ServiceConnectConfiguration? connect, ClusterState cluster, ServiceSpec spec, CancellationToken ct) =>
        store.Current.Find(EcsTables.TaskDefinitions, spec.TaskDefinition) is { } definition
            ? namespaces.ResolveAsync(connect, cluster.ServiceConnectNamespace, definition, cluster.Key.Scope, ct) : new((ConnectSpec?)null);

    private static void ForgetEvents(Transaction ecs, ServiceKey key)
    {
        foreach (var old in ecs.Keys(ServiceTables.EventsByService, key).ToArray()) ecs.Delete(ServiceTables.Events, old);
    }

    /// <summary>Puts a new deployment of the service's content in front of the others, with its revision and its history.</summary>
    private ServiceState Deploy(Transaction ecs, ServiceState service)
    {
        var id = $"ecs-svc/{NumberId()}";
        var deployment = TrafficRoles.Cast(new DeploymentState
        {
            Id = id,
            ServiceDeploymentId = ids.UrlSafe(21),
            RevisionId = NumberId(),
            Spec = service.Spec,
            CreatedAt = Now,
            UpdatedAt = Now,
            RolloutReason = RolloutReasons.InProgress(id),
            Connect = ConnectTables.TaskOf(ecs, service.Spec.Connect),
        }, service.Deployments, service.DeploymentConfiguration);
        RequestStop(ecs, service);
        ecs.Put(ServiceTables.ServiceRevisions, new ServiceRevisionState
        {
            Key = new(service.Key, deployment.RevisionId),
            Spec = service.Spec,
            TargetGroups = deployment.TargetGroups,
            CreatedAt = Now,
            Images = [.. (ecs.Find(EcsTables.TaskDefinitions, service.Spec.TaskDefinition)?.Containers ?? [])
                .Select(c => new ContainerImage { ContainerName = c.Name, Image = c.Image })],
        });
        ecs.Put(ServiceTables.ServiceDeployments, new ServiceDeploymentState
        {
            Key = new(service.Key, deployment.ServiceDeploymentId),
            DeploymentId = deployment.Id,
            TargetRevision = deployment.RevisionId,
            TargetRequested = service.DesiredCount,
            SourceRevisions = [.. service.Deployments.Where(d => d.RunningCount + d.PendingCount > 0)
                .Select(d => new RevisionTasks(d.RevisionId, d.DesiredCount, d.RunningCount, d.PendingCount))],
            Configuration = service.DeploymentConfiguration,
            CreatedAt = Now,
            UpdatedAt = Now,
        });
        return service with { Deployments = [deployment, .. service.Deployments], RollbackRequested = null, AbortRequested = null, SteadySince = null };
    }

    /// <summary>The newest deployment gives way to another; the scheduler records that it stopped.</summary>
    private void RequestStop(Transaction ecs, ServiceState service)
    {
        if (service.Deployments is not [{ IsOutcomeRecorded: false } superseded, ..]) return;
        var key = new ServiceDeploymentKey(service.Key, superseded.ServiceDeploymentId);
        if (ecs.Find(ServiceTables.ServiceDeployments, key) is { IsOver: false } record)
            ecs.Put(ServiceTables.ServiceDeployments, record with { Status = ServiceDeploymentStatus.StopRequested, UpdatedAt = Now });
    }

    /// <summary>19 digits, the first not 0.</summary>
    private string NumberId() => $"{ids.Next(9) + 1}{ids.Digits(18)}";
}
