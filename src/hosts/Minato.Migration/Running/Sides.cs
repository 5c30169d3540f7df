using System.Collections.Immutable;
using System.Net;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Migration.Journal;
using Minato.Migration.Planning;
using Minato.Migration.Plans;
using LoadBalancer = Minato.Contracts.ElasticLoadBalancingV2.LoadBalancer;

namespace Minato.Migration.Running;

/// <summary>The two sides themselves: target groups, targets, the ECS service.</summary>
internal sealed class Sides(MigrationPlan plan, MigrationAws aws)
{
    /// <param name="Old">Empty when it is still to be made, or is none.</param>
    internal sealed record Groups(string Old, string New, string? Refusal = null);

    private string OldGroupName => $"{plan.Name}-old";

    public async Task<Groups> LookAsync(string rule, CancellationToken ct)
    {
        var services = (await aws.Ecs.DescribeServicesAsync(new() { Cluster = plan.New.Cluster, Services = [plan.New.Service] }, aws.Caller, ct)).Services ?? [];
        if (services is not [{ Status: "ACTIVE" } service]) return new("", "", $"there is no active service {plan.New.Service} in the cluster {plan.New.Cluster}.");
        if (plan is { Entry: ListenerRuleEntry, Old.ClassicLoadBalancer: { } classic }) return new("", "", $"a rule cannot forward to the Classic Load Balancer {classic}: name its instances as targets, or move a record.");
        if ((service.LoadBalancers ?? []).Any(b => rule.Length > 0 && b.AdvancedConfiguration?.ProductionListenerRule == rule))
            return new("", "", $"{plan.New.Service} shifts traffic of the same rule in its own deployments: take it out of its advancedConfiguration for the time of the migration.");
        if (rule.Length > 0 && service.DeploymentConfiguration?.Strategy is not (null or DeploymentStrategy.Rolling) && (service.LoadBalancers ?? []).Any(b => b.AdvancedConfiguration is not null))
            return new("", "", $"{plan.New.Service} deploys blue/green: its target groups take turns, and none is the new side for long. Give it rolling deployments for the time of the migration.");
        if (service.Deployments is { Length: > 1 }) return new("", "", $"a deployment of {plan.New.Service} is under way: start when it is over.");
        var (@new, refusal) = await NewGroupAsync(service, ct);
        if (refusal is not null) return new("", "", refusal);
        var old = plan.Old is { TargetGroup: null, Targets.IsEmpty: true } ? null : (await FindGroupAsync(plan.Old.TargetGroup ?? OldGroupName, ct))?.TargetGroupArn;
        if (old is null && plan.Old.TargetGroup is { } name) return new("", "", $"there is no target group {name}.");
        if (old is not null && !plan.Old.Targets.IsEmpty && !await IsOursAsync(old, ct))
            return new("", "", $"there is a target group {OldGroupName} that this migration did not make: name it under old as targetGroup, or give the migration another name.");
        return old == @new ? new("", "", "old and new are the same target group.") : new(old ?? "", @new);
    }

    public async Task<StepResult> RegisterOldAsync(MigrationState state, CancellationToken ct)
    {
        var vpc = state.Facts[Known.Vpc];
        var group = (await FindGroupAsync(OldGroupName, ct) ?? await MakeGroupAsync(vpc, ct))?.TargetGroupArn ?? "";
        var ranges = ((await aws.Ec2.DescribeVpcsAsync(new() { VpcIds = [vpc] }, aws.Caller, ct)).Vpcs ?? []).SelectMany(RangesOf).ToList();
        await aws.Elb.RegisterTargetsAsync(new() { TargetGroupArn = group, Targets = [.. plan.Old.Targets.Select(t => ToWire(t, ranges))] }, aws.Caller, ct);
        return StepResult.Ok($"{plan.Old.Targets.Length} targets in {OldGroupName}", (Known.OldGroup, group));
    }

    /// <summary>Every target of both sides takes requests.</summary>
    public async Task<StepResult> HealthyAsync(MigrationState state, CancellationToken ct)
    {
        var words = new List<string>();
        foreach (var (side, fact) in new[] { ("old", Known.OldGroup), ("new", Known.NewGroup) })
        {
            if (state.Facts.GetValueOrDefault(fact) is not { Length: > 0 } group) continue;
            var targets = await TargetsAsync(group, ct);
            var healthy = targets.Count(t => t.TargetHealth?.State is TargetHealthStateEnum.Healthy);
            words.Add(FormattableString.Invariant($"{healthy} of {targets.Count} {side} targets are healthy"));
            if (healthy > 0 && healthy == targets.Count) continue;
            var reason = targets.FirstOrDefault(t => t.TargetHealth?.State is not TargetHealthStateEnum.Healthy)?.TargetHealth;
            return new StepResult.Again(targets.Count == 0 ? $"the {side} side has no targets" : $"{words[^1]}: {reason?.Reason?.ToWire()} {reason?.Description}".TrimEnd());
        }

        return StepResult.Ok(string.Join(", ", words));
    }

    public async Task<int> HealthyNewAsync(MigrationState state, CancellationToken ct) =>
        (await TargetsAsync(state.Facts[Known.NewGroup], ct)).Count(t => t.TargetHealth?.State is TargetHealthStateEnum.Healthy);

