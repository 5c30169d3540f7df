using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Cli.Running;

/// <summary>Reads whole lists through the paginated operations.</summary>
internal static class Listing
{
    private const int DescribeAtOnce = 10;

    public static async Task<List<Cluster>> ClustersAsync(this MinatoClient minato, CancellationToken ct)
    {
        var clusters = new List<Cluster>();
        string? next = null;
        do
        {
            var page = await minato.Ecs.ListClustersAsync(new() { NextToken = next }, minato.Caller, ct);
            if (page.ClusterArns is { IsEmpty: false } arns)
                clusters.AddRange((await minato.Ecs.DescribeClustersAsync(new() { Clusters = arns }, minato.Caller, ct)).Clusters ?? []);
            next = page.NextToken;
        }
        while (next is not null);
        return clusters;
    }

    public static async Task<List<Service>> ServicesAsync(this MinatoClient minato, string cluster, CancellationToken ct)
    {
        var services = new List<Service>();
        string? next = null;
        do
        {
            var page = await minato.Ecs.ListServicesAsync(new() { Cluster = cluster, NextToken = next, MaxResults = 100 }, minato.Caller, ct);
            foreach (var some in (page.ServiceArns ?? []).Chunk(DescribeAtOnce))
                services.AddRange((await minato.Ecs.DescribeServicesAsync(new() { Cluster = cluster, Services = [.. some] }, minato.Caller, ct)).Services ?? []);
            next = page.NextToken;
        }
        while (next is not null);
        return services;
    }

    public static async Task<ImmutableArray<Contracts.Ecs.Task>> TasksAsync(this MinatoClient minato, string cluster, string? service, CancellationToken ct)
    {
        var tasks = ImmutableArray.CreateBuilder<Contracts.Ecs.Task>();
        string? next = null;
        do
        {
            var page = await minato.Ecs.ListTasksAsync(new() { Cluster = cluster, ServiceName = service, NextToken = next }, minato.Caller, ct);
            if (page.TaskArns is { IsEmpty: false } arns)
                tasks.AddRange((await minato.Ecs.DescribeTasksAsync(new() { Cluster = cluster, Tasks = arns }, minato.Caller, ct)).Tasks ?? []);
            next = page.NextToken;
        }
        while (next is not null);
        return tasks.ToImmutable();
    }

    /// <returns>Healthy and all targets of the groups a load balancer forwards to.</returns>
    public static async Task<(int Healthy, int All)> TargetsAsync(this MinatoClient minato, string loadBalancerArn, CancellationToken ct)
    {
        var groups = (await minato.Elb.DescribeTargetGroupsAsync(new() { LoadBalancerArn = loadBalancerArn }, minato.Caller, ct)).TargetGroups ?? [];
        var healthy = 0;
        var all = 0;
        foreach (var group in groups)
        {
            var targets = (await minato.Elb.DescribeTargetHealthAsync(new() { TargetGroupArn = group.TargetGroupArn ?? "" }, minato.Caller, ct)).TargetHealthDescriptions ?? [];
            healthy += targets.Count(t => t.TargetHealth?.State is TargetHealthStateEnum.Healthy);
            all += targets.Count(t => t.TargetHealth?.State is not TargetHealthStateEnum.Draining);
        }
        return (healthy, all);
    }
}
