using System.Collections.Immutable;
using Minato.Cli.Running;
using Minato.Contracts.Ecs;

namespace Minato.Cli.Planning;

/// <summary>Whether there is room for one task more: a rolling update that finds none does not begin.</summary>
internal sealed class CapacityChecks(AwsAccess aws, Service service, TaskDefinition definition)
{
    private const string Subject = "capacity";

    private readonly TaskRoom _room = new(definition);

    public async Task<List<Check>> AllAsync(CancellationToken ct)
    {
        if (service.CapacityProviderStrategy is { IsEmpty: false } strategy) return await StrategyAsync(strategy, ct);
        if (service.SchedulingStrategy is SchedulingStrategy.Daemon) return [await DaemonAsync(ct)];
        if (service.LaunchType is not (LaunchType.Ec2 or LaunchType.External)) return [Check.Passed(Subject, "Fargate: tasks take no room of container instances")];
        return [Judge(Subject, await InstancesAsync(ct))];
    }

    private async Task<List<Check>> StrategyAsync(ImmutableArray<CapacityProviderStrategyItem> strategy, CancellationToken ct)
    {
        var cluster = (await aws.Ecs.DescribeClustersAsync(new() { Clusters = [service.ClusterArn ?? ""] }, aws.Caller, ct)).Clusters?.FirstOrDefault();
        var attached = (cluster?.CapacityProviders ?? []).ToHashSet(StringComparer.Ordinal);
        var instances = ImmutableArray<ContainerInstance>.Empty;
        if (strategy.Any(s => !IsFargate(s.CapacityProvider))) instances = await InstancesAsync(ct);
        var checks = new List<Check>();
        foreach (var item in strategy)
        {
            var subject = $"capacity provider {item.CapacityProvider}";
            checks.Add(!attached.Contains(item.CapacityProvider) ? Check.Failed(subject, "the cluster does not have it")
                : item is { Base: null or 0, Weight: null or 0 } && strategy.Length > 1 ? Check.Passed(subject, "its weight is 0: no task comes here")
                : IsFargate(item.CapacityProvider) ? Check.Passed(subject, "tasks take no room of container instances")
                : await ProviderAsync(subject, item.CapacityProvider, [.. instances.Where(i => i.CapacityProviderName == item.CapacityProvider)], ct));
        }

        return checks;
    }

    private Task<Check> ProviderAsync(string subject, string name, ImmutableArray<ContainerInstance> own, CancellationToken ct) => Checks.AskAsync(subject, async () =>
    {
        var found = await aws.Ecs.DescribeCapacityProvidersAsync(new() { CapacityProviders = [name] }, aws.Caller, ct);
        if (found.CapacityProviders is not [{ Status: CapacityProviderStatus.Active } provider, ..]) return Check.Failed(subject, "it is not there or not ACTIVE");
        if (_room.In(own) > 0 || provider.AutoScalingGroupProvider is not { ManagedScaling.Status: ManagedScalingStatus.Enabled } scaled) return Judge(subject, own);
        return await GrowthAsync(subject, scaled.AutoScalingGroupArn, own, ct);
    });

    /// <summary>No room now; managed scaling makes some as long as the group may grow.</summary>
    private async Task<Check> GrowthAsync(string subject, string groupArn, ImmutableArray<ContainerInstance> own, CancellationToken ct)
    {
        var name = groupArn[(groupArn.LastIndexOf('/') + 1)..];
        var groups = await aws.AutoScaling.DescribeAutoScalingGroupsAsync(new() { AutoScalingGroupNames = [name] }, aws.Caller, ct);
        if (groups.AutoScalingGroups is not [var group, ..]) return Check.Failed(subject, $"its Auto Scaling group {name} is not there");
        var size = $"{_room.Words(own)}, and the Auto Scaling group {name} has {group.DesiredCapacity} of at most {group.MaxSize} instances";
        return group.DesiredCapacity < group.MaxSize ? Check.Passed(subject, $"{size}: managed scaling adds one") : Judge(subject, own, size);
    }

    /// <summary>On each instance the new task comes after the old one: what that leaves has to be enough.</summary>
    private async Task<Check> DaemonAsync(CancellationToken ct)
    {
        var instances = await InstancesAsync(ct);
        return instances.IsEmpty ? Check.Unknown(Subject, "no container instance meets the constraints: no task starts before one does")
            : Check.Passed(Subject, $"one task on each of {instances.Length} instances, each after the old one has stopped");
    }

    private Check Judge(string subject, ImmutableArray<ContainerInstance> instances, string? words = null)
    {
        words ??= _room.Words(instances);
        if (_room.In(instances) > 0) return Check.Passed(subject, words);
        var (desired, min) = (service.DesiredCount ?? 0, service.DeploymentConfiguration?.MinimumHealthyPercent ?? 100);
        return (desired * min + 99) / 100 < desired ? Check.Unknown(subject, $"{words}; minimumHealthyPercent {min} lets old tasks go first to make some")
            : Check.Failed(subject, $"{words}, and minimumHealthyPercent {min} lets no old task go first");
    }

    /// <summary>Those that meet the constraints of service and task definition: the cluster itself says which.</summary>
    private async Task<ImmutableArray<ContainerInstance>> InstancesAsync(CancellationToken ct)
    {
        var expressions = (service.PlacementConstraints ?? []).Where(c => c.Type is PlacementConstraintType.MemberOf).Select(c => c.Expression)
            .Concat((definition.PlacementConstraints ?? []).Select(c => c.Expression)).OfType<string>().Select(e => $"({e})");
        var filter = string.Join(" and ", expressions);
        return await aws.InstancesAsync(service.ClusterArn, ct, filter.Length == 0 ? null : filter);
    }

    private static bool IsFargate(string provider) => provider is "FARGATE" or "FARGATE_SPOT";
}
