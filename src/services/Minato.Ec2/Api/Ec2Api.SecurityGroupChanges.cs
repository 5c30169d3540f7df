using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

// Rules that change and keep their ids.
internal sealed partial class Ec2Api
{
    public async Task<ModifySecurityGroupRulesResponse> ModifySecurityGroupRulesAsync(
        ModifySecurityGroupRulesRequest request, Caller caller, CancellationToken ct)
    {
        var vpc = await homes.DefaultVpcAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        await store.UpdateAsync(tx =>
        {
            var group = FindGroup(tx, caller, vpc, request.GroupId, null);
            foreach (var update in request.SecurityGroupRules)
            {
                var old = group.Rules.FirstOrDefault(r => r.Id == update.SecurityGroupRuleId) ?? throw Ec2Errors.RuleNotFound(update.SecurityGroupRuleId);
                if (update.SecurityGroupRule is not { } asked) continue;
                var rule = Permissions.FromWire([PermissionOf(asked)], old.IsEgress, caller.AccountId, name => FindGroup(tx, caller, vpc, null, name).Key.Id)
                    .Single() with { Id = old.Id };
                DemandPeer(tx, caller, group, rule);
                if (group.Rules.Any(r => r.Id != old.Id && r.IsSameAs(rule))) throw new AwsException("InvalidPermission.Duplicate", Permissions.Describe(rule));
                group = group with { Rules = group.Rules.Replace(old, rule) };
            }
            tx.Put(Ec2Tables.SecurityGroups, group);
        }, ct);
        return new() { Return = true };
    }

    public async Task<UpdateSecurityGroupRuleDescriptionsIngressResponse> UpdateSecurityGroupRuleDescriptionsIngressAsync(
        UpdateSecurityGroupRuleDescriptionsIngressRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        await DescribeRulesAsync(request.GroupId, request.GroupName, request.IpPermissions, request.SecurityGroupRuleDescriptions, false, caller, ct);
        return new() { Return = true };
    }

    public async Task<UpdateSecurityGroupRuleDescriptionsEgressResponse> UpdateSecurityGroupRuleDescriptionsEgressAsync(
        UpdateSecurityGroupRuleDescriptionsEgressRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        await DescribeRulesAsync(request.GroupId, request.GroupName, request.IpPermissions, request.SecurityGroupRuleDescriptions, true, caller, ct);
        return new() { Return = true };
    }

    private async Task DescribeRulesAsync(string? groupId, string? groupName, ImmutableArray<IpPermission>? permissions,
        ImmutableArray<SecurityGroupRuleDescription>? descriptions, bool isEgress, Caller caller, CancellationToken ct)
    {
        var vpc = await homes.DefaultVpcAsync(caller, ct);
        await store.UpdateAsync(tx =>
        {
            var group = FindGroup(tx, caller, vpc, groupId, groupName);
            foreach (var asked in Permissions.FromWire(permissions.OrNone(), isEgress, caller.AccountId, name => FindGroup(tx, caller, vpc, null, name).Key.Id))
            {
                var old = group.Rules.FirstOrDefault(asked.IsSameAs)
                    ?? throw new AwsException("InvalidPermission.NotFound", "The specified rule does not exist in this security group.");
                group = group with { Rules = group.Rules.Replace(old, old with { Description = asked.Description }) };
            }
            foreach (var asked in descriptions.OrNone())
            {
                var old = group.Rules.FirstOrDefault(r => r.Id == asked.SecurityGroupRuleId && r.IsEgress == isEgress)
                    ?? throw Ec2Errors.RuleNotFound(asked.SecurityGroupRuleId ?? "");
                group = group with { Rules = group.Rules.Replace(old, old with { Description = RuleWords.Description(asked.Description) }) };
            }
            tx.Put(Ec2Tables.SecurityGroups, group);
        }, ct);
    }

    private static IpPermission PermissionOf(SecurityGroupRuleRequest rule) => new()
    {
        IpProtocol = rule.IpProtocol,
        FromPort = rule.FromPort,
        ToPort = rule.ToPort,
        IpRanges = rule.CidrIpv4 is null ? null : [new() { CidrIp = rule.CidrIpv4, Description = rule.Description }],
        Ipv6Ranges = rule.CidrIpv6 is null ? null : [new() { CidrIpv6 = rule.CidrIpv6, Description = rule.Description }],
        PrefixListIds = rule.PrefixListId is null ? null : [new() { PrefixListIdValue = rule.PrefixListId, Description = rule.Description }],
        UserIdGroupPairs = rule.ReferencedGroupId is null ? null : [new() { GroupId = rule.ReferencedGroupId, Description = rule.Description }],
    };
}
