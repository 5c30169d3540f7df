using System.Collections.Immutable;
using Minato.Aws;
using Minato.Aws.Shapes;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Placement;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.Reconcile;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Api;

internal sealed partial class EcsApi
{
    private const int MostTasks = 10;
    private const int MostDescribed = 100;
    private const int LongestOverrides = 8192;
    private const int LongestToken = 64;
    private const string NoInstancesFound = "No Container Instances were found in your cluster.";

    public async Task<RunTaskResponse> RunTaskAsync(RunTaskRequest request, Caller caller, CancellationToken ct)
    {
        var count = request.Count ?? 1;
        if (count is < 1 or > MostTasks) throw new InvalidParameterException($"count must be between 1 and {MostTasks}.");
        CheckCommon(request.Overrides, request.PropagateTags, request.StartedBy, 128, request.ClientToken);
        var tags = Tagging.Check(request.Tags, caller.MaySetSystemTags);
        var fingerprint = Fingerprint(request with { ClientToken = null });
        PlacementRules.Check(request.PlacementConstraints, request.PlacementStrategy);
        var zones = await CheckNetworkAsync(request.NetworkConfiguration, caller, ct);
        var (tasks, failures) = await store.UpdateAsync(ecs =>
        {
            var cluster = ecs.RequireCluster(caller, request.Cluster);
            if (Repeated(ecs, cluster.Key, "RunTask", request.ClientToken, fingerprint) is { } before) return (before, []);
            var definition = ecs.RequireActiveDefinition(cluster.Key.Scope, request.TaskDefinition);
            var target = LaunchRules.Resolve(cluster, request.LaunchType, request.CapacityProviderStrategy);
            LaunchRules.Check(target, definition, request.PlatformVersion);
            NetworkRules.Check(definition, request.NetworkConfiguration, target.LaunchType);
            LaunchRules.CheckOverrides(request.Overrides, definition, target.IsFargate);
            VolumeRules.Check(definition, request.VolumeConfigurations ?? []);
            if (!target.IsFargate && target.Strategy.IsEmpty && ecs.Count(EcsTables.InstancesByCluster, cluster.Key) == 0)
                throw new InvalidParameterException(NoInstancesFound);
            var launch = new TaskLaunch
            {
                Cluster = cluster.Key,
                LaunchType = target.LaunchType,
                PlatformVersion = request.PlatformVersion,
                Group = request.Group,
                StartedBy = request.StartedBy,
                NetworkConfiguration = request.NetworkConfiguration,
                Overrides = request.Overrides,
                EnableExecuteCommand = request.EnableExecuteCommand ?? false,
                Volumes = request.VolumeConfigurations ?? [],
                Tags = TaskTags(tags, request.PropagateTags, request.EnableECSManagedTags, definition, cluster.Key),
            };
            var made = Launch(ecs, launch, definition, target, count, request, zones);
            Remember(ecs, cluster.Key, "RunTask", request.ClientToken, fingerprint, made.Tasks);
            return made;
        }, ct);
        return new() { Tasks = tasks, Failures = failures };
    }

