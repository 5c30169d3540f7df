using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.State;
using Minato.Ecs.Tests.Services;
using Minato.Platform;
using Minato.Testing;

namespace Minato.Simulation;

/// <summary>What must hold of a service after every step of a world, whatever happens to it.</summary>
internal sealed class ServiceInvariants(ServiceWorld services)
{
    private static readonly ServiceKey s_key = new(new ClusterKey(new AccountRegion(World.AccountId, "us-east-1"), "default"), "web");

    private readonly Dictionary<string, ServiceDeploymentStatus> _outcomes = new(StringComparer.Ordinal);
    private Snapshot? _seen;
    private Dictionary<TaskKey, TaskState> _tasks = [];
    private HashSet<TaskKey> _healthy = [];
    private bool _isAway;

    public static void Watch(ServiceWorld services) => services.World.Always(new ServiceInvariants(services).Violation);

    private string? Violation(World world)
    {
        Snapshot now;
        try
        {
            now = world.Store.Current;
        }
        catch (InvalidOperationException)
        {
            _isAway = true; // The process is dead; what runs on without it is looked at when it is back.
            return null;
        }

        if (ReferenceEquals(now, _seen)) return null;
        var violation = Doubled() ?? Check(now);
        _seen = now;
        _isAway = false;
        return violation;
    }

    /// <summary>Never two live containers for one container of a task.</summary>
    private string? Doubled()
    {
        foreach (var slot in services.Host.LiveBy("com.amazonaws.ecs.task-arn", "com.amazonaws.ecs.container-name"))
            if (slot.Key.Length > 1 && slot.Count() > 1) return $"{slot.Count()} live containers for {slot.Key}";
        return null;
    }

    private string? Check(Snapshot now)
    {
        if (now.Find(ServiceTables.Services, s_key) is not { } service) return null;
        var tasks = now.Where(EcsTables.TasksByService, s_key).ToDictionary(t => t.Key);
        var healthy = tasks.Values.Where(t => IsHealthy(now, t)).Select(t => t.Key).ToHashSet();
        var unhealthy = now.Where(ServiceTables.ServiceTasksByService, s_key).Where(m => m.ToldUnhealthy).Select(m => m.Key).ToHashSet();
        var violation = _isAway ? null : TooMany(service, tasks) ?? TooFew(service, tasks, healthy, unhealthy);
        (_tasks, _healthy) = (tasks, healthy);
        return violation ?? OutcomeTwice(now);
    }

    /// <summary>Nothing is started above maximumPercent. More may be there when the desired count was lowered.</summary>
    private string? TooMany(ServiceState service, Dictionary<TaskKey, TaskState> tasks)
    {
        var upper = RollingUpdate.UpperBound(service.DesiredCount, service.DeploymentConfiguration.MaximumPercent ?? 200);
        var occupied = tasks.Values.Count(IsOccupying);
        var isStarted = tasks.Keys.Any(k => !_tasks.ContainsKey(k));
        return isStarted && occupied > upper ? $"{occupied} tasks after a start, at most {upper} allowed" : null;
    }

    /// <summary>Nothing healthy is told to stop that leaves less than minimumHealthyPercent.</summary>
    private string? TooFew(ServiceState service, Dictionary<TaskKey, TaskState> tasks, HashSet<TaskKey> healthy, HashSet<TaskKey> unhealthy)
    {
        if (service.Status != ServiceStatus.Active) return null;
        var stopped = tasks.Values.Count(t => IsStoppedByScheduler(t) && _healthy.Contains(t.Key) && !unhealthy.Contains(t.Key)
            && _tasks.TryGetValue(t.Key, out var before) && !IsStoppedByScheduler(before));
        var lower = RollingUpdate.LowerBound(service.DesiredCount, service.DeploymentConfiguration.MinimumHealthyPercent ?? 100);
        return stopped > 0 && healthy.Count < lower ? $"{stopped} healthy tasks were stopped, {healthy.Count} are left of at least {lower}" : null;
    }

    /// <summary>An outcome on record stays as it is.</summary>
    private string? OutcomeTwice(Snapshot now)
    {
        foreach (var record in now.Where(ServiceTables.ServiceDeploymentsByService, s_key))
        {
            if (_outcomes.TryGetValue(record.Key.Id, out var before) && before != record.Status)
                return $"service deployment {record.Key.Id} ended as {before} and now is {record.Status}";
            if (record.IsOver) _outcomes[record.Key.Id] = record.Status;
        }

        return null;
    }

    private static bool IsOccupying(TaskState task) => task.LastStatus <= TaskLastStatus.Deactivating;

    private static bool IsStoppedByScheduler(TaskState task) => task.StopCode == TaskStopCode.ServiceSchedulerInitiated;

    private static bool IsHealthy(IReadState state, TaskState task) =>
        task is { IsStopWanted: false, LastStatus: TaskLastStatus.Running }
        && state.Find(ServiceTables.ServiceTasks, task.Key) is { WasHealthy: true, ToldUnhealthy: false };
}
