using Minato.Cli.Running;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Cli.Planning;

/// <summary>Whether the load balancers can reach the new tasks, and what they will ask of them.</summary>
internal sealed class BalancerChecks(AwsAccess aws, Service service, TaskDefinition definition)
{
    public async Task<List<Check>> AllAsync(CancellationToken ct)
    {
        var checks = new List<Check>();
        foreach (var balancer in (service.LoadBalancers ?? []).Where(b => b.TargetGroupArn is not null))
        {
            var subject = $"target {balancer.ContainerName}:{balancer.ContainerPort}";
            checks.Add(Port(subject, balancer.ContainerName, balancer.ContainerPort));
            foreach (var arn in (string?[])[balancer.TargetGroupArn, balancer.AdvancedConfiguration?.AlternateTargetGroupArn])
                if (arn is not null) checks.Add(await HealthPathAsync(arn, ct));
        }

        return checks;
    }

    private Check Port(string subject, string? name, int? port)
    {
        if ((definition.ContainerDefinitions ?? []).FirstOrDefault(c => c.Name == name) is not { } container)
            return Check.Failed(subject, $"the new version has no container {name}");
        return (container.PortMappings ?? []).Any(p => p.ContainerPort == port || p.ContainerPortRange is not null) ? Check.Passed(subject, "the new version maps this port")
            : Check.Failed(subject, $"container {name} of the new version does not map port {port}");
    }

    private async Task<Check> HealthPathAsync(string arn, CancellationToken ct)
    {
        DescribeTargetGroupsResponse found;
        try
        {
            found = await aws.Elb.DescribeTargetGroupsAsync(new() { TargetGroupArns = [arn] }, aws.Caller, ct);
        }
        catch (TargetGroupNotFoundException)
        {
            found = new();
        }

        if (found.TargetGroups is not [var group, ..]) return Check.Failed("health path", $"the target group {arn} is gone");
        var subject = $"health path of {group.TargetGroupName}";
        if (group.LoadBalancerArns is not { IsEmpty: false }) return Check.Failed(subject, "no load balancer sends anything to this target group");
        var needed = definition.NetworkMode is NetworkMode.Awsvpc ? TargetTypeEnum.Ip : TargetTypeEnum.Instance;
        if (group.TargetType != needed)
            return Check.Failed(subject, $"its targets are of type {group.TargetType?.ToWire()}, and network mode {(definition.NetworkMode ?? NetworkMode.Bridge).ToWire()} needs {needed.ToWire()}");
        var targets = (await aws.Elb.DescribeTargetHealthAsync(new() { TargetGroupArn = arn }, aws.Caller, ct)).TargetHealthDescriptions ?? [];
        var healthy = targets.Count(t => t.TargetHealth?.State is TargetHealthStateEnum.Healthy);
        var asks = group.HealthCheckPath is { } path ? $"{path} wants {group.Matcher?.HttpCode ?? group.Matcher?.GrpcCode ?? "an answer"}" : "a connection is wanted";
        if (targets.Length > 0 && healthy == 0)
            return Check.Failed(subject, $"{asks}, and not even one of the {targets.Length} targets now there answers so: {targets[0].TargetHealth?.Description}");
        return healthy > 0 ? Check.Passed(subject, $"{asks}; {healthy} of {targets.Length} targets of the old version answer so, the new one has to")
            : Check.Unknown(subject, $"{asks}; there is no target yet to show whether that works");
    }
}
