using System.Collections.Immutable;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services;

/// <summary>Alarms whose trip ends a deployment, while it rolls and for a bake time after.</summary>
internal static class DeploymentAlarms
{
    /// <summary>AWS: a bake time that nobody asked for is made of the alarms' periods, and is never longer.</summary>
    public static readonly TimeSpan LongestDefaultBake = TimeSpan.FromMinutes(5);

    /// <summary>AWS: an alarm that is in ALARM at the start disables the watch for the whole deployment.</summary>
    public static void Begin(ServiceDraft draft)
    {
        if (draft.View is not { Alarms: not null, AlarmReadings: { } readings } || !IsOpen(draft.Primary) || draft.Primary.Alarms is not null) return;
        var isWatched = !readings.Values.Any(r => r.State == StateValue.Alarm);
        draft.Change(draft.Primary.Id, d => d with { Alarms = new() { IsWatched = isWatched } });
    }

    /// <summary>The alarms that went to ALARM under the watch of the primary deployment.</summary>
    public static ImmutableArray<string> Tripped(DeploymentState primary, ServiceView view) =>
        view.Alarms is not null && IsOpen(primary) && primary.Alarms is { IsWatched: true }
            ? [.. (view.AlarmReadings ?? ImmutableDictionary<string, AlarmReading>.Empty).Where(r => r.Value.State == StateValue.Alarm)
                .Select(r => r.Key).Order(StringComparer.Ordinal)]
            : [];

    /// <summary>Everything is healthy and the older revisions are gone: whether the deployment still waits to see it stay so.</summary>
    public static bool IsBaking(ServiceDraft draft)
    {
        if (draft.Primary.Traffic is { Stage: not null }) return false; // It baked while blue still ran.
        if (draft.View.Alarms is not { } settings || !IsOpen(draft.Primary) || draft.Primary.Alarms is not { IsWatched: true } watch) return false;
        var since = watch.BakingSince ?? draft.Now;
        if (watch.BakingSince is null) draft.Change(draft.Primary.Id, d => d with { Alarms = watch with { BakingSince = since } });
        var end = since + (settings.BakeTime ?? DefaultBake(draft.View));
        if (draft.Now >= end) return false;
        draft.WakeBy(end);
        return true;
    }

    private static TimeSpan DefaultBake(ServiceView view)
    {
        var longest = view.AlarmReadings?.Values.Select(r => r.Window).DefaultIfEmpty().Max() ?? TimeSpan.Zero;
        return longest < LongestDefaultBake ? longest : LongestDefaultBake;
    }

    private static bool IsOpen(DeploymentState deployment) =>
        deployment is { Rollout: DeploymentRolloutState.InProgress, RollingBackServiceDeployment: null };
}

/// <summary>What a service asks of its deployment alarms.</summary>
/// <param name="BakeTime">Null for the default.</param>
internal sealed record AlarmSettings(ImmutableArray<string> Names, bool Rollback, TimeSpan? BakeTime)
{
    public static AlarmSettings? Of(DeploymentConfiguration configuration) => configuration.Alarms is { Enable: true } alarms
        ? new(alarms.AlarmNames, alarms.Rollback, configuration.BakeTimeInMinutes is > 0 and var minutes ? TimeSpan.FromMinutes(minutes) : null)
        : null;
}

/// <param name="Window">How far back the alarm looks: its period, as often as it is evaluated.</param>
internal sealed record AlarmReading(StateValue State, TimeSpan Window);
