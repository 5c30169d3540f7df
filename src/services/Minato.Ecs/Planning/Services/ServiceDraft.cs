using System.Collections.Immutable;
using Minato.Ecs.Planning.Services.Traffic;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services;

internal sealed record JudgedTask(TaskInService Task, TaskVerdict Verdict)
{
    /// <summary>It counts against maximumPercent.</summary>
    public bool IsOccupying => Verdict != TaskVerdict.Gone;

    /// <summary>It is there to stay, as far as known.</summary>
    public bool IsSound => Verdict is TaskVerdict.Pending or TaskVerdict.Starting or TaskVerdict.Healthy;
}

/// <summary>A plan in the making. Lives inside one call of <see cref="ServicePlanner.Plan"/>.</summary>
internal sealed class ServiceDraft
{
    private readonly List<DeploymentState> _deployments;
    private readonly Dictionary<string, ServiceTaskState> _memories = new(StringComparer.Ordinal);
    private readonly List<TaskKey> _forget = [];
    private readonly List<TaskStart> _starts = [];
    private readonly List<TaskStop> _stops = [];
    private readonly List<PlannedEvent> _events = [];
    private readonly List<ServiceDeploymentChange> _outcomes = [];
    private readonly List<RuleShift> _shifts = [];
    private readonly List<HookExecution> _calls = [];
    private readonly List<string> _answered = [];
    private readonly List<JudgedTask> _tasks;
    private DateTimeOffset? _wakeAt;
    private DeploymentState? _rolledBackTo;

    public ServiceDraft(ServiceView view, DateTimeOffset now)
    {
        View = view;
        Now = now;
        _deployments = [.. view.Deployments];
        _tasks = [.. view.Tasks.Select(t => new JudgedTask(t, TaskVerdicts.Of(t, view, now)))];
        foreach (var task in view.Tasks)
        {
            WakeBy(TaskVerdicts.ChangesAt(task, view, now));
            if (task.IsProtected) WakeBy(task.ProtectedUntil);
        }
    }

    public ServiceView View { get; }
    public DateTimeOffset Now { get; }
    public IReadOnlyList<JudgedTask> Tasks => _tasks;
    public IReadOnlyList<DeploymentState> Deployments => _deployments;
    public DeploymentState Primary => _deployments[0];
    public bool HasMoves => _starts.Count + _stops.Count > 0;
    public bool HasStops => _stops.Count > 0;
    public bool IsRolledBack => _rolledBackTo is not null;
    public int Starting => _starts.Count;

    public bool IsStarting(string deployment) => _starts.Exists(s => s.DeploymentId == deployment);

    public int Replaced { get; set; }
    public DateTimeOffset? SteadySince { get; set; }
    public ServiceStatus Status { get; set; } = ServiceStatus.Active;

    public DeploymentState? Find(string deployment) => _deployments.Find(d => d.Id == deployment);

    public void Change(string deployment, Func<DeploymentState, DeploymentState> change)
    {
        var at = _deployments.FindIndex(d => d.Id == deployment);
        if (at >= 0) _deployments[at] = change(_deployments[at]);
    }

    /// <summary>Of the primary deployment.</summary>
    public void ChangeTraffic(Func<TrafficState, TrafficState> change) =>
        Change(Primary.Id, d => d.Traffic is { } before && change(before) is var after && after != before ? d with { Traffic = after } : d);

    /// <summary>Something is in the way of the primary deployment's traffic.</summary>
    public void Hinder(string obstacle) => ChangeTraffic(t => t with { Obstacle = obstacle });

    public void Shift(RuleShift shift) => _shifts.Add(shift);

    public void Call(HookExecution hook) => _calls.Add(hook);

    public void Take(string hookAnswer) => _answered.Add(hookAnswer);

    /// <summary>The deployment becomes PRIMARY again, and the service what it was then.</summary>
    public void Promote(DeploymentState deployment)
    {
        _deployments.RemoveAll(d => d.Id == deployment.Id);
        _deployments.Insert(0, deployment);
        _rolledBackTo = deployment;
    }

    public void KeepDeployments(Func<DeploymentState, bool> keep) => _deployments.RemoveAll(d => !keep(d));

