using System.Text.Json.Serialization;
using Minato.Platform;

namespace Minato.ApplicationAutoScaling.State;

internal static class Tables
{
    public static readonly Table<TargetKey, TargetState> Targets = new("aas.targets", t => t.Key, () => ScalingJson.Default.TargetState);
    public static readonly Index<Home, TargetKey, TargetState> TargetsByHome = Targets.AddIndex<Home>("home", t => t.Key.Home);
    public static readonly Index<string, TargetKey, TargetState> TargetsByArn = Targets.AddIndex<string>("arn", t => t.Arn);

    public static readonly Table<PolicyKey, PolicyState> Policies = new("aas.policies", p => p.Key, () => ScalingJson.Default.PolicyState);
    public static readonly Index<TargetKey, PolicyKey, PolicyState> PoliciesByTarget = Policies.AddIndex<TargetKey>("target", p => p.Key.Target);
    public static readonly Index<Home, PolicyKey, PolicyState> PoliciesByHome = Policies.AddIndex<Home>("home", p => p.Key.Target.Home);

    public static readonly Table<PolicyKey, ScheduledState> Scheduled = new("aas.scheduled", s => s.Key, () => ScalingJson.Default.ScheduledState);
    public static readonly Index<TargetKey, PolicyKey, ScheduledState> ScheduledByTarget = Scheduled.AddIndex<TargetKey>("target", s => s.Key.Target);
    public static readonly Index<Home, PolicyKey, ScheduledState> ScheduledByHome = Scheduled.AddIndex<Home>("home", s => s.Key.Target.Home);

    public static readonly Table<ActivityKey, ActivityState> Activities = new("aas.activities", a => a.Key, () => ScalingJson.Default.ActivityState);
    public static readonly Index<TargetKey, ActivityKey, ActivityState> ActivitiesByTarget = Activities.AddIndex<TargetKey>("target", a => a.Key.Target);
    public static readonly Index<Home, ActivityKey, ActivityState> ActivitiesByHome = Activities.AddIndex<Home>("home", a => a.Key.Target.Home);
    public static readonly Index<TargetKey, ActivityKey, ActivityState> OpenActivities = Activities.AddIndex<TargetKey>("open", a => a.IsOpen ? a.Key.Target : null);
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(TargetState))]
[JsonSerializable(typeof(PolicyState))]
[JsonSerializable(typeof(ScheduledState))]
[JsonSerializable(typeof(ActivityState))]
internal sealed partial class ScalingJson : JsonSerializerContext;
