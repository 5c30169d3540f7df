using System.Collections.Immutable;
using System.Globalization;
using Minato.Cli.Deploying;
using Minato.Cli.Running;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Rehearsal;

namespace Minato.Cli.Rehearsing;

/// <summary>Reads through AWS APIs what a rehearsal needs to know of a service.</summary>
internal static class RehearsalReader
{
    private const string DelayAttribute = "deregistration_delay.timeout_seconds";

    /// <param name="definition">Null for the one the service has.</param>
    public static async Task<RehearsalInput> ReadAsync(AwsAccess aws, string cluster, string name, string? definition, IReadOnlyCollection<string> images, CancellationToken ct)
    {
        var service = await ServiceReader.FindAsync(aws, cluster, name, ct);
        var before = await TaskDefinitionRevision.FindAsync(aws, service.TaskDefinition ?? "", ct);
        var after = definition is null ? before : await TaskDefinitionRevision.FindAsync(aws, definition, ct);
        var groups = await GroupsAsync(aws, service, ct);
        var isOnInstances = Machines.NeedsInstances(service);
        return new()
        {
            Service = service with { Events = null }, Before = before, After = TaskDefinitionRevision.WithImages(after, images), TargetGroups = groups,
            DeregistrationDelays = await DelaysAsync(aws, groups, ct), Zones = await ZonesAsync(aws, service, ct),
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

    private static async Task<ImmutableDictionary<string, string>> ZonesAsync(AwsAccess aws, Service service, CancellationToken ct)
    {
        if (service.NetworkConfiguration?.AwsvpcConfiguration?.Subnets is not { IsEmpty: false } subnets) return ImmutableDictionary<string, string>.Empty;
        var answer = await aws.Ec2.DescribeSubnetsAsync(new() { SubnetIds = subnets }, aws.Caller, ct);
        return (answer.Subnets ?? []).ToImmutableDictionary(s => s.SubnetId ?? "", s => s.AvailabilityZone ?? "", StringComparer.Ordinal);
    }
}
