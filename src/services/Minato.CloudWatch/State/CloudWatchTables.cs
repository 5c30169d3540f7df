using System.Text.Json.Serialization;
using Minato.Platform;

namespace Minato.CloudWatch.State;

internal static class CloudWatchTables
{
    public static readonly Table<AlarmKey, AlarmState> Alarms = new("cloudwatch.alarms", a => a.Key, () => CloudWatchJson.Default.AlarmState);

    // In the order of names: a prefix is a run of it.
    public static readonly Index<Home, AlarmKey, AlarmState> AlarmsByHome = Alarms.AddIndex<Home>("home", a => a.Key.Home);
    public static readonly Index<(Home, string, string), AlarmKey, AlarmState> AlarmsByMetric =
        Alarms.AddIndex<(Home, string, string)>("metric", a => (a.Key.Home, a.Metric.Namespace, a.Metric.Name));

    public static readonly Table<string, AlarmLink> Links = new("cloudwatch.alarm-links", l => l.Key, () => CloudWatchJson.Default.AlarmLink);
    public static readonly Index<AlarmKey, string, AlarmLink> LinksByParent = Links.AddIndex<AlarmKey>("parent", l => l.Parent);
    public static readonly Index<AlarmKey, string, AlarmLink> LinksByChild = Links.AddIndex<AlarmKey>("child", l => l.Child);

    public static readonly Table<string, AlarmActionState> Actions = new("cloudwatch.alarm-actions", a => a.Id, () => CloudWatchJson.Default.AlarmActionState);

    public static readonly Table<MetricKey, MetricState> Metrics = new("cloudwatch.metrics", m => m.Key, () => CloudWatchJson.Default.MetricState);
    public static readonly Index<Home, MetricKey, MetricState> MetricsByHome = Metrics.AddIndex<Home>("home", m => m.Key.Home);
    public static readonly Index<(Home, string), MetricKey, MetricState> MetricsByNamespace =
        Metrics.AddIndex<(Home, string)>("namespace", m => (m.Key.Home, m.Key.Namespace));
}

[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(AlarmState))]
[JsonSerializable(typeof(AlarmActionState))]
[JsonSerializable(typeof(AlarmLink))]
[JsonSerializable(typeof(MetricState))]
internal sealed partial class CloudWatchJson : JsonSerializerContext;
