using System.Text.Json.Serialization;
using Minato.Platform;

namespace Minato.EventBridge.State;

internal static class EventTables
{
    private static readonly EventJson Json = EventJson.Default;

    public static readonly Table<BusKey, BusState> Buses = new("events.buses", b => b.Key, () => Json.BusState);
    public static readonly Index<Home, BusKey, BusState> BusesByHome = Buses.AddIndex<Home>("home", b => b.Key.Home);

    public static readonly Table<RuleKey, RuleRecord> Rules = new("events.rules", r => r.Key, () => Json.RuleRecord);

    // In the order of names: a prefix is a run of it.
    public static readonly Index<BusKey, RuleKey, RuleRecord> RulesByBus = Rules.AddIndex<BusKey>("bus", r => r.Key.Bus);

    /// <summary>How an event finds the rules that may want it without looking at all of them.</summary>
    public static readonly Table<RuleEntryKey, RuleEntry> Entries = new("events.rule-entries", e => e.Key, () => Json.RuleEntry);
    public static readonly Index<(BusKey, string?, string?), RuleEntryKey, RuleEntry> EntriesByEvent =
        Entries.AddIndex<(BusKey, string?, string?)>("event", e => (e.Key.Rule.Bus, e.Source, e.DetailType));

    /// <summary>Rules by the targets they have: one entry for each rule and target.</summary>
    public static readonly Table<string, TargetEntry> Targets = new("events.rule-targets", t => t.Key, () => Json.TargetEntry);
    public static readonly Index<(BusKey, string), string, TargetEntry> TargetsByArn = Targets.AddIndex<(BusKey, string)>("arn", t => (t.Rule.Bus, t.Arn));

    public static readonly Table<string, DeliveryState> Deliveries = new("events.deliveries", d => d.Id, () => Json.DeliveryState);

    public static readonly Table<NamedKey, ArchiveRecord> Archives = new("events.archives", a => a.Key, () => Json.ArchiveRecord);
    public static readonly Index<Home, NamedKey, ArchiveRecord> ArchivesByHome = Archives.AddIndex<Home>("home", a => a.Key.Home);
    public static readonly Index<BusKey, NamedKey, ArchiveRecord> ArchivesByBus = Archives.AddIndex<BusKey>("bus", a => a.Bus);

    public static readonly Table<NamedKey, ReplayRecord> Replays = new("events.replays", r => r.Key, () => Json.ReplayRecord);
    public static readonly Index<Home, NamedKey, ReplayRecord> ReplaysByHome = Replays.AddIndex<Home>("home", r => r.Key.Home);
}

/// <summary>That a rule has a target of this ARN.</summary>
internal sealed record TargetEntry(RuleKey Rule, string TargetId, string Arn)
{
    public string Key => $"{Rule}/{TargetId}";
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(BusState))]
[JsonSerializable(typeof(RuleRecord))]
[JsonSerializable(typeof(RuleEntry))]
[JsonSerializable(typeof(TargetEntry))]
[JsonSerializable(typeof(DeliveryState))]
[JsonSerializable(typeof(ArchiveRecord))]
[JsonSerializable(typeof(ReplayRecord))]
internal sealed partial class EventJson : JsonSerializerContext;