    public async Task<StartTaskResponse> StartTaskAsync(StartTaskRequest request, Caller caller, CancellationToken ct)
    {
        if (request.ContainerInstances.Length is 0 or > MostTasks)
            throw new InvalidParameterException($"Specify between 1 and {MostTasks} container instances.");
        CheckCommon(request.Overrides, request.PropagateTags, request.StartedBy, 36, clientToken: null);
        var tags = Tagging.Check(request.Tags, caller.MaySetSystemTags);
        var zones = await CheckNetworkAsync(request.NetworkConfiguration, caller, ct);
        return await store.UpdateAsync(ecs =>
        {
            var cluster = ecs.RequireCluster(caller, request.Cluster);
            var definition = ecs.RequireActiveDefinition(cluster.Key.Scope, request.TaskDefinition);
            NetworkRules.Check(definition, request.NetworkConfiguration, LaunchType.Ec2);
            LaunchRules.CheckOverrides(request.Overrides, definition, isFargate: false);
            VolumeRules.Check(definition, request.VolumeConfigurations ?? []);
            var tasks = ImmutableArray.CreateBuilder<EcsTask>();
            var failures = ImmutableArray.CreateBuilder<Failure>();
            var wanted = PlacementRequest.For(definition, request.Overrides, "", [], [], zones);
            foreach (var reference in request.ContainerInstances)
            {
                var key = References.InstanceKeyOf(cluster.Key, reference);
                var instance = ecs.Find(EcsTables.Instances, key);
                var reason = instance switch
                {
                    null => "MISSING",
                    { Status: null } => "INACTIVE",
                    _ => InstancePlacement.Explain(InstanceView.Of(ecs, instance), wanted),
                };
                if (reason is not null)
                {
                    failures.Add(new() { Arn = key.Arn, Reason = reason });
                    continue;
                }

                var task = TaskState.Create(new()
                {
                    Cluster = cluster.Key,
                    LaunchType = instance is { IsExternal: true } ? LaunchType.External : LaunchType.Ec2,
                    Group = request.Group,
                    StartedBy = request.StartedBy,
                    NetworkConfiguration = request.NetworkConfiguration,
                    Overrides = request.Overrides,
                    EnableExecuteCommand = request.EnableExecuteCommand ?? false,
                    ContainerInstance = key.Id,
                    Volumes = request.VolumeConfigurations ?? [],
                    Tags = TaskTags(tags, request.PropagateTags, request.EnableECSManagedTags, definition, cluster.Key),
                }, definition, ids, Now);
                ecs.Put(EcsTables.Tasks, task);
                tasks.Add(task.ToWire(definition, withTags: true));
            }

            return new StartTaskResponse { Tasks = tasks.ToImmutable(), Failures = failures.ToImmutable() };
        }, ct);
    }

    public async Task<StopTaskResponse> StopTaskAsync(StopTaskRequest request, Caller caller, CancellationToken ct)
    {
        var reason = string.IsNullOrEmpty(request.Reason) ? "Task stopped by user" : request.Reason;
        var wire = await store.UpdateAsync(ecs =>
        {
            var cluster = ecs.RequireCluster(caller, request.Cluster);
            var task = ecs.Find(EcsTables.Tasks, References.TaskKeyOf(cluster.Key, request.Task))
                ?? throw new InvalidParameterException("The referenced task was not found.");
            var stopping = task.RequestStop(TaskStopCode.UserInitiated, reason, Now);
            if (!ReferenceEquals(stopping, task)) ecs.Put(EcsTables.Tasks, stopping);
            return stopping.ToWire(ecs.Find(EcsTables.TaskDefinitions, task.TaskDefinition), withTags: true);
        }, ct);
        return new() { Task = wire };
    }

    public Task<DescribeTasksResponse> DescribeTasksAsync(DescribeTasksRequest request, Caller caller, CancellationToken ct)
    {
        if (request.Tasks.Length == 0) throw new InvalidParameterException("Tasks cannot be empty.");
        if (request.Tasks.Length > MostDescribed)
            throw new InvalidParameterException($"At most {MostDescribed} tasks can be described at once.");
        var ecs = store.Current;
        var cluster = ecs.RequireCluster(caller, request.Cluster).Key;
        var withTags = request.Include?.Contains(TaskField.Tags) ?? false;
        var found = ImmutableArray.CreateBuilder<EcsTask>();
        var failures = ImmutableArray.CreateBuilder<Failure>();
        foreach (var reference in request.Tasks)
        {
            var key = References.TaskKeyOf(cluster, reference);
            if (ecs.Find(EcsTables.Tasks, key) is { } task)
                found.Add(task.ToWire(ecs.Find(EcsTables.TaskDefinitions, task.TaskDefinition), withTags));
            else
                failures.Add(new() { Arn = key.Arn, Reason = "MISSING" });
        }

        return Answer(new DescribeTasksResponse { Tasks = found.ToImmutable(), Failures = failures.ToImmutable() });
    }

