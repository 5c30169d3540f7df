using System.Text.Json.Serialization;
using Minato.Platform;

namespace Minato.Logs.State;

internal static class LogsTables
{
    public static readonly Table<GroupKey, GroupState> Groups = new("logs.groups", g => g.Key, () => LogsJson.Default.GroupState);
    public static readonly Index<Home, GroupKey, GroupState> GroupsByHome = Groups.AddIndex("home", g => g.Key.Home);

    public static readonly Table<StreamKey, StreamState> Streams = new("logs.streams", s => s.Key, () => LogsJson.Default.StreamState);
    public static readonly Index<GroupKey, StreamKey, StreamState> StreamsByGroup = Streams.AddIndex("group", s => s.Key.Group);

    public static readonly Table<PolicyKey, ResourcePolicyState> Policies = new("logs.policies", p => p.Key, () => LogsJson.Default.ResourcePolicyState);
    public static readonly Index<Home, PolicyKey, ResourcePolicyState> PoliciesByHome = Policies.AddIndex("home", p => p.Key.Home);

    public static readonly Table<string, ActivityState> Activity = new("logs.activity", a => a.Partition, () => LogsJson.Default.ActivityState);
    public static readonly Table<GroupKey, UsageState> Usage = new("logs.usage", u => u.Key, () => LogsJson.Default.UsageState);
    public static readonly Table<string, DroppedState> Dropped = new("logs.dropped", d => d.Partition, () => LogsJson.Default.DroppedState);

    public static long UsageOf(this IReadState state, GroupKey group) => state.Find(Usage, group)?.Bytes ?? 0;

    public static void AddUsage(this Transaction tx, GroupKey group, long bytes)
    {
        if (bytes != 0) tx.Put(Usage, new UsageState { Key = group, Bytes = Math.Max(0, tx.UsageOf(group) + bytes) });
    }

    /// <summary>Deletes a stream and leaves word that its events have to go.</summary>
    public static void Drop(this Transaction tx, StreamState stream)
    {
        tx.AddUsage(stream.Key.Group, -(tx.Find(Activity, stream.Partition)?.Bytes ?? 0));
        tx.Delete(Activity, stream.Partition);
        tx.Delete(Streams, stream.Key);
        tx.Put(Dropped, new DroppedState { Partition = stream.Partition });
    }
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(GroupState))]
[JsonSerializable(typeof(StreamState))]
[JsonSerializable(typeof(ActivityState))]
[JsonSerializable(typeof(UsageState))]
[JsonSerializable(typeof(DroppedState))]
[JsonSerializable(typeof(ResourcePolicyState))]
internal sealed partial class LogsJson : JsonSerializerContext;
