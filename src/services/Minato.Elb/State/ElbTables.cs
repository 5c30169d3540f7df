using System.Text.Json.Serialization;
using Minato.Elb.Planning;
using Minato.Platform;

namespace Minato.Elb.State;

internal static class ElbTables
{
    public static readonly Table<string, BalancerState> Balancers = new("elb.load-balancers", b => b.Arn, () => ElbJson.Default.BalancerState);
    public static readonly Index<Home, string, BalancerState> BalancersByHome = Balancers.AddIndex("home", b => b.IsClassic ? null : b.Home);
    public static readonly Index<(Home, string), string, BalancerState> BalancersByName = Balancers.AddIndex<(Home, string)>("name", b => b.IsClassic ? null : (b.Home, b.Name));
    public static readonly Index<string, string, BalancerState> BalancersByAddress = Balancers.AddIndex("address", b => b.Address);

    public static readonly Table<ClassicKey, ClassicState> Classics = new("elb.classic-load-balancers", c => c.Key, () => ElbJson.Default.ClassicState);
    public static readonly Index<Home, ClassicKey, ClassicState> ClassicsByHome = Classics.AddIndex("home", c => c.Key.Home);

    public static readonly Table<string, TroubleState> Troubles = new("elb.troubles", t => t.BalancerArn, () => ElbJson.Default.TroubleState, ephemeral: true);

    public static readonly Table<string, ListenerState> Listeners = new("elb.listeners", l => l.Arn, () => ElbJson.Default.ListenerState);
    public static readonly Index<string, string, ListenerState> ListenersByBalancer = Listeners.AddIndex("load-balancer", l => l.BalancerArn);
    public static readonly Index<(string, int), string, ListenerState> ListenersByPort = Listeners.AddIndex("port", l => (l.BalancerArn, l.Port));

    public static readonly Index<string, string, ListenerState> ListenersByProxyId = Listeners.AddIndex("proxy-id", l => ProxyPlanner.IdOf(l));

    public static readonly Table<string, RuleState> Rules = new("elb.rules", r => r.Arn, () => ElbJson.Default.RuleState);
    public static readonly Index<string, string, RuleState> RulesByListener = Rules.AddIndex("listener", r => r.ListenerArn);

    public static readonly Table<CertificateUseKey, CertificateUse> Certificates =
        new("elb.listener-certificates", u => u.Key, () => ElbJson.Default.CertificateUse);
    public static readonly Index<string, CertificateUseKey, CertificateUse> CertificatesByListener = Certificates.AddIndex("listener", u => u.Key.ListenerArn);
    public static readonly Index<string, CertificateUseKey, CertificateUse> CertificatesByArn = Certificates.AddIndex("certificate", u => u.Key.CertificateArn);

    public static readonly Table<UseKey, GroupUse> Uses = new("elb.target-group-uses", u => u.Key, () => ElbJson.Default.GroupUse);
    public static readonly Index<string, UseKey, GroupUse> UsesByGroup = Uses.AddIndex("target-group", u => u.Key.GroupArn);
    public static readonly Index<string, UseKey, GroupUse> UsesByRule = Uses.AddIndex("rule", u => u.Key.RuleArn);
    public static readonly Index<string, UseKey, GroupUse> UsesByBalancer = Uses.AddIndex("load-balancer", u => u.BalancerArn);

    public static readonly Table<string, TargetGroupState> Groups = new("elb.target-groups", g => g.Arn, () => ElbJson.Default.TargetGroupState);
    public static readonly Index<Home, string, TargetGroupState> GroupsByHome = Groups.AddIndex("home", g => g.IsClassic ? null : g.Home);
    public static readonly Index<(Home, string), string, TargetGroupState> GroupsByName = Groups.AddIndex<(Home, string)>("name", g => g.IsClassic ? null : (g.Home, g.Name));

    public static readonly Index<string, string, TargetGroupState> GroupsByProxyId = Groups.AddIndex("proxy-id", g => ProxyPlanner.IdOf(g.Arn));

    public static readonly Index<string, string, TargetGroupState> GroupsByMitigation = Groups.AddIndex("mitigation", g => GroupAttributes.Mitigates(g) ? GroupAttributes.On : null);

    public static readonly Table<string, TrustStoreState> TrustStores = new("elb.trust-stores", t => t.Arn, () => ElbJson.Default.TrustStoreState);
    public static readonly Index<Home, string, TrustStoreState> TrustStoresByHome = TrustStores.AddIndex("home", t => t.Home);
    public static readonly Index<string, string, ListenerState> ListenersByTrustStore = Listeners.AddIndex("trust-store", l => l.Mutual?.TrustStoreArn);

    public static readonly Table<TargetKey, TargetState> Targets = new("elb.targets", t => t.Key, () => ElbJson.Default.TargetState);
    public static readonly Index<string, TargetKey, TargetState> TargetsByInstance =
        Targets.AddIndex("instance", t => t.Key.Id.StartsWith("i-", StringComparison.Ordinal) ? t.Key.Id : null);
    public static readonly Index<string, TargetKey, TargetState> TargetsByGroup = Targets.AddIndex("target-group", t => t.Key.GroupArn);

    public static readonly Table<TargetKey, HealthState> Health = new("elb.target-health", h => h.Key, () => ElbJson.Default.HealthState);

    public static readonly Table<TargetKey, AnomalyState> Anomalies = new("elb.anomalies", a => a.Key, () => ElbJson.Default.AnomalyState, ephemeral: true);

    public static readonly Table<string, BalancerInterfaces> Interfaces =
        new("elb.network-interfaces", i => i.BalancerArn, () => ElbJson.Default.BalancerInterfaces);
    public static readonly Index<string, string, BalancerInterfaces> InterfacesById = Interfaces.AddIndexOfEach("network-interface", i => i.Interfaces.Select(one => one.Id));

    public static readonly Table<string, ResourceTags> Tags = new("elb.tags", t => t.Arn, () => ElbJson.Default.ResourceTags);
}

// Names, not numbers: an enumeration of the model may get new values in between.
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(BalancerState))]
[JsonSerializable(typeof(ClassicState))]
[JsonSerializable(typeof(TroubleState))]
[JsonSerializable(typeof(ListenerState))]
[JsonSerializable(typeof(RuleState))]
[JsonSerializable(typeof(CertificateUse))]
[JsonSerializable(typeof(GroupUse))]
[JsonSerializable(typeof(TrustStoreState))]
[JsonSerializable(typeof(TargetGroupState))]
[JsonSerializable(typeof(TargetState))]
[JsonSerializable(typeof(HealthState))]
[JsonSerializable(typeof(AnomalyState))]
[JsonSerializable(typeof(BalancerInterfaces))]
[JsonSerializable(typeof(ResourceTags))]
internal sealed partial class ElbJson : JsonSerializerContext;
