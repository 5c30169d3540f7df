using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

internal sealed partial class Ec2Api
{
    private const int MostRules = 200; // What AWS raises its quota of 60 to where an interface has five groups.

    private sealed record GroupRule(SecurityGroupState Group, RuleState Rule);

    private static readonly FilterSet<GroupRule> RuleFilters = new(
        ("group-id", r => [r.Group.Key.Id]),
        ("security-group-rule-id", r => [r.Rule.Id]));

    public async Task<AuthorizeSecurityGroupIngressResponse> AuthorizeSecurityGroupIngressAsync(
        AuthorizeSecurityGroupIngressRequest request, Caller caller, CancellationToken ct)
    {
        var permissions = request.IpPermissions ?? Single(request.IpProtocol, request.FromPort, request.ToPort, request.CidrIp,
            request.SourceSecurityGroupName, request.SourceSecurityGroupOwnerId);
        var rules = await AuthorizeAsync(request.GroupId, request.GroupName, permissions, false, request.TagSpecifications, request.DryRun, caller, ct);
        return new() { Return = true, SecurityGroupRules = rules };
    }

    public async Task<AuthorizeSecurityGroupEgressResponse> AuthorizeSecurityGroupEgressAsync(
        AuthorizeSecurityGroupEgressRequest request, Caller caller, CancellationToken ct)
    {
        var permissions = request.IpPermissions ?? Single(request.IpProtocol, request.FromPort, request.ToPort, request.CidrIp,
            request.SourceSecurityGroupName, request.SourceSecurityGroupOwnerId);
        var rules = await AuthorizeAsync(request.GroupId, null, permissions, true, request.TagSpecifications, request.DryRun, caller, ct);
        return new() { Return = true, SecurityGroupRules = rules };
    }

    public async Task<RevokeSecurityGroupIngressResponse> RevokeSecurityGroupIngressAsync(
        RevokeSecurityGroupIngressRequest request, Caller caller, CancellationToken ct)
    {
        var permissions = request.SecurityGroupRuleIds is not null ? [] : request.IpPermissions ?? Single(request.IpProtocol, request.FromPort,
            request.ToPort, request.CidrIp, request.SourceSecurityGroupName, request.SourceSecurityGroupOwnerId);
        var gone = await RevokeAsync(request.GroupId, request.GroupName, permissions, request.SecurityGroupRuleIds, false, request.DryRun, caller, ct);
        return new() { Return = true, RevokedSecurityGroupRules = gone };
    }

    public async Task<RevokeSecurityGroupEgressResponse> RevokeSecurityGroupEgressAsync(
        RevokeSecurityGroupEgressRequest request, Caller caller, CancellationToken ct)
    {
        var permissions = request.SecurityGroupRuleIds is not null ? [] : request.IpPermissions ?? Single(request.IpProtocol, request.FromPort,
            request.ToPort, request.CidrIp, request.SourceSecurityGroupName, request.SourceSecurityGroupOwnerId);
        var gone = await RevokeAsync(request.GroupId, null, permissions, request.SecurityGroupRuleIds, true, request.DryRun, caller, ct);
        return new() { Return = true, RevokedSecurityGroupRules = gone };
    }

    public async Task<DescribeSecurityGroupRulesResponse> DescribeSecurityGroupRulesAsync(
        DescribeSecurityGroupRulesRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var state = store.Current;
        var passes = RuleFilters.Compile(request.Filters, r => TagsOf(state, r.Group.Key with { Id = r.Rule.Id }));
        var rules = request.SecurityGroupRuleIds is { IsDefaultOrEmpty: false } wanted
            ? [.. wanted.Distinct(StringComparer.Ordinal).Select(id => RuleOf(state, caller, id) ?? throw Ec2Errors.RuleNotFound(id))]
            : GroupsOf(state, caller, request.Filters).SelectMany(g => g.Rules, (g, r) => new GroupRule(g, r)).OrderBy(r => r.Rule.Id, StringComparer.Ordinal).AsEnumerable();
        var (page, next) = Page(nameof(DescribeSecurityGroupRulesAsync), rules.Where(passes), r => r.Rule.Id, request.MaxResults, request.NextToken);
        return new() { SecurityGroupRules = [.. page.Select(r => ToWire(state, r.Group, r.Rule))], NextToken = next };
    }

    private static GroupRule? RuleOf(IReadState state, Caller caller, string id) =>
        state.Where(Ec2Tables.SecurityGroupsByRule, id).FirstOrDefault(g => g.Key.Home == HomeOf(caller)) is { } group ? new(group, group.Rules.First(r => r.Id == id)) : null;

    /// <summary>Whom a rule names is there, and can be met.</summary>
    private static void DemandPeer(IReadState state, Caller caller, SecurityGroupState group, RuleState rule)
    {
        if (rule.PrefixListId is { } list && PrefixLists.WeightOf(state, KeyOf(caller, list)) is null) throw Ec2Errors.PrefixListNotFound(list);
        if (rule.GroupId is not { } id) return;
        var peer = state.Find(Ec2Tables.SecurityGroups, KeyOf(caller, id)) ?? throw Ec2Errors.GroupNotFound(id);
        if (peer.VpcId != group.VpcId) throw new AwsException("InvalidGroup.NotFound", "You have specified two resources that belong to different networks.");
    }

    /// <summary>AWS counts for IPv4 and for IPv6, and a rule with another peer for both. A prefix list counts as many as it may hold.</summary>
    private static void DemandFew(IReadState state, SecurityGroupState group, bool isEgress)
    {
        var same = group.Rules.Where(r => r.IsEgress == isEgress).ToList();
        if (same.Where(r => r.CidrIpv6 is null).Sum(Weight) > MostRules || same.Where(r => r.CidrIpv4 is null).Sum(Weight) > MostRules)
            throw new AwsException("RulesPerSecurityGroupLimitExceeded", "The maximum number of rules per security group has been reached.");

        int Weight(RuleState rule) => rule.PrefixListId is { } list ? PrefixLists.WeightOf(state, group.Key with { Id = list }) ?? 1 : 1;
    }

