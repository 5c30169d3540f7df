using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.AutoScaling;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Contracts.Servicediscovery;
using Minato.Ecs.State;
using LoadBalancer = Minato.Contracts.Ecs.LoadBalancer;

namespace Minato.Ecs.Api;

/// <summary>
/// Checks what a service refers to in other rooms. They are asked for when needed: ELB and EC2 know nothing of ECS, but whoever
/// builds a world without them can still have services that need neither.
/// </summary>
internal sealed class ServiceSurroundings(IServiceProvider rooms)
{
    /// <exception cref="InvalidParameterException">A target group is not there, has no load balancer, or takes other targets.</exception>
    public async ValueTask CheckTargetGroupsAsync(
        ImmutableArray<LoadBalancer> balancers, NetworkMode networkMode, AccountRegion scope, CancellationToken ct)
    {
        if (balancers.IsEmpty || rooms.GetService<IElasticLoadBalancingV2>() is not { } elb) return;
        foreach (var balancer in balancers)
        {
            var group = await FindAsync(elb, balancer.TargetGroupArn ?? "", scope, ct);
            Check(group, networkMode);
            if (balancer.AdvancedConfiguration is not { } advanced) continue;
            if (advanced.AlternateTargetGroupArn is { } alternate) Check(await FindAsync(elb, alternate, scope, ct), networkMode);
            await CheckRuleAsync(elb, advanced.ProductionListenerRule, group, scope, ct);
            await CheckRuleAsync(elb, advanced.TestListenerRule, group, scope, ct);
        }
    }

    /// <summary>The rule is there, and belongs to the load balancer of the target group.</summary>
    private static async ValueTask CheckRuleAsync(IElasticLoadBalancingV2 elb, string? rule, TargetGroup group, AccountRegion scope, CancellationToken ct)
    {
        if (rule is null) return;
        try
        {
            var isListener = rule.Contains(":listener/", StringComparison.Ordinal);
            await elb.DescribeRulesAsync(isListener ? new() { ListenerArn = rule } : new() { RuleArns = [rule] }, scope.AsService(), ct);
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            throw new InvalidParameterException($"The specified listener rule does not exist: {rule}");
        }

        // app/NAME/ID or net/NAME/ID stands in the ARN of the load balancer and in those of its rules.
        if ((group.LoadBalancerArns ?? []).All(b => !rule.Contains(b[(b.IndexOf(":loadbalancer/", StringComparison.Ordinal) + ":loadbalancer".Length)..], StringComparison.Ordinal)))
            throw new InvalidParameterException($"The listener rule {rule} does not belong to the load balancer of the target group {group.TargetGroupArn}.");
    }

    /// <exception cref="InvalidParameterException">A registry is not there, or needs a port that is not given.</exception>
    public async ValueTask CheckRegistriesAsync(ImmutableArray<ServiceRegistry> registries, AccountRegion scope, CancellationToken ct)
    {
        if (registries.IsEmpty || rooms.GetService<IServicediscovery>() is not { } map) return;
        foreach (var registry in registries)
        {
            try
            {
                var found = (await map.GetServiceAsync(new() { Id = registry.RegistryArn ?? "" }, scope.AsService(), ct)).Service;
                var isSrv = (found?.DnsConfig?.DnsRecords ?? []).Any(r => r.Type == RecordType.Srv);
                if (isSrv && registry.Port is null && registry.ContainerPort is null)
                    throw new InvalidParameterException("When specifying a service registry with an SRV record, you must specify a port, or a container name and a container port.");
            }
            catch (AwsException e) when (e is ServiceNotFound)
            {
                throw new InvalidParameterException($"The service registry {registry.RegistryArn} can't be found.");
            }
        }
    }

    /// <returns>The Availability Zones of the subnets, as far as known.</returns>
    /// <exception cref="InvalidParameterException">A subnet or security group is not there.</exception>
    public async ValueTask<ImmutableArray<string>> CheckNetworkAsync(NetworkConfiguration? configuration, AccountRegion scope, CancellationToken ct)
    {
        if (configuration?.AwsvpcConfiguration is not { } vpc || rooms.GetService<IEc2>() is not { } ec2) return [];
        ImmutableArray<string> zones;
        try
        {
            var answer = await ec2.DescribeSubnetsAsync(new() { SubnetIds = vpc.Subnets }, scope.AsService(), ct);
            zones = [.. (answer.Subnets ?? []).Select(s => s.AvailabilityZone).OfType<string>().Distinct(StringComparer.Ordinal)];
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            throw new InvalidParameterException(
                $"Error retrieving subnet information for [{string.Join(", ", vpc.Subnets)}]: {e.Message} (ErrorCode: {e.Code})");
        }

        if (vpc.SecurityGroups is not { Length: > 0 } groups) return zones;
        try
        {
            await ec2.DescribeSecurityGroupsAsync(new() { GroupIds = groups }, scope.AsService(), ct);
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            throw new InvalidParameterException(
                $"Error retrieving security group information for [{string.Join(", ", groups)}]: {e.Message} (ErrorCode: {e.Code})");
        }

        return zones;
    }

    /// <exception cref="InvalidParameterException">The Auto Scaling group is not there, or does not protect its instances as asked.</exception>
    public async ValueTask CheckGroupAsync(AutoScalingGroupProvider provider, AccountRegion scope, CancellationToken ct)
    {
        if (rooms.GetService<IAutoScaling>() is not { } scaling) return;
        var name = provider.AutoScalingGroupArn[(provider.AutoScalingGroupArn.LastIndexOf('/') + 1)..];
        var answer = await scaling.DescribeAutoScalingGroupsAsync(new() { AutoScalingGroupNames = [name] }, scope.AsService(), ct);
        if (answer.AutoScalingGroups is not [var group, ..] || group.AutoScalingGroupARN != provider.AutoScalingGroupArn)
            throw new InvalidParameterException("The specified Auto Scaling group ARN is invalid. Specify a valid Auto Scaling group ARN and try again.");
        if (provider.ManagedTerminationProtection == ManagedTerminationProtection.Enabled && group.NewInstancesProtectedFromScaleIn != true)
        {
            throw new InvalidParameterException(
                "The managed termination protection setting for the capacity provider is invalid. To enable managed termination protection for a capacity provider, the Auto Scaling group must have instance protection from scale in enabled.");
        }
    }

    private static async ValueTask<TargetGroup> FindAsync(IElasticLoadBalancingV2 elb, string arn, AccountRegion scope, CancellationToken ct)
    {
        try
        {
            var answer = await elb.DescribeTargetGroupsAsync(new() { TargetGroupArns = [arn] }, scope.AsService(), ct);
            if (answer.TargetGroups is [var group, ..]) return group;
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            // Not found, or not an ARN of a target group at all: the same to the caller.
        }

        throw new InvalidParameterException($"The specified target group does not exist: {arn}");
    }

    private static void Check(TargetGroup group, NetworkMode networkMode)
    {
        var needed = networkMode == NetworkMode.Awsvpc ? TargetTypeEnum.Ip : TargetTypeEnum.Instance;
        if (group.TargetType != needed)
        {
            throw new InvalidParameterException(
                $"The provided target group {group.TargetGroupArn} has target type {group.TargetType?.ToWire()}, which is incompatible with the {networkMode.ToWire()} network mode specified in the task definition.");
        }

        if (group.LoadBalancerArns is not { Length: > 0 })
            throw new InvalidParameterException($"The target group with targetGroupArn {group.TargetGroupArn} does not have an associated load balancer.");
    }
}
