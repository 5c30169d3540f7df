using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Events;

/// <summary>Which changes of the store are events.</summary>
internal static class EventDrafts
{
    public static bool IsTold(Change change) => change is Change<TaskKey, TaskState> { After: not null } or Change<ContainerInstanceKey, ContainerInstanceState> { After: not null }
        or Change<ServiceDeploymentKey, ServiceDeploymentState> { After: not null } or Change<ServiceEventKey, ServiceEventState> { After: not null }
        || (change is Change<ServiceKey, ServiceState> { After: { } service } && HookEvents.HasAny(service));

    /// <summary>What need not be remembered any more.</summary>
    public static string? MarkOfDeleted(Change change) => change switch
    {
        Change<TaskKey, TaskState> { After: null } task => EventMark.Of(task.Key),
        Change<ContainerInstanceKey, ContainerInstanceState> { After: null } instance => EventMark.Of(instance.Key),
        Change<ServiceDeploymentKey, ServiceDeploymentState> { After: null } deployment => EventMark.Of(deployment.Key),
        _ => null,
    };

    public static IEnumerable<EcsEvent> Of(IReadState ecs, Change change, DateTimeOffset now) =>
        change is Change<ServiceKey, ServiceState> { After: { } after } service ? HookEvents.Of(service.Before, after, now) : One(ecs, change, now) is { } one ? [one] : [];

    private static EcsEvent? One(IReadState ecs, Change change, DateTimeOffset now) => change switch
    {
        Change<TaskKey, TaskState> { After: { } after } task => EcsEventText.OfTask(ecs, task.Before, after, now),
        Change<ContainerInstanceKey, ContainerInstanceState> { After: { } after } instance when instance.Before?.Version != after.Version => EcsEventText.OfInstance(ecs, after, now),
        Change<ServiceDeploymentKey, ServiceDeploymentState> { After: { } after } deployment when deployment.Before?.Status != after.Status => EcsEventText.OfDeployment(after, now),
        Change<ServiceEventKey, ServiceEventState> { After: { } after } => EcsEventText.OfServiceEvent(after),
        _ => null,
    };

    /// <summary>Everything that may not have been told yet; once at the start.</summary>
    public static IEnumerable<EcsEvent> Of(IReadState ecs, DateTimeOffset now)
    {
        foreach (var task in ecs.All(EcsTables.Tasks))
        {
            if (!IsKnown(ecs, EventMark.Of(task.Key), task.Progress.Version) && EcsEventText.OfTask(ecs, null, task, now) is { } told) yield return told;
        }

        foreach (var instance in ecs.All(EcsTables.Instances))
        {
            if (!IsKnown(ecs, EventMark.Of(instance.Key), instance.Version)) yield return EcsEventText.OfInstance(ecs, instance, now);
        }

        foreach (var deployment in ecs.All(ServiceTables.ServiceDeployments))
        {
            if (!IsKnown(ecs, EventMark.Of(deployment.Key), EcsEventText.Stage(deployment.Status)) && EcsEventText.OfDeployment(deployment, now) is { } told) yield return told;
        }

        foreach (var service in ecs.All(ServiceTables.Services).Where(HookEvents.HasAny))
        {
            foreach (var told in HookEvents.Of(null, service, now)) yield return told;
        }

        foreach (var line in ecs.All(ServiceTables.Events))
        {
            if (!IsKnown(ecs, EventMark.Of(line.Key.Service), line.Key.Sequence) && EcsEventText.OfServiceEvent(line) is { } told) yield return told;
        }
    }

    /// <summary>Marks of what is gone. Those of services stay: a service made anew counts its events on.</summary>
    public static IEnumerable<string> Forgotten(IReadState ecs)
    {
        var there = ecs.All(EcsTables.Tasks).Select(t => EventMark.Of(t.Key)).Concat(ecs.All(EcsTables.Instances).Select(i => EventMark.Of(i.Key)))
            .Concat(ecs.All(ServiceTables.ServiceDeployments).Select(d => EventMark.Of(d.Key)))
            .Concat(ecs.All(ServiceTables.Services).SelectMany(s => s.Deployments).SelectMany(d => d.Traffic?.Hooks ?? []).Select(HookEvents.MarkOf)).ToHashSet(StringComparer.Ordinal);
        return ecs.All(EventTables.Marks).Select(m => m.Key).Where(k => !there.Contains(k) && !k.StartsWith("service/", StringComparison.Ordinal));
    }

    private static bool IsKnown(IReadState ecs, string mark, long version) => ecs.Find(EventTables.Marks, mark)?.Told >= version;
}
