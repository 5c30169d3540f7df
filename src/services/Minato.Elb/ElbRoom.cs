using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Minato.Contracts.ElasticLoadBalancing;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Api;
using Minato.Elb.Reconcile;
using Minato.Elb.State;
using Minato.Elb.Templates;
using Minato.Elb.Traffic;
using Minato.Engines.Certificates;
using Minato.Platform;

namespace Minato.Elb;

/// <summary>Elastic Load Balancing: Application, Network and Classic Load Balancers that carry traffic through the proxy engine.</summary>
public static class ElbRoom
{
    /// <summary>Topic of <see cref="Hints"/>: the health of a target of this group (by ARN) may have changed.</summary>
    public const string TargetHealthTopic = "elb.target-health";

    /// <summary>Topic of <see cref="Hints"/>: a load balancer (by ARN) was made, changed or deleted.</summary>
    public const string LoadBalancerTopic = "elb.load-balancers";

    /// <summary>Probes under way at a time. One waits for its target at most as long as the health check's timeout.</summary>
    private const int ProbesAtATime = 512;

    public static IServiceCollection AddElb(this IServiceCollection services)
    {
        AddTables(services);
        services.TryAddSingleton<NetworkFacts>();
        services.TryAddSingleton<CertificateFacts>();
        services.TryAddSingleton<TrustFacts>();
        services.TryAddSingleton<LoopbackAddresses>();
        services.TryAddSingleton<ProxyProgress>();
        services.TryAddSingleton<FunctionTraffic>();
        services.TryAddSingleton<IElasticLoadBalancingV2, ElbApi>();
        services.TryAddSingleton<IElasticLoadBalancing, ClassicApi>();
        services.AddElbResourceTypes();
        services.AddSingleton<IResettable, ProxyReset>();
        services.AddRoomService<ProxyWatcher>();
        services.AddRoomService<CertificateWatcher>();
        services.AddRoomService<AnomalyWatcher>();
        services.AddSingleton<ICertificateUsers, CertificateUsers>();
        services.TryAddSingleton(new ElbOptions());
        services.TryAddSingleton<RequestMeter>();
        services.TryAddSingleton<FunctionMeter>();
        services.TryAddSingleton<ProxyMeter>();
        services.TryAddSingleton<AccessLogs>();
        services.TryAddSingleton<LogBuckets>();
        services.AddRoomService<TrafficReader>();
        services.AddRoomService<TrafficReporter>();
        services.AddRoomService<AccessLogShipper>();
        services.AddReconciler<HealthReconciler, TargetKey>(o =>
        {
            o.Name = "elb.health";
            o.Workers = ProbesAtATime;
            o.Deadline = TimeSpan.FromMinutes(3); // A health check's timeout is 120 s at most.
            o.On(ElbTables.Targets, t => [t.Key]);
        });
        services.AddReconciler<DrainReconciler, DrainKey>(o =>
        {
            o.Name = "elb.drain";
            o.On(ElbTables.Targets, t => t.DrainUntil is null ? [] : [new DrainKey(t.Key)]);
        });
        services.AddReconciler<FanOutReconciler, FanOutKey>(o =>
        {
            o.Name = "elb.fan-out";
            o.Workers = 2;
            o.On(ElbTables.Groups, g => [new(g.Arn)]);
            o.On(ElbTables.Uses, u => [new(u.Key.GroupArn)]);
            o.On(ElbTables.Balancers, b => [new(b.Arn)]);
        });
        services.AddReconciler<ProxyReconciler, ProxyKey>(o =>
        {
            o.Name = "elb.proxy";
            o.Workers = 1;
            o.On(ElbTables.Balancers, _ => [ProxyKey.Only]);
            o.On(ElbTables.Listeners, _ => [ProxyKey.Only]);
            o.On(ElbTables.Certificates, _ => [ProxyKey.Only]);
            o.On(ElbTables.TrustStores, _ => [ProxyKey.Only]);
            o.On(ElbTables.Rules, _ => [ProxyKey.Only]);
            o.On(ElbTables.Groups, _ => [ProxyKey.Only]);
            o.On(ElbTables.Targets, _ => [ProxyKey.Only]);
            o.On(ElbTables.Health, _ => [ProxyKey.Only]);
            o.On(ElbTables.Anomalies, _ => [ProxyKey.Only]);
            o.On(ElbTables.Interfaces, _ => [ProxyKey.Only]);
        });
        services.AddRoomService<InstanceHints>();
        services.AddReconciler<InstanceReconciler, InstanceKey>(o =>
        {
            o.Name = "elb.instances";
            o.Workers = 2;
            o.On(ElbTables.Targets, t => t.Key.Id.StartsWith("i-", StringComparison.Ordinal) ? [new(t.Key.Id)] : []);
        });
        services.AddRoomService<InterfaceHints>();
        services.AddReconciler<InterfaceReconciler, InterfaceKey>(o =>
        {
            o.Name = "elb.network-interfaces";
            o.Workers = 2;
            o.On(ElbTables.Balancers, b => [new(b.Arn)]);
            o.On(ElbTables.Interfaces, i => [new(i.BalancerArn)]);
        });
        return services;
    }

    private static void AddTables(IServiceCollection services)
    {
        services.AddTable(ElbTables.Balancers);
        services.AddTable(ElbTables.Classics);
        services.AddTable(ElbTables.Troubles);
        services.AddTable(ElbTables.Listeners);
        services.AddTable(ElbTables.Rules);
        services.AddTable(ElbTables.Certificates);
        services.AddTable(ElbTables.TrustStores);
        services.AddTable(ElbTables.Uses);
        services.AddTable(ElbTables.Groups);
        services.AddTable(ElbTables.Targets);
        services.AddTable(ElbTables.Health);
        services.AddTable(ElbTables.Anomalies);
        services.AddTable(ElbTables.Interfaces);
        services.AddTable(ElbTables.Tags);
    }
}
