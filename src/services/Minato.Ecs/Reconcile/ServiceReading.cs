using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.State;
using Minato.Platform;
using TargetReadings = System.Collections.Immutable.ImmutableDictionary<string, System.Collections.Immutable.ImmutableDictionary<(string, int), Minato.Contracts.ElasticLoadBalancingV2.TargetHealth>>;

namespace Minato.Ecs.Reconcile;

/// <summary>A service as it was read for a plan, with the very records, so that the plan can be held to them.</summary>
internal sealed record ServiceReading(ServiceState Service, ServiceView View, ImmutableArray<TaskState> Tasks)
{
    public static ServiceReading? Of(IReadState ecs, ServiceKey key, TargetReadings health, ImmutableDictionary<string, string> zones, DateTimeOffset now)
    {
        if (ecs.Find(ServiceTables.Services, key) is not { } service) return null;
        var tasks = ImmutableArray.CreateBuilder<TaskState>();
        var views = ImmutableArray.CreateBuilder<TaskInService>();
        var rooms = service.PlacementStrategy.Any(s => s.Type == PlacementStrategyType.Binpack) ? new TaskRooms(ecs) : null;
        foreach (var memory in ecs.Where(ServiceTables.ServiceTasksByService, key))
        {
            var task = ecs.Find(EcsTables.Tasks, memory.Key);
            if (task is not null) tasks.Add(task);
            views.Add(task is null ? Vanished(memory) : ViewOf(ecs, task, memory, health, now) with { Room = rooms?.Of(task) ?? default });
        }

        var view = ViewOf(ecs, service, views.ToImmutable(), zones, ServiceInstances.ForDaemon(ecs, service));
        return new(service, service.Deployments.Any(d => d.Backoff.Level > 0) ? view with { FailedSubnets = [.. FailedSubnets(ecs, key)] } : view, tasks.ToImmutable());
    }

    private static IEnumerable<string> FailedSubnets(IReadState ecs, ServiceKey key) => ecs.Where(EcsTables.TasksByService, key)
        .Where(t => t.IsStopped && t.Progress.StopCode == TaskStopCode.TaskFailedToStart)
        .SelectMany(t => t.NetworkConfiguration?.AwsvpcConfiguration?.Subnets ?? []);

    private static ServiceView ViewOf(
        IReadState ecs, ServiceState service, ImmutableArray<TaskInService> tasks, ImmutableDictionary<string, string> zones,
        ImmutableArray<DaemonInstance>? daemon) => new()
    {
        Name = service.Key.Name,
        Status = service.Status,
        DesiredCount = daemon is { } instances ? instances.Count(i => i.IsWanted) : service.DesiredCount,
        Deployments = service.Deployments,
        Tasks = tasks,
        HasTaskSets = service.HasTaskSets,
        MinimumHealthyPercent = service.DeploymentConfiguration.MinimumHealthyPercent ?? 100,
        MaximumPercent = service.DeploymentConfiguration.MaximumPercent ?? 200,
        GracePeriod = service.GracePeriod,
        Breaker = BreakerSettings.Of(service.DeploymentConfiguration.DeploymentCircuitBreaker),
        Alarms = AlarmSettings.Of(service.DeploymentConfiguration),
        EarlySuccess = EarlySuccess.Of(service.DeploymentConfiguration),
        SteadySince = service.SteadySince,
        RollbackRequested = service.RollbackRequested,
        AbortRequested = service.AbortRequested,
        HookDecisions = service.HookDecisions,
        WithHealthCheck = [.. service.Deployments.Where(d => HasHealthCheck(ecs, d)).Select(d => d.Id)],
        WithTags = service.HasTaskSets ? [] : [.. service.Deployments.Where(d => HasTags(ecs, d)).Select(d => d.Id)],
        SubnetZones = zones,
        Daemon = daemon,
        Strategies = service.PlacementStrategy,
        Zones = ServiceInstances.Zones(ecs, service, zones),
    };

    private static bool HasHealthCheck(IReadState ecs, DeploymentState deployment) =>
        ecs.Find(EcsTables.TaskDefinitions, deployment.Spec.TaskDefinition) is { } definition
        && definition.Containers.Any(c => c is { Essential: not false, HealthCheck: not null });

