using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Records;
using Minato.Ecs.Planning.Services.Traffic;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Rehearsal;

/// <summary>Sees every state that the service goes through.</summary>
internal sealed partial class Spectator
{
    public static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(500);
    private const int LongestMatchMs = 1000;

    private readonly Store _store;
    private readonly ServiceKey _key;
    private readonly SimTime _time;
    private readonly List<RehearsalStep> _steps = [];
    private Snapshot? _seen;
    private Extreme _lowest;
    private Extreme _highest;
    private readonly string? _old; // The deployment that served before the update, and does again after a rollback.
    private long _nextEvent;
    private int _healthy;
    private int _tasks;
    private (TrafficStage? Stage, double Percent) _traffic;

    public Spectator(Store store, ServiceKey key, SimTime time)
    {
        (_store, _key, _time) = (store, key, time);
        Begin = time.Elapsed;
        var service = store.Current.Find(ServiceTables.Services, key);
        (_nextEvent, _old) = (service?.NextEvent ?? 0, service?.Deployments.FirstOrDefault()?.Id);
        (_healthy, _tasks) = Count(store.Current);
        (_lowest, _highest) = (new(_healthy, TimeSpan.Zero), new(_tasks, TimeSpan.Zero));
    }

    public TimeSpan Begin { get; }

    public bool IsSteady => _store.Current.Find(ServiceTables.Services, _key) is { SteadySince: not null, Deployments: [{ Rollout: DeploymentRolloutState.Completed }, ..] };

    public bool IsOver(string deployment) => Find(deployment)?.IsOver is true;

    public void Look()
    {
        var now = _store.Current;
        if (ReferenceEquals(now, _seen)) return;
        _seen = now;
        if (now.Find(ServiceTables.Services, _key) is not { } service) return;
        (_healthy, _tasks) = Count(now);
        var at = _time.Elapsed - Begin;
        if (_healthy < _lowest.Count) _lowest = new(_healthy, at);
        if (_tasks > _highest.Count) _highest = new(_tasks, at);
        for (; _nextEvent < service.NextEvent; _nextEvent++)
            if (now.Find(ServiceTables.Events, new ServiceEventKey(_key, _nextEvent)) is { } said) Note(Brief(said.Message));
        LookAtTraffic(service);
    }

    /// <summary>Stages and weights of a deployment that shifts traffic, which say nothing in events.</summary>
    private void LookAtTraffic(ServiceState service)
    {
        if (service.Deployments is not [{ Traffic: { Stage: { } stage } traffic } newest, ..] || newest.Id == _old) return;
        var seen = (stage, traffic.ProductionPercent);
        if (seen == _traffic) return;
        var shifted = FormattableString.Invariant($"{TrafficStages.Name(stage)}, {traffic.ProductionPercent:0.#} % of traffic to the new version");
        Note(traffic.ProductionPercent == _traffic.Percent ? TrafficStages.Name(stage) : shifted);
        _traffic = seen;
    }

    /// <summary>What was said twice at once is told once.</summary>
    public void Note(string what)
    {
        var step = new RehearsalStep(_time.Elapsed - Begin, what, _healthy, _tasks);
        if (_steps is not [.., var last] || last.What != what || step.At - last.At > TimeSpan.FromSeconds(1)) _steps.Add(step);
        else _steps[^1] = step with { At = last.At };
    }

    public RehearsalResult Tell(string deployment, string verdict)
    {
        var end = Find(deployment);
        return new()
        {
            Verdict = verdict,
            Status = end?.Status.ToWire() ?? "",
            IsSuccess = end?.Status == ServiceDeploymentStatus.Successful,
            Took = end?.FinishedAt - end?.CreatedAt,
            Desired = _store.Current.Find(ServiceTables.Services, _key)?.ShownDesiredCount ?? 0,
            LowestHealthy = _lowest,
            HighestTasks = _highest,
            GivenUp = GivenUp(end),
            Timeline = [.. _steps],
        };
    }

    private static GivenUp? GivenUp(ServiceDeploymentState? end)
    {
        var isFailed = end is { Rollback: not null } or { Status: ServiceDeploymentStatus.Stopped };
        if (!isFailed || end is null) return null;
        var at = end.Rollback?.StartedAt ?? end.FinishedAt ?? end.UpdatedAt;
        return new(end.Rollback?.Reason ?? end.StatusReason ?? "", at - end.CreatedAt, end.BreakerAtEnd?.FailureCount ?? 0, end.BreakerAtEnd?.Threshold ?? 0);
    }

    private ServiceDeploymentState? Find(string deployment) => _store.Current.Find(ServiceTables.ServiceDeployments, new ServiceDeploymentKey(_key, deployment));

    private (int Healthy, int Tasks) Count(Snapshot state)
    {
        var (healthy, tasks) = (0, 0);
        foreach (var task in state.Where(EcsTables.LiveTasksByService, _key))
        {
            if (task.LastStatus <= TaskLastStatus.Deactivating) tasks++;
            if (task is { IsStopWanted: false, LastStatus: TaskLastStatus.Running }
                && state.Find(ServiceTables.ServiceTasks, task.Key) is { WasHealthy: true, ToldUnhealthy: false }) healthy++;
        }

        return (healthy, tasks);
    }

    /// <summary>An event without what has no meaning outside the rehearsal: ids, ARNs, its own name.</summary>
    private static string Brief(string message) => Arns().Replace(Tasks().Replace(Task().Replace(Name().Replace(message, ""), "a task"), "${end}"), "the target group");

    [GeneratedRegex(@"^\(service [^)]*\) ?", RegexOptions.ExplicitCapture, LongestMatchMs)]
    private static partial Regex Name();

    [GeneratedRegex(@":? ?(?:\(task [0-9a-f]{32}\) ?)+(?<end>\.|)", RegexOptions.ExplicitCapture, LongestMatchMs)]
    private static partial Regex Tasks();

    [GeneratedRegex(@"^\(task [0-9a-f]{32}\)", RegexOptions.ExplicitCapture, LongestMatchMs)]
    private static partial Regex Task();

    [GeneratedRegex(@"\(target-group [^)]*\)", RegexOptions.ExplicitCapture, LongestMatchMs)]
    private static partial Regex Arns();
}
