using System.Text.Json.Serialization;
using Minato.Contracts.Route53;
using Minato.Platform;

namespace Minato.Route53.State;

internal static class Route53Tables
{
    public static readonly Table<string, ZoneState> Zones = new("route53.zones", z => z.Id, () => Route53Json.Default.ZoneState);
    public static readonly Index<string, string, ZoneState> ZonesByAccount = Zones.AddIndex<string>("account", z => z.AccountId);
    public static readonly Index<(string, string), string, ZoneState> ZonesByReference = Zones.AddIndex<(string, string)>("reference", z => (z.AccountId, z.CallerReference));
    public static readonly Index<string, string, ZoneState> ZonesByDelegationSet = Zones.AddIndex<string>("delegation-set", z => z.DelegationSetId);

    public static readonly Table<RecordKey, RecordState> Records = new("route53.records", r => r.Key, () => Route53Json.Default.RecordState);
    public static readonly Index<string, RecordKey, RecordState> RecordsByZone = Records.AddIndex<string>("zone", r => r.Key.ZoneId);
    public static readonly Index<NodeKey, RecordKey, RecordState> RecordsByNode = Records.AddIndex<NodeKey>("node", r => r.Key.Node);

    public static readonly Index<string, RecordKey, RecordState> RecordsByCidrCollection = Records.AddIndex<string>("cidr-collection", r => r.Set.CidrRoutingConfig?.CollectionId);
    public static readonly Index<(string, string), RecordKey, RecordState> RecordsByCidrLocation =
        Records.AddIndex<(string, string)>("cidr-location", r => r.Set.CidrRoutingConfig is { } cidr ? (cidr.CollectionId, cidr.LocationName) : default((string, string)?));

    /// <summary>By the load balancer they stand for.</summary>
    public static readonly Index<string, RecordKey, RecordState> RecordsByBalancer = Records.AddIndex<string>("balancer", BalancerNames.TargetOf);

    public static readonly Table<ChangeKey, ChangeState> Changes = new("route53.changes", c => c.Key, () => Route53Json.Default.ChangeState);
    public static readonly Index<string, ChangeKey, ChangeState> ChangesByAccount = Changes.AddIndex<string>("account", c => c.Key.AccountId);
    public static readonly Index<string, ChangeKey, ChangeState> ChangesById = Changes.AddIndex<string>("id", c => c.Key.Id);

    public static readonly Table<string, HealthCheckState> HealthChecks = new("route53.health-checks", h => h.Id, () => Route53Json.Default.HealthCheckState);
    public static readonly Index<string, string, HealthCheckState> HealthChecksByAccount = HealthChecks.AddIndex<string>("account", h => h.AccountId);
    public static readonly Index<(string, string), string, HealthCheckState> HealthChecksByReference =
        HealthChecks.AddIndex<(string, string)>("reference", h => (h.AccountId, h.CallerReference));

    public static readonly Index<bool, string, HealthCheckState> CalculatedChecks =
        HealthChecks.AddIndex<bool>("calculated", h => h.Config.Type == HealthCheckType.Calculated ? true : default(bool?));

    public static readonly Table<string, HealthStatusState> HealthStatuses = new("route53.health-statuses", h => h.Id, () => Route53Json.Default.HealthStatusState);

    public static readonly Table<string, DelegationSetState> DelegationSets = new("route53.delegation-sets", d => d.Id, () => Route53Json.Default.DelegationSetState);
    public static readonly Index<string, string, DelegationSetState> DelegationSetsByAccount = DelegationSets.AddIndex<string>("account", d => d.AccountId);

    public static readonly Table<string, CidrCollectionState> CidrCollections = new("route53.cidr-collections", c => c.Id, () => Route53Json.Default.CidrCollectionState);
    public static readonly Index<string, string, CidrCollectionState> CidrCollectionsByAccount = CidrCollections.AddIndex<string>("account", c => c.AccountId);

    public static readonly Table<string, BalancerState> Balancers = new("route53.balancers", b => b.DnsName, () => Route53Json.Default.BalancerState, ephemeral: true);
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ZoneState))]
[JsonSerializable(typeof(RecordState))]
[JsonSerializable(typeof(ChangeState))]
[JsonSerializable(typeof(HealthCheckState))]
[JsonSerializable(typeof(HealthStatusState))]
[JsonSerializable(typeof(DelegationSetState))]
[JsonSerializable(typeof(CidrCollectionState))]
[JsonSerializable(typeof(BalancerState))]
internal sealed partial class Route53Json : JsonSerializerContext;