    /// <summary>Only what the migration made: everything else of the old side is its owner's.</summary>
    public async Task<StepResult> RemoveOldAsync(MigrationState state, CancellationToken ct)
    {
        if (plan.Old.Targets.IsEmpty) return StepResult.Ok("the old side's target group is its owner's, and stays");
        if (await FindGroupAsync(OldGroupName, ct) is not { TargetGroupArn: { } group }) return StepResult.Ok();
        if (!await IsOursAsync(group, ct)) return StepResult.Ok($"{OldGroupName} is not of this migration's making, and stays");
        var targets = await TargetsAsync(group, ct);
        if (targets.Count > 0) await aws.Elb.DeregisterTargetsAsync(new() { TargetGroupArn = group, Targets = [.. targets.Select(t => t.Target).OfType<TargetDescription>()] }, aws.Caller, ct);
        await aws.Elb.DeleteTargetGroupAsync(new() { TargetGroupArn = group }, aws.Caller, ct);
        return StepResult.Ok($"{OldGroupName} is removed");
    }

    private async Task<(string Group, string? Refusal)> NewGroupAsync(Service service, CancellationToken ct)
    {
        var groups = (service.LoadBalancers ?? []).Select(b => b.TargetGroupArn).OfType<string>().ToList();
        if (plan.New.TargetGroup is { } named)
        {
            var found = (await FindGroupAsync(named, ct))?.TargetGroupArn;
            return found is null ? ("", $"there is no target group {named}.") : groups.Contains(found) ? (found, null) : ("", $"{plan.New.Service} has no load balancer with the target group {named}.");
        }

        return groups switch
        {
            [var only] => (only, null),
            [] => ("", $"{plan.New.Service} is behind no load balancer: give it a target group of its own."),
            _ => ("", $"{plan.New.Service} has {groups.Count} target groups: name one under new as targetGroup."),
        };
    }

    private async Task<TargetGroup?> FindGroupAsync(string name, CancellationToken ct)
    {
        try
        {
            var request = name.StartsWith("arn:", StringComparison.Ordinal) ? new DescribeTargetGroupsRequest { TargetGroupArns = [name] } : new() { Names = [name] };
            return (await aws.Elb.DescribeTargetGroupsAsync(request, aws.Caller, ct)).TargetGroups?.FirstOrDefault();
        }
        catch (AwsException e) when (e.Code is "TargetGroupNotFound")
        {
            return null;
        }
    }

    /// <returns>Null when there is none of the name.</returns>
    public async Task<LoadBalancer?> FindBalancerAsync(string name, CancellationToken ct)
    {
        try
        {
            return (await aws.Elb.DescribeLoadBalancersAsync(new() { Names = [name] }, aws.Caller, ct)).LoadBalancers?.FirstOrDefault();
        }
        catch (AwsException e) when (e.Code is "LoadBalancerNotFound")
        {
            return null;
        }
    }

    /// <returns>ARNs of the load balancers that forward to the group: at most one on AWS.</returns>
    public async Task<ImmutableArray<string>> BalancersOfAsync(string group, CancellationToken ct) => (await FindGroupAsync(group, ct))?.LoadBalancerArns ?? [];

    /// <returns>Why the load balancer cannot forward to one of them; null when it can.</returns>
    public async Task<string?> RefuseBehindOthersAsync(Groups groups, string balancer, CancellationToken ct)
    {
        foreach (var (side, group) in new[] { ("old", groups.Old), ("new", groups.New) })
        {
            if (group.Length == 0 || await BalancersOfAsync(group, ct) is not { IsEmpty: false } there || there.Contains(balancer)) continue;
            return $"the target group of the {side} side is behind another load balancer, {there[0].Split('/')[^2]}, and can be behind one alone: give that side a group of its own.";
        }

        return null;
    }

    private async Task<bool> IsOursAsync(string group, CancellationToken ct) => (await Ownership.OfAsync(aws, plan.Name, [group], ct)).Contains(group);

    private async Task<TargetGroup?> MakeGroupAsync(string vpc, CancellationToken ct) => (await aws.Elb.CreateTargetGroupAsync(new()
    {
        Name = OldGroupName, Protocol = ProtocolEnum.Http, Port = plan.Old.Targets[0].Port, VpcId = vpc, HealthCheckPath = plan.Old.HealthPath,
        TargetType = plan.Old.Targets[0].IsInstance ? TargetTypeEnum.Instance : TargetTypeEnum.Ip, Tags = [Ownership.Of(plan.Name)],
    }, aws.Caller, ct)).TargetGroups?.FirstOrDefault();

    private async Task<List<TargetHealthDescription>> TargetsAsync(string group, CancellationToken ct) =>
        [.. ((await aws.Elb.DescribeTargetHealthAsync(new() { TargetGroupArn = group }, aws.Caller, ct)).TargetHealthDescriptions ?? []).Where(t => t.TargetHealth?.State is not TargetHealthStateEnum.Draining)];

    private static IEnumerable<IPNetwork> RangesOf(Vpc vpc) => (vpc.CidrBlockAssociationSet ?? [])
        .Where(a => a.CidrBlockState?.State is null or VpcCidrBlockStateCode.Associated).Select(a => a.CidrBlock).Append(vpc.CidrBlock).OfType<string>().Select(r => IPNetwork.Parse(r));

    // AWS: an address outside the VPC belongs to no zone of it.
    private static TargetDescription ToWire(OldTarget target, List<IPNetwork> vpc) => new()
    {
        Id = target.Id, Port = target.Port,
        AvailabilityZone = target.IsInstance || vpc.Exists(r => r.Contains(IPAddress.Parse(target.Id))) ? null : "all",
    };
}
