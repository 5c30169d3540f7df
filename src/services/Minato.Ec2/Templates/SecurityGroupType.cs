using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Ec2;

namespace Minato.Ec2.Templates;

/// <summary>A group with the rules that stand in it. Rules that are resources of their own are left alone.</summary>
internal sealed class SecurityGroupType(IEc2 ec2, TimeProvider clock) : Ec2Type("AWS::EC2::SecurityGroup", "security-group", ec2, clock)
{
    private const string Ingress = "SecurityGroupIngress";
    private const string Egress = "SecurityGroupEgress";

    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["GroupDescription", "GroupName", Egress, Ingress, "Tags", "VpcId"], Required = ["GroupDescription"],
        CreateOnly = ["GroupDescription", "GroupName", "VpcId"], Attributes = ["GroupId", "Id", "VpcId"], Identifiers = ["Id"], Tags = "Tags",
    };

    protected override NameRule Name { get; } = new("GroupName", 255);
    protected override IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string> { ["GroupDescription"] = "Description" };

    protected override async Task<string?> FindAsync(TemplateResource r, CancellationToken ct)
    {
        var named = await Ec2.DescribeSecurityGroupsAsync(new() { Filters = [Only("group-name", r.Name)] }, r.Caller, ct);
        return named.SecurityGroups?.FirstOrDefault(g => r.Text("VpcId") is not { } vpc || g.VpcId == vpc)?.GroupId;
    }

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        r.Id = await FindAsync(r, ct) ?? (await Ec2.CreateSecurityGroupAsync(r.As<CreateSecurityGroupRequest>(), r.Caller, ct)).GroupId ?? "";
        await ChangeRulesAsync(r, ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        await ChangeRulesAsync(r, ct);
        await RetagAsync(r, r.Id, ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => Ec2.DeleteSecurityGroupAsync(new() { GroupId = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var group = (await Ec2.DescribeSecurityGroupsAsync(new() { GroupIds = [r.Id] }, r.Caller, ct)).SecurityGroups?.FirstOrDefault();
        if (group is null) return null;
        var model = r.Model(group, ("GroupId", r.Id), ("Id", r.Id), ("VpcId", group.VpcId));
        model.Properties["GroupDescription"] = group.Description;
        model.Properties[Ingress] = GroupRules.ToTemplate(group.IpPermissions ?? [], "Source");
        model.Properties[Egress] = GroupRules.ToTemplate(group.IpPermissionsEgress ?? [], "Destination");
        return model;
    }

    private async Task ChangeRulesAsync(TemplateResource r, CancellationToken ct)
    {
        await ChangeAsync(Ingress, [], p => Ec2.AuthorizeSecurityGroupIngressAsync(new() { GroupId = r.Id, IpPermissions = p }, r.Caller, ct),
            p => Ec2.RevokeSecurityGroupIngressAsync(new() { GroupId = r.Id, IpPermissions = p }, r.Caller, ct));
        // AWS: a group without rules of its own for what leaves lets everything out.
        await ChangeAsync(Egress, [GroupRules.Everything()], p => Ec2.AuthorizeSecurityGroupEgressAsync(new() { GroupId = r.Id, IpPermissions = p }, r.Caller, ct),
            p => Ec2.RevokeSecurityGroupEgressAsync(new() { GroupId = r.Id, IpPermissions = p }, r.Caller, ct));

        async Task ChangeAsync(string property, JsonObject[] otherwise, Func<ImmutableArray<IpPermission>, Task> add, Func<ImmutableArray<IpPermission>, Task> take)
        {
            var now = GroupRules.Of(r.Properties, property, otherwise);
            var before = GroupRules.Of(r.Request.PreviousProperties, property, otherwise);
            foreach (var gone in before.Where(b => !now.Any(n => JsonNode.DeepEquals(n, b)))) await IfThereAsync(() => take([r.Read<IpPermission>(gone)]));
            foreach (var added in now.Where(n => !before.Any(b => JsonNode.DeepEquals(n, b)))) await OnceAsync(() => add([r.Read<IpPermission>(added)]));
        }
    }
}

internal sealed class SecurityGroupIngressType(IEc2 ec2, TimeProvider clock) : SecurityGroupRuleType("AWS::EC2::SecurityGroupIngress", "Source", false, ec2, clock)
{
    protected override async Task<string?> AuthorizeAsync(string group, IpPermission rule, TemplateResource r, CancellationToken ct) =>
        (await Ec2.AuthorizeSecurityGroupIngressAsync(new() { GroupId = group, IpPermissions = [rule] }, r.Caller, ct)).SecurityGroupRules?[0].SecurityGroupRuleId;

    protected override Task RevokeAsync(string group, TemplateResource r, CancellationToken ct) =>
        Ec2.RevokeSecurityGroupIngressAsync(new() { GroupId = group, SecurityGroupRuleIds = [r.Id] }, r.Caller, ct);

    protected override Task DescribeAsync(string group, IpPermission rule, TemplateResource r, CancellationToken ct) =>
        Ec2.UpdateSecurityGroupRuleDescriptionsIngressAsync(new() { GroupId = group, IpPermissions = [rule] }, r.Caller, ct);
}

internal sealed class SecurityGroupEgressType(IEc2 ec2, TimeProvider clock) : SecurityGroupRuleType("AWS::EC2::SecurityGroupEgress", "Destination", true, ec2, clock)
{
    protected override async Task<string?> AuthorizeAsync(string group, IpPermission rule, TemplateResource r, CancellationToken ct) =>
        (await Ec2.AuthorizeSecurityGroupEgressAsync(new() { GroupId = group, IpPermissions = [rule] }, r.Caller, ct)).SecurityGroupRules?[0].SecurityGroupRuleId;

    protected override Task RevokeAsync(string group, TemplateResource r, CancellationToken ct) =>
        Ec2.RevokeSecurityGroupEgressAsync(new() { GroupId = group, SecurityGroupRuleIds = [r.Id] }, r.Caller, ct);

    protected override Task DescribeAsync(string group, IpPermission rule, TemplateResource r, CancellationToken ct) =>
        Ec2.UpdateSecurityGroupRuleDescriptionsEgressAsync(new() { GroupId = group, IpPermissions = [rule] }, r.Caller, ct);
}