    private async Task<ImmutableArray<SecurityGroupRule>> AuthorizeAsync(
        string? groupId, string? groupName, ImmutableArray<IpPermission> permissions, bool isEgress,
        ImmutableArray<TagSpecification>? tagSpecifications, bool? dryRun, Caller caller, CancellationToken ct)
    {
        var vpc = await homes.DefaultVpcAsync(caller, ct);
        EndIfDryRun(dryRun);
        var tags = TagsFrom(tagSpecifications, "security-group-rule");
        var (group, added) = await store.UpdateAsync(tx =>
        {
            var group = FindGroup(tx, caller, vpc, groupId, groupName);
            var rules = Permissions.FromWire(permissions, isEgress, caller.AccountId, name => FindGroup(tx, caller, vpc, null, name).Key.Id);
            var added = ImmutableArray.CreateBuilder<RuleState>();
            foreach (var rule in rules)
            {
                DemandPeer(tx, caller, group, rule);
                if (added.Any(rule.IsSameAs)) throw Ec2Errors.Invalid("The same permission must not appear multiple times");
                if (group.Rules.Any(rule.IsSameAs)) throw new AwsException("InvalidPermission.Duplicate", Permissions.Describe(rule));
                added.Add(rule with { Id = DefaultVpc.NewId("sgr", ids) });
                PutTags(tx, group.Key with { Id = added[^1].Id }, tags);
            }
            group = group with { Rules = [.. group.Rules, .. added] };
            DemandFew(tx, group, isEgress);
            tx.Put(Ec2Tables.SecurityGroups, group);
            return (group, added);
        }, ct);
        var state = store.Current;
        return [.. added.Select(r => ToWire(state, group, r))];
    }

    private async Task<ImmutableArray<RevokedSecurityGroupRule>> RevokeAsync(
        string? groupId, string? groupName, ImmutableArray<IpPermission> permissions, ImmutableArray<string>? ruleIds, bool isEgress,
        bool? dryRun, Caller caller, CancellationToken ct)
    {
        var vpc = await homes.DefaultVpcAsync(caller, ct);
        EndIfDryRun(dryRun);
        var (group, gone) = await store.UpdateAsync(tx =>
        {
            var group = FindGroup(tx, caller, vpc, groupId, groupName);
            var same = group.Rules.Where(r => r.IsEgress == isEgress).ToList();
            var gone = (ruleIds ?? []).Select(id => same.Find(r => r.Id == id) ?? throw Ec2Errors.RuleNotFound(id)).ToList();
            foreach (var rule in Permissions.FromWire(permissions, isEgress, caller.AccountId, name => FindGroup(tx, caller, vpc, null, name).Key.Id))
            {
                gone.Add(same.Find(rule.IsSameAs) ?? throw new AwsException(
                    "InvalidPermission.NotFound", "The specified rule does not exist in this security group."));
            }
            tx.Put(Ec2Tables.SecurityGroups, group with { Rules = group.Rules.RemoveAll(gone.Contains) });
            foreach (var rule in gone) tx.Delete(Ec2Tables.Tags, group.Key with { Id = rule.Id });
            return (group, gone);
        }, ct);
        return [.. gone.Select(r => new RevokedSecurityGroupRule
        {
            SecurityGroupRuleId = r.Id,
            GroupId = group.Key.Id,
            IsEgress = r.IsEgress,
            IpProtocol = r.Protocol,
            FromPort = r.FromPort ?? -1,
            ToPort = r.ToPort ?? -1,
            CidrIpv4 = r.CidrIpv4,
            CidrIpv6 = r.CidrIpv6,
            PrefixListId = r.PrefixListId,
            ReferencedGroupId = r.GroupId,
            Description = r.Description,
        })];
    }

    /// <summary>The older form: one permission spelled out in the request itself.</summary>
    private static ImmutableArray<IpPermission> Single(string? protocol, int? from, int? to, string? cidr, string? groupName, string? owner) =>
    [
        new()
        {
            IpProtocol = protocol ?? (groupName is null ? null : "-1"),
            FromPort = from,
            ToPort = to,
            IpRanges = cidr is null ? null : [new() { CidrIp = cidr }],
            UserIdGroupPairs = groupName is null ? null : [new() { GroupName = groupName, UserId = owner }],
        },
    ];

    private static SecurityGroupRule ToWire(IReadState state, SecurityGroupState group, RuleState rule) => new()
    {
        SecurityGroupRuleId = rule.Id,
        SecurityGroupRuleArn = ArnOf(group.Key with { Id = rule.Id }, "security-group-rule"),
        GroupId = group.Key.Id,
        GroupOwnerId = group.Key.AccountId,
        IsEgress = rule.IsEgress,
        IpProtocol = rule.Protocol,
        FromPort = rule.FromPort ?? -1, // AWS: -1 stands for "all" here, while permissions leave the ports out.
        ToPort = rule.ToPort ?? -1,
        CidrIpv4 = rule.CidrIpv4,
        CidrIpv6 = rule.CidrIpv6,
        PrefixListId = rule.PrefixListId,
        ReferencedGroupInfo = rule.GroupId is null ? null : new() { GroupId = rule.GroupId, UserId = rule.GroupOwnerId },
        Description = rule.Description,
        Tags = ToWire(TagsOf(state, group.Key with { Id = rule.Id })),
    };
}
