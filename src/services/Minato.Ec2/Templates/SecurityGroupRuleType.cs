using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Aws.Templates;
using Minato.Contracts.Ec2;

namespace Minato.Ec2.Templates;

/// <summary>One rule of a group. Only its description changes without another rule.</summary>
/// <param name="peer">What the names of the other side begin with.</param>
internal abstract class SecurityGroupRuleType(string typeName, string peer, bool isEgress, IEc2 ec2, TimeProvider clock) : Ec2Type(typeName, null, ec2, clock)
{
    private static readonly string[] s_common = ["CidrIp", "CidrIpv6", "FromPort", "GroupId", "IpProtocol", "ToPort"];
    private readonly string[] _createOnly = isEgress
        ? [.. s_common, "DestinationPrefixListId", "DestinationSecurityGroupId"]
        : [.. s_common, "GroupName", "SourcePrefixListId", "SourceSecurityGroupId", "SourceSecurityGroupName", "SourceSecurityGroupOwnerId"];

    public override ResourceTypeSchema Schema => field ??= new()
    {
        Properties = [.. _createOnly, "Description"], Required = isEgress ? ["GroupId", "IpProtocol"] : ["IpProtocol"], CreateOnly = _createOnly,
        Attributes = ["Id"], Identifiers = ["Id"],
    };

    protected abstract Task<string?> AuthorizeAsync(string group, IpPermission rule, TemplateResource r, CancellationToken ct);
    protected abstract Task RevokeAsync(string group, TemplateResource r, CancellationToken ct);
    protected abstract Task DescribeAsync(string group, IpPermission rule, TemplateResource r, CancellationToken ct);

    // AWS: a rule that is there is refused. So what is there later, without our id having been written down, is ours.
    protected override async Task<string?> BeforeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await SameAsync(r, ct) is not { } same) return "free";
        throw new ResourceFailedException("AlreadyExists", $"Resource of type '{TypeName}' with identifier '{same.SecurityGroupRuleId}' already exists.");
    }

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct) => r.Id = (await SameAsync(r, ct))?.SecurityGroupRuleId
        ?? await AuthorizeAsync(await GroupAsync(r, ct), Rule(r), r, ct) ?? "";

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct) => await DescribeAsync(await GroupAsync(r, ct), Rule(r), r, ct);
    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct) => await RevokeAsync(await GroupAsync(r, ct), r, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var rule = (await Ec2.DescribeSecurityGroupRulesAsync(new() { SecurityGroupRuleIds = [r.Id] }, r.Caller, ct)).SecurityGroupRules?.FirstOrDefault();
        if (rule is null) return null;
        var model = r.Model(rule, ("Id", r.Id));
        model.Properties["CidrIp"] = rule.CidrIpv4;
        if (rule.ReferencedGroupInfo?.GroupId is { } group) model.Properties[$"{peer}SecurityGroupId"] = group;
        if (rule.PrefixListId is { } list) model.Properties[$"{peer}PrefixListId"] = list;
        return model;
    }

    private static IpPermission Rule(TemplateResource r) => r.Read<IpPermission>(GroupRules.ToPermission(r.Properties));

    private async Task<SecurityGroupRule?> SameAsync(TemplateResource r, CancellationToken ct)
    {
        var rules = await Ec2.DescribeSecurityGroupRulesAsync(new() { Filters = [Only("group-id", await GroupAsync(r, ct))] }, r.Caller, ct);
        var wanted = GroupRules.ToPermission(r.Properties);
        return rules.SecurityGroupRules?.FirstOrDefault(rule => rule.IsEgress == isEgress && JsonNode.DeepEquals(GroupRules.Key(GroupRules.ToPermission(rule)), GroupRules.Key(wanted)));
    }

    private async Task<string> GroupAsync(TemplateResource r, CancellationToken ct) => r.Text("GroupId")
        ?? (await Ec2.DescribeSecurityGroupsAsync(new() { Filters = [Only("group-name", r.Text("GroupName") ?? "")] }, r.Caller, ct)).SecurityGroups?.FirstOrDefault()?.GroupId
        ?? throw new AwsException("InvalidGroup.NotFound", $"The security group '{r.Text("GroupName")}' does not exist");
}
