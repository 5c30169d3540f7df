using System.Collections.Immutable;
using System.Globalization;
using Minato.Cli.Deploying;
using Minato.Cli.Running;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Rehearsal;
using LoadBalancer = Minato.Contracts.ElasticLoadBalancingV2.LoadBalancer;

namespace Minato.Cli.Rehearsing;

/// <summary>Reads through AWS APIs what a rehearsal needs to know of a service.</summary>
internal static class RehearsalReader
{
    private const string DelayAttribute = "deregistration_delay.timeout_seconds";

    /// <param name="definition">Null for the one the service has.</param>
    /// <param name="groupsAfter">Security groups of the tasks from the update on; empty for those that they have.</param>
    public static async Task<RehearsalInput> ReadAsync(
        AwsAccess aws, string cluster, string name, string? definition, IReadOnlyCollection<string> images, ImmutableArray<string> groupsAfter, CancellationToken ct)
    {
        var service = await ServiceReader.FindAsync(aws, cluster, name, ct);
        var before = await TaskDefinitionRevision.FindAsync(aws, service.TaskDefinition ?? "", ct);
        var after = definition is null ? before : await TaskDefinitionRevision.FindAsync(aws, definition, ct);
        var groups = await GroupsAsync(aws, service, ct);
        var balancers = await BalancersAsync(aws, groups, ct);
        var subnets = await SubnetsAsync(aws, service, balancers, ct);
        var isOnInstances = Machines.NeedsInstances(service);
        return new()
        {
            Service = service with { Events = null }, Before = before, After = TaskDefinitionRevision.WithImages(after, images), TargetGroups = groups,
            DeregistrationDelays = await DelaysAsync(aws, groups, ct),
            Zones = subnets.ToImmutableDictionary(s => s.SubnetId ?? "", s => s.AvailabilityZone ?? "", StringComparer.Ordinal),
            Ranges = subnets.ToImmutableDictionary(s => s.SubnetId ?? "", s => s.CidrBlock ?? "", StringComparer.Ordinal),
            SecurityGroups = await SecurityGroupsAsync(aws, service, balancers, groupsAfter, ct),
            BalancerGroups = groups.ToImmutableDictionary(g => g.TargetGroupArn ?? "", g => GroupsInFrontOf(g, balancers), StringComparer.Ordinal),
            SecurityGroupsAfter = groupsAfter.IsEmpty ? null : groupsAfter,
            Alarms = await AlarmsAsync(aws, service, ct),
            Instances = isOnInstances ? await aws.InstancesAsync(cluster, ct) : [],
            Tasks = isOnInstances ? await aws.TasksAsync(cluster, name, ct) : [],
        };
    }

    private static async Task<ImmutableArray<TargetGroup>> GroupsAsync(AwsAccess aws, Service service, CancellationToken ct)
    {
        var arns = (service.LoadBalancers ?? []).SelectMany(b => (string?[])[b.TargetGroupArn, b.AdvancedConfiguration?.AlternateTargetGroupArn])
            .OfType<string>().Distinct(StringComparer.Ordinal).ToImmutableArray();
        if (arns.IsEmpty) return [];
        return (await aws.Elb.DescribeTargetGroupsAsync(new() { TargetGroupArns = arns }, aws.Caller, ct)).TargetGroups ?? [];
    }

    private static async Task<ImmutableArray<MetricAlarm>> AlarmsAsync(AwsAccess aws, Service service, CancellationToken ct) =>
        service.DeploymentConfiguration?.Alarms is { Enable: true, AlarmNames: { IsEmpty: false } names }
            ? (await aws.CloudWatch.DescribeAlarmsAsync(new() { AlarmNames = names }, aws.Caller, ct)).MetricAlarms ?? [] : [];

    private static async Task<ImmutableDictionary<string, int>> DelaysAsync(AwsAccess aws, ImmutableArray<TargetGroup> groups, CancellationToken ct)
    {
        var delays = ImmutableDictionary.CreateBuilder<string, int>(StringComparer.Ordinal);
        foreach (var group in groups)
        {
            var answer = await aws.Elb.DescribeTargetGroupAttributesAsync(new() { TargetGroupArn = group.TargetGroupArn ?? "" }, aws.Caller, ct);
            if (int.TryParse((answer.Attributes ?? []).FirstOrDefault(a => a.Key == DelayAttribute)?.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
                delays[group.TargetGroupArn ?? ""] = seconds;
        }

        return delays.ToImmutable();
    }

    private static async Task<ImmutableArray<LoadBalancer>> BalancersAsync(AwsAccess aws, ImmutableArray<TargetGroup> groups, CancellationToken ct)
    {
        var arns = groups.SelectMany(g => g.LoadBalancerArns ?? []).Distinct(StringComparer.Ordinal).ToImmutableArray();
        return arns.IsEmpty ? [] : (await aws.Elb.DescribeLoadBalancersAsync(new() { LoadBalancerArns = arns }, aws.Caller, ct)).LoadBalancers ?? [];
    }

    private static async Task<ImmutableArray<Subnet>> SubnetsAsync(AwsAccess aws, Service service, ImmutableArray<LoadBalancer> balancers, CancellationToken ct)
    {
        var subnets = (service.NetworkConfiguration?.AwsvpcConfiguration?.Subnets ?? [])
            .Concat(balancers.SelectMany(b => b.AvailabilityZones ?? []).Select(z => z.SubnetId).OfType<string>()).Distinct(StringComparer.Ordinal).ToImmutableArray();
        return subnets.IsEmpty ? [] : (await aws.Ec2.DescribeSubnetsAsync(new() { SubnetIds = subnets }, aws.Caller, ct)).Subnets ?? [];
    }

    private static async Task<ImmutableArray<SecurityGroup>> SecurityGroupsAsync(
        AwsAccess aws, Service service, ImmutableArray<LoadBalancer> balancers, ImmutableArray<string> after, CancellationToken ct)
    {
        var ids = (service.NetworkConfiguration?.AwsvpcConfiguration?.SecurityGroups ?? []).Concat(after)
            .Concat(balancers.SelectMany(b => b.SecurityGroups ?? [])).Distinct(StringComparer.Ordinal).ToImmutableArray();
        return ids.IsEmpty ? [] : (await aws.Ec2.DescribeSecurityGroupsAsync(new() { GroupIds = ids }, aws.Caller, ct)).SecurityGroups ?? [];
    }

    private static ImmutableArray<string> GroupsInFrontOf(TargetGroup group, ImmutableArray<LoadBalancer> balancers) =>
    [
        .. balancers.Where(b => (group.LoadBalancerArns ?? []).Contains(b.LoadBalancerArn ?? "")).SelectMany(b => b.SecurityGroups ?? []).Distinct(StringComparer.Ordinal),
    ];
}