    public ServiceTaskState MemoryOf(TaskInService task) => _memories.GetValueOrDefault(task.Id, task.Memory);

    public void Remember(ServiceTaskState memory) => _memories[memory.Key.Id] = memory;

    public void Forget(TaskInService task) => _forget.Add(task.Memory.Key);

    public void Tell(string message, bool repeatable = true) => _events.Add(new(message, repeatable));

    public void Record(ServiceDeploymentChange change) => _outcomes.Add(change);

    public void WakeBy(DateTimeOffset? at)
    {
        if (at is not null && (_wakeAt is null || at < _wakeAt)) _wakeAt = at;
    }

    public void Stop(JudgedTask task, string reason)
    {
        _stops.Add(new(task.Task.Id, reason));
        Remember(MemoryOf(task.Task) with { StoppedByScheduler = true });
        _tasks[_tasks.FindIndex(t => t.Task.Id == task.Task.Id)] = task with { Verdict = TaskVerdict.Leaving };
    }

    public void Start(DeploymentState deployment, int count)
    {
        count = Math.Min(count, ImageResolution.Room(this, deployment));
        if (count <= 0) return;
        var subnets = deployment.Spec.NetworkConfiguration?.AwsvpcConfiguration?.Subnets ?? [];
        if (subnets.IsEmpty)
        {
            _starts.AddRange(Enumerable.Repeat(new TaskStart(deployment.Id), count));
            return;
        }

        var taken = _tasks.Where(t => t.IsSound && t.Task.Subnet is not null).Select(t => t.Task.Subnet ?? "")
            .Concat(_starts.Select(s => s.Subnet).OfType<string>())
            .Concat(View.FailedSubnets); // Where starts fail counts as taken: a zone that is lost would be tried for ever.
        _starts.AddRange(SubnetSpread.Choose(subnets, View.SubnetZones, taken.ToArray(), count).Select(s => new TaskStart(deployment.Id, s)));
    }

    public void StartOn(DeploymentState deployment, DaemonInstance instance)
    {
        if (ImageResolution.Room(this, deployment) > 0) _starts.Add(new(deployment.Id, SubnetIn(deployment, instance.Zone), Instance: instance.Id));
    }

    public void StartIn(DeploymentState deployment, string zone) =>
        _starts.Add(new(deployment.Id, SubnetIn(deployment, zone), RebalancedTo: zone));

    private string? SubnetIn(DeploymentState deployment, string? zone)
    {
        var subnets = deployment.Spec.NetworkConfiguration?.AwsvpcConfiguration?.Subnets ?? [];
        return subnets.FirstOrDefault(s => View.SubnetZones.GetValueOrDefault(s) == zone) ?? subnets.FirstOrDefault();
    }

    public ServicePlan ToPlan() => new()
    {
        Deployments = Status == ServiceStatus.Inactive ? [] : [.. _deployments.Select(Counted).Select(Stamped)],
        Starts = [.. _starts],
        Stops = [.. _stops],
        Replaced = Replaced,
        Events = [.. _events],
        Remember = [.. _memories.Values.Where(m => !_forget.Contains(m.Key))],
        Forget = [.. _forget],
        Outcomes = [.. _outcomes],
        SteadySince = SteadySince,
        Status = Status,
        RolledBackTo = _rolledBackTo,
        WakeAt = _wakeAt,
        Shifts = [.. _shifts],
        Calls = [.. _calls],
        Answered = [.. _answered],
    };

    private DeploymentState Counted(DeploymentState deployment)
    {
        var tasks = View.Tasks.Where(t => t.DeploymentId == deployment.Id);
        return deployment with
        {
            RunningCount = tasks.Count(t => t.Status is TaskLastStatus.Running or TaskLastStatus.Deactivating),
            PendingCount = tasks.Count(t => t.Status < TaskLastStatus.Running) + _starts.Count(s => s.DeploymentId == deployment.Id),
        };
    }

    private DeploymentState Stamped(DeploymentState deployment)
    {
        var before = View.Deployments.FirstOrDefault(d => d.Id == deployment.Id);
        return before == deployment ? before : deployment with { UpdatedAt = Now };
    }
}
