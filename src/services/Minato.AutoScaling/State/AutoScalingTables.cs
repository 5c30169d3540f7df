using System.Text.Json.Serialization;
using Minato.Platform;

namespace Minato.AutoScaling.State;

internal static class AutoScalingTables
{
    /// <summary>Older activities of a group are forgotten.</summary>
    public const int ActivitiesKept = 100;

    public static readonly Table<GroupKey, GroupState> Groups = new("auto-scaling.groups", g => g.Key, () => AutoScalingJson.Default.GroupState);
    public static readonly Index<string, GroupKey, GroupState> GroupsByHome = Groups.AddIndex<string>("home", g => HomeOf(g.Key));

    public static readonly Table<string, InstanceState> Instances = new("auto-scaling.instances", i => i.Id, () => AutoScalingJson.Default.InstanceState);
    public static readonly Index<GroupKey, string, InstanceState> InstancesByGroup = Instances.AddIndex<GroupKey>("group", i => i.Group);
    public static readonly Index<string, string, InstanceState> InstancesByHome = Instances.AddIndex<string>("home", i => HomeOf(i.Group));

    public static readonly Table<string, LaunchState> Launches = new("auto-scaling.launches", l => l.Token, () => AutoScalingJson.Default.LaunchState);
    public static readonly Index<GroupKey, string, LaunchState> LaunchesByGroup = Launches.AddIndex<GroupKey>("group", l => l.Group);

    public static readonly Table<GroupKey, LaunchConfigurationState> LaunchConfigurations =
        new("auto-scaling.launch-configurations", c => c.Key, () => AutoScalingJson.Default.LaunchConfigurationState);
    public static readonly Index<string, GroupKey, LaunchConfigurationState> LaunchConfigurationsByHome =
        LaunchConfigurations.AddIndex<string>("home", c => HomeOf(c.Key));

    public static readonly Table<ActivityKey, ActivityState> Activities =
        new("auto-scaling.activities", a => a.Key, () => AutoScalingJson.Default.ActivityState);
    public static readonly Index<GroupKey, ActivityKey, ActivityState> ActivitiesByGroup = Activities.AddIndex<GroupKey>("group", a => a.Key.Group);

    public static string HomeOf(GroupKey key) => $"{key.AccountId}/{key.Region}";
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(GroupState))]
[JsonSerializable(typeof(InstanceState))]
[JsonSerializable(typeof(LaunchState))]
[JsonSerializable(typeof(LaunchConfigurationState))]
[JsonSerializable(typeof(ActivityState))]
internal sealed partial class AutoScalingJson : JsonSerializerContext;
