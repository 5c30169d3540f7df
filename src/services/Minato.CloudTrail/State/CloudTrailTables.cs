using System.Text.Json.Serialization;
using Minato.CloudTrail.Recording;
using Minato.Platform;

namespace Minato.CloudTrail.State;

internal static class CloudTrailTables
{
    public static readonly Table<Home, RecordedHome> Homes = new("cloudtrail.homes", h => h.Home, () => CloudTrailJson.Default.RecordedHome);
    public static readonly Index<string, Home, RecordedHome> HomesByAccount = Homes.AddIndex<string>("account", h => h.Home.AccountId);

    public static readonly Table<string, KeptCall> Kept = new("cloudtrail.kept", k => k.Row, () => CloudTrailJson.Default.KeptCall);

    public static readonly Table<string, TrailState> Trails = new("cloudtrail.trails", t => t.Arn, () => CloudTrailJson.Default.TrailState);
    public static readonly Index<string, string, TrailState> TrailsByAccount = Trails.AddIndex<string>("account", t => t.Home.AccountId);
    public static readonly Index<Home, string, TrailState> TrailsByHome = Trails.AddIndex<Home>("home", t => t.Home);

    public static readonly Table<string, DeliveryState> Deliveries = new("cloudtrail.deliveries", d => d.Key, () => CloudTrailJson.Default.DeliveryState);
    public static readonly Index<string, string, DeliveryState> DeliveriesByTrail = Deliveries.AddIndex<string>("trail", d => d.TrailArn);
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(RecordedHome))]
[JsonSerializable(typeof(KeptCall))]
[JsonSerializable(typeof(TrailState))]
[JsonSerializable(typeof(DeliveryState))]
internal sealed partial class CloudTrailJson : JsonSerializerContext;