    private (ImmutableArray<EcsTask> Tasks, ImmutableArray<Failure> Failures) Launch(
        Transaction ecs, TaskLaunch launch, TaskDefinitionState definition, LaunchTarget target, int count, RunTaskRequest request,
        ImmutableArray<string> zones)
    {
        var providers = target.Strategy.IsEmpty ? default : CapacityStrategy.Split(target.Strategy, count);
        var tasks = ImmutableArray.CreateBuilder<EcsTask>(count);
        var requests = new Dictionary<string, PlacementRequest>(StringComparer.Ordinal);
        for (var i = 0; i < count; i++)
        {
            var one = providers.IsDefault ? launch : launch with { CapacityProviderName = providers[i] };
            if (target.IsFargate)
            {
                var task = TaskState.Create(one, definition, ids, Now);
                ecs.Put(EcsTables.Tasks, task);
                tasks.Add(task.ToWire(definition, withTags: true));
                continue;
            }

            var outcome = placement.Place(ecs, launch.Cluster, Wanted(one.CapacityProviderName), instance =>
            {
                var task = TaskState.Create(one with { ContainerInstance = instance.Key.Id }, definition, ids, Now);
                tasks.Add(task.ToWire(definition, withTags: true));
                return task;
            });
            if (outcome is not PlacementOutcome.Refused refused) continue;
            if (CapacityWaits.MayWait(ecs, one))
            {
                if (WaitingTasks.IsFull(ecs, launch.Cluster)) throw new ClientException(CapacityWaits.LimitExceeded);
                var task = TaskState.Create(
                    one with { Wish = new(Wanted(one.CapacityProviderName).Constraints, request.PlacementStrategy ?? [], zones) }, definition, ids, Now);
                ecs.Put(EcsTables.Tasks, task);
                tasks.Add(task.ToWire(definition, withTags: true));
                continue;
            }

            // AWS: a cluster whose instances all drain has none to offer.
            if (refused.Nearest is null) throw new InvalidParameterException(NoInstancesFound);
            return (tasks.ToImmutable(), refused.Failures);
        }

        return (tasks.ToImmutable(), []);

        PlacementRequest Wanted(string? provider)
        {
            if (requests.TryGetValue(provider ?? "", out var made)) return made;
            return requests[provider ?? ""] = PlacementRequest.For(
                definition, request.Overrides, request.Group ?? $"family:{definition.Key.Family}",
                request.PlacementConstraints ?? [], request.PlacementStrategy ?? [], zones, provider)
                with { IsExternal = target.LaunchType == LaunchType.External };
        }
    }

    // Subnets and groups live in another room: they are looked up before the transaction. None at all is refused inside it.
    /// <returns>The Availability Zones that the subnets are in.</returns>
    private async ValueTask<ImmutableArray<string>> CheckNetworkAsync(NetworkConfiguration? configuration, Caller caller, CancellationToken ct) =>
        configuration?.AwsvpcConfiguration is { Subnets.Length: > 0 }
            ? await surroundings.CheckNetworkAsync(configuration, AccountRegion.Of(caller), ct) : [];

    private static void CheckCommon(TaskOverride? overrides, PropagateTags? propagate, string? startedBy, int longestStartedBy, string? clientToken)
    {
        if (propagate == PropagateTags.Service)
            throw new InvalidParameterException("Invalid propagateTags value. SERVICE is only valid for tasks of a service.");
        if (startedBy?.Length > longestStartedBy) throw new InvalidParameterException($"startedBy cannot be longer than {longestStartedBy} characters.");
        if (clientToken?.Length > LongestToken) throw new InvalidParameterException($"clientToken cannot be longer than {LongestToken} characters.");
        if (overrides is not null && ShapeJson.Write(overrides).Length > LongestOverrides)
            throw new InvalidParameterException($"Container Overrides length must be at most {LongestOverrides}");
    }

    private static ImmutableArray<Tag> TaskTags(
        ImmutableArray<Tag> own, PropagateTags? propagate, bool? managed, TaskDefinitionState definition, ClusterKey cluster)
    {
        ImmutableArray<Tag> all = propagate == PropagateTags.TaskDefinition
            ? [.. definition.Tags.Where(d => own.All(o => o.Key != d.Key)), .. own] : own;
        return managed == true ? all.Add(new() { Key = "aws:ecs:clusterName", Value = cluster.Name }) : all;
    }
}