    /// <summary>AWS: a container whose versionConsistency is disabled is none of it.</summary>
    private static bool HasTags(IReadState ecs, DeploymentState deployment) =>
        ecs.Find(EcsTables.TaskDefinitions, deployment.Spec.TaskDefinition) is { } definition
        && definition.Containers.Any(c => c.VersionConsistency != VersionConsistency.Disabled && c.Image?.Contains('@', StringComparison.Ordinal) == false);

    private static TaskInService ViewOf(IReadState ecs, TaskState task, ServiceTaskState memory, TargetReadings health, DateTimeOffset now) => new()
    {
        Id = task.Key.Id,
        DeploymentId = memory.DeploymentId,
        CreatedAt = task.CreatedAt,
        Status = task.LastStatus,
        IsStopWanted = task.IsStopWanted,
        StartedAt = task.Progress.StartedAt,
        Health = task.HealthStatus,
        Targets = Targets(ecs, task, health),
        Subnet = task.Progress.Interface?.SubnetId ?? task.NetworkConfiguration?.AwsvpcConfiguration?.Subnets.FirstOrDefault(),
        Zone = task.Progress.AvailabilityZone ?? ServiceInstances.ZoneOf(ecs, task.InstanceKey),
        Instance = task.ContainerInstance,
        IsDisplaced = task.InstanceKey is { } instance
            && ecs.Find(EcsTables.Instances, instance) is { Status: ContainerInstanceStatus.Draining },
        IsProtected = task.ProtectedUntil > now,
        ProtectedUntil = task.ProtectedUntil,
        StopCode = task.Progress.StopCode ?? task.StopCode,
        Reason = Reason(task),
        TargetsRegistered = task.Progress.TargetsRegistered,
        TargetsDeregistered = task.Progress.TargetsDeregistered,
        ImageDigests = Digests(ecs, task),
        HasImages = task.Progress.Containers.All(c => c.IsPulled),
        Memory = memory,
    };

    /// <summary>A task whose record is gone has ended, whatever became of it.</summary>
    private static TaskInService Vanished(ServiceTaskState memory) => new()
    {
        Id = memory.Key.Id,
        DeploymentId = memory.DeploymentId,
        CreatedAt = DateTimeOffset.MinValue,
        Status = TaskLastStatus.Stopped,
        IsStopWanted = true,
        Memory = memory,
    };

    private static ImmutableArray<TargetInService> Targets(IReadState ecs, TaskState task, TargetReadings health)
    {
        if (task.LoadBalancers.IsEmpty) return [];
        var instance = task.InstanceKey is { } key ? ecs.Find(EcsTables.Instances, key) : null;
        var targets = ImmutableArray.CreateBuilder<TargetInService>(task.LoadBalancers.Length);
        foreach (var (group, target) in TaskTargets.Of(task, instance?.Ec2InstanceId))
        {
            var found = health.GetValueOrDefault(group)?.GetValueOrDefault((target.Id, target.Port ?? 0));
            targets.Add(new(group, target.Id, target.Port ?? 0, found?.State, found?.Description));
        }

        // A load balancer whose target has no address yet: not healthy.
        if (targets.Count == 0) targets.AddRange(task.LoadBalancers.Select(b => new TargetInService(b.TargetGroupArn ?? "", "", 0, null)));
        return targets.ToImmutable();
    }

    /// <summary>AWS: a container whose versionConsistency is disabled resolves its tag anew in each task.</summary>
    private static ImmutableSortedDictionary<string, string>? Digests(IReadState ecs, TaskState task)
    {
        if (task.Progress.Containers.IsEmpty || task.Progress.Containers.Any(c => c.ImageDigest is null)) return null;
        var loose = (ecs.Find(EcsTables.TaskDefinitions, task.TaskDefinition)?.Containers ?? [])
            .Where(c => c.VersionConsistency == VersionConsistency.Disabled).Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        return task.Progress.Containers.Where(c => !loose.Contains(c.Name))
            .ToImmutableSortedDictionary(c => c.Name, c => c.ImageDigest ?? "", StringComparer.Ordinal);
    }

    /// <summary>The container's own words where the task only says that it failed to start.</summary>
    private static string? Reason(TaskState task) =>
        task.Progress.Containers.Select(c => c.Reason).FirstOrDefault(r => !string.IsNullOrEmpty(r)) ?? task.Progress.StoppedReason;
}
