using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Cli.Running;

/// <summary>Reads whole lists through the paginated operations.</summary>
internal static class Listing
{
    private const int DescribeAtOnce = 10;
    private const int InstancesAtOnce = 100;

    public static async Task<List<Cluster>> ClustersAsync(this AwsClients aws, CancellationToken ct)
    {
        var clusters = new List<Cluster>();
        string? next = null;
        do
        {
            var page = await aws.Ecs.ListClustersAsync(new() { NextToken = next }, aws.Caller, ct);
            if (page.ClusterArns is { IsEmpty: false } arns)
                clusters.AddRange((await aws.Ecs.DescribeClustersAsync(new() { Clusters = arns }, aws.Caller, ct)).Clusters ?? []);
            next = page.NextToken;
        }
        while (next is not null);
        return clusters;
    }

    /// <returns>None for a cluster that went away since it was listed.</returns>
    public static async Task<List<Service>> ServicesAsync(this AwsClients aws, string cluster, CancellationToken ct)
    {
        var services = new List<Service>();
        string? next = null;
        try
        {
            do
            {
                var page = await aws.Ecs.ListServicesAsync(new() { Cluster = cluster, NextToken = next, MaxResults = 100 }, aws.Caller, ct);
                foreach (var some in (page.ServiceArns ?? []).Chunk(DescribeAtOnce))
                    services.AddRange((await aws.Ecs.DescribeServicesAsync(new() { Cluster = cluster, Services = [.. some] }, aws.Caller, ct)).Services ?? []);
                next = page.NextToken;
            }
            while (next is not null);
            return services;
        }
        catch (ClusterNotFoundException)
        {
            return [];
        }
    }

    public static async Task<ImmutableArray<Contracts.Ecs.Task>> TasksAsync(this AwsClients aws, string cluster, string? service, CancellationToken ct)
    {
        var tasks = ImmutableArray.CreateBuilder<Contracts.Ecs.Task>();
        string? next = null;
        do
        {
            var page = await aws.Ecs.ListTasksAsync(new() { Cluster = cluster, ServiceName = service, NextToken = next }, aws.Caller, ct);
            if (page.TaskArns is { IsEmpty: false } arns)
                tasks.AddRange((await aws.Ecs.DescribeTasksAsync(new() { Cluster = cluster, Tasks = arns }, aws.Caller, ct)).Tasks ?? []);
            next = page.NextToken;
        }
        while (next is not null);
        return tasks.ToImmutable();
    }

    /// <summary>Container instances that take tasks.</summary>
    /// <param name="filter">An expression of the cluster query language; null for all.</param>
    public static async Task<ImmutableArray<ContainerInstance>> InstancesAsync(this AwsClients aws, string? cluster, CancellationToken ct, string? filter = null)
    {
        var instances = ImmutableArray.CreateBuilder<ContainerInstance>();
        string? next = null;
        do
        {
            var page = await aws.Ecs.ListContainerInstancesAsync(
                new() { Cluster = cluster, NextToken = next, MaxResults = InstancesAtOnce, Status = ContainerInstanceStatus.Active, Filter = filter }, aws.Caller, ct);
            if (page.ContainerInstanceArns is { IsEmpty: false } arns)
                instances.AddRange((await aws.Ecs.DescribeContainerInstancesAsync(new() { Cluster = cluster, ContainerInstances = arns }, aws.Caller, ct)).ContainerInstances ?? []);
            next = page.NextToken;
        }
        while (next is not null);
        return instances.ToImmutable();
    }

    /// <returns>Healthy and all targets of the groups a load balancer forwards to.</returns>
    public static async Task<(int Healthy, int All)> TargetsAsync(this AwsClients aws, string loadBalancerArn, CancellationToken ct)
    {
        var groups = (await aws.Elb.DescribeTargetGroupsAsync(new() { LoadBalancerArn = loadBalancerArn }, aws.Caller, ct)).TargetGroups ?? [];
        var healthy = 0;
        var all = 0;
        foreach (var group in groups)
        {
            var targets = (await aws.Elb.DescribeTargetHealthAsync(new() { TargetGroupArn = group.TargetGroupArn ?? "" }, aws.Caller, ct)).TargetHealthDescriptions ?? [];
            healthy += targets.Count(t => t.TargetHealth?.State is TargetHealthStateEnum.Healthy);
            all += targets.Count(t => t.TargetHealth?.State is not TargetHealthStateEnum.Draining);
        }
        return (healthy, all);
    }
}
