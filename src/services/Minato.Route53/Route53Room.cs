using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Minato.Contracts.Route53;
using Minato.Platform;
using Minato.Route53.Api;
using Minato.Route53.Reconcile;
using Minato.Route53.State;
using Minato.Route53.Templates;

namespace Minato.Route53;

/// <summary>The door of Route 53: hosted zones whose records are answered by the DNS server, and health checks that probe.</summary>
public static class Route53Room
{
    /// <summary>Probes under way at a time.</summary>
    private const int ProbesAtATime = 128;

    /// <param name="services">Needs page tokens and EC2; load balancers and alarms are looked at where their services are.</param>
    public static IServiceCollection AddRoute53(this IServiceCollection services, Route53Options? options = null)
    {
        services.AddTable(Route53Tables.Zones).AddTable(Route53Tables.Records).AddTable(Route53Tables.Changes).AddTable(Route53Tables.HealthChecks)
            .AddTable(Route53Tables.HealthStatuses).AddTable(Route53Tables.DelegationSets).AddTable(Route53Tables.CidrCollections).AddTable(Route53Tables.Balancers);
        services.TryAddSingleton(options ?? new());
        services.TryAddSingleton<HealthBoard>();
        services.AddSingleton<IRoute53, Route53Api>();
        services.AddRoute53ResourceTypes();
        services.AddRoomService<AnswersStart>().AddRoomService<BalancerHints>().AddRoomService<HealthMetrics>();
        services.AddReconciler<AnswersPublisher, AnswersKey>(o =>
        {
            o.Name = "route53.answers";
            o.Workers = 1;
            o.On(Route53Tables.Zones, _ => [AnswersKey.Only]);
            o.On(Route53Tables.Records, _ => [AnswersKey.Only]);
            o.On(Route53Tables.Changes, _ => [AnswersKey.Only]);
            o.On(Route53Tables.HealthStatuses, _ => [AnswersKey.Only]);
            o.On(Route53Tables.CidrCollections, _ => [AnswersKey.Only]);
            o.On(Route53Tables.Balancers, _ => [AnswersKey.Only]);
        });
        services.AddReconciler<HealthReconciler, CheckKey>(o =>
        {
            o.Name = "route53.health";
            o.Workers = ProbesAtATime;
            o.On(Route53Tables.HealthChecks, h => [new(h.Id)]);
        });
        services.AddReconciler<ParentsReconciler, ParentsKey>(o =>
        {
            o.Name = "route53.parents";
            o.Workers = 1;
            o.On(Route53Tables.HealthStatuses, _ => [ParentsKey.Only]);
        });
        return services.AddReconciler<BalancerReconciler, BalancersKey>(o =>
        {
            o.Name = "route53.balancers";
            o.Workers = 2;
            o.On(Route53Tables.Records, r => BalancerNames.TargetOf(r) is { } name && BalancerNames.RegionOf(name) is { } region && r.Set.AliasTarget is not null
                ? [new(r.AccountId, region)] : []);
        });
    }
}
