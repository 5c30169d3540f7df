using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Iam;

namespace Minato.Iam.Templates;

/// <summary>Ref is the role's name. What policies it has beyond the template's is left alone.</summary>
internal sealed class RoleType(IIam iam, TimeProvider clock) : ResourceHandler("AWS::IAM::Role", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateRoleRequest>("RoleName").And("ManagedPolicyArns", "Policies", "RoleName") with
    {
        CreateOnly = ["Path", "RoleName"], Attributes = ["Arn", "RoleId"], Identifiers = ["RoleName"],
    };

    protected override NameRule Name { get; } = new("RoleName", 64);
    protected override IReadOnlyList<string> Unchangeable { get; } = ["PermissionsBoundary"];

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => iam.CreateRoleAsync(r.As<CreateRoleRequest>(), r.Caller, ct));
        r.Id = r.Name;
        await SetPoliciesAsync(r, ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Changed("AssumeRolePolicyDocument"))
            await iam.UpdateAssumeRolePolicyAsync(new() { RoleName = r.Id, PolicyDocument = r.Text("AssumeRolePolicyDocument") ?? "" }, r.Caller, ct);
        if (r.Changed("Description", "MaxSessionDuration"))
            await iam.UpdateRoleAsync(r.As<UpdateRoleRequest>(("RoleName", r.Id), ("Description", r.Text("Description") ?? "")), r.Caller, ct);
        await SetPoliciesAsync(r, ct);
        var role = (await iam.GetRoleAsync(new() { RoleName = r.Id }, r.Caller, ct)).Role;
        var changes = TagChanges.Between(r.Tags, (role.Tags ?? []).Select(t => KeyValuePair.Create(t.Key, t.Value)));
        if (changes.Gone.Count > 0) await iam.UntagRoleAsync(new() { RoleName = r.Id, TagKeys = [.. changes.Gone] }, r.Caller, ct);
        if (changes.Set.Count > 0) await iam.TagRoleAsync(new() { RoleName = r.Id, Tags = [.. changes.Set.Select(t => new Tag { Key = t.Key, Value = t.Value })] }, r.Caller, ct);
    }

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        foreach (var arn in r.Texts("ManagedPolicyArns")) await IfThereAsync(() => iam.DetachRolePolicyAsync(new() { RoleName = r.Id, PolicyArn = arn }, r.Caller, ct));
        foreach (var name in IamTypes.Inline(r.Properties).Keys) await IfThereAsync(() => iam.DeleteRolePolicyAsync(new() { RoleName = r.Id, PolicyName = name }, r.Caller, ct));
        await iam.DeleteRoleAsync(new() { RoleName = r.Id }, r.Caller, ct);
    }

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var role = (await iam.GetRoleAsync(new() { RoleName = r.Id }, r.Caller, ct)).Role;
        var model = r.Model(role, ("Arn", role.Arn), ("RoleId", role.RoleId));
        model.Properties["AssumeRolePolicyDocument"] = IamTypes.Document(role.AssumeRolePolicyDocument);
        if (role.PermissionsBoundary?.PermissionsBoundaryArn is { } boundary) model.Properties["PermissionsBoundary"] = boundary;
        var attached = (await iam.ListAttachedRolePoliciesAsync(new() { RoleName = r.Id }, r.Caller, ct)).AttachedPolicies ?? [];
        model.Properties["ManagedPolicyArns"] = new JsonArray([.. attached.Select(p => (JsonNode?)p.PolicyArn)]);
        model.Properties["Policies"] = await InlineAsync(r, ct);
        return model;
    }

    private async Task<JsonArray> InlineAsync(TemplateResource r, CancellationToken ct)
    {
        var policies = new JsonArray();
        // AWS: of the inline policies those of the template; others are resources of their own.
        foreach (var name in IamTypes.Inline(r.Properties).Keys)
        {
            if (await DescribedOrNull<GetRolePolicyResponse>(async () => await iam.GetRolePolicyAsync(new() { RoleName = r.Id, PolicyName = name }, r.Caller, ct)) is { } policy)
                policies.Add(new JsonObject { ["PolicyName"] = name, ["PolicyDocument"] = IamTypes.Document(policy.PolicyDocument) });
        }
        return policies;
    }

    private async Task SetPoliciesAsync(TemplateResource r, CancellationToken ct)
    {
        foreach (var arn in r.PreviousTexts("ManagedPolicyArns").Except(r.Texts("ManagedPolicyArns")))
            await IfThereAsync(() => iam.DetachRolePolicyAsync(new() { RoleName = r.Id, PolicyArn = arn }, r.Caller, ct));
        foreach (var arn in r.Texts("ManagedPolicyArns")) await iam.AttachRolePolicyAsync(new() { RoleName = r.Id, PolicyArn = arn }, r.Caller, ct);
        var wanted = IamTypes.Inline(r.Properties);
        foreach (var name in IamTypes.Inline(r.Request.PreviousProperties).Keys.Except(wanted.Keys))
            await IfThereAsync(() => iam.DeleteRolePolicyAsync(new() { RoleName = r.Id, PolicyName = name }, r.Caller, ct));
        foreach (var (name, document) in wanted) await iam.PutRolePolicyAsync(new() { RoleName = r.Id, PolicyName = name, PolicyDocument = document }, r.Caller, ct);
    }
}

/// <summary>Ref is <c>policy|role</c>.</summary>
internal sealed class RolePolicyType(IIam iam, TimeProvider clock) : ResourceHandler("AWS::IAM::RolePolicy", clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["PolicyDocument", "PolicyName", "RoleName"], Required = ["PolicyName", "RoleName"], CreateOnly = ["PolicyName", "RoleName"], Identifiers = ["PolicyName", "RoleName"],
    };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await ChangeAsync(r, ct);
        r.Id = $"{r.Text("PolicyName")}|{r.Text("RoleName")}";
    }

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) => iam.PutRolePolicyAsync(r.As<PutRolePolicyRequest>(), r.Caller, ct);

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) =>
        r.Id.Split('|') is [var policy, var role] ? iam.DeleteRolePolicyAsync(new() { RoleName = role, PolicyName = policy }, r.Caller, ct) : Task.CompletedTask;

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Id.Split('|') is not [var policy, var role]) return null;
        var seen = await iam.GetRolePolicyAsync(new() { RoleName = role, PolicyName = policy }, r.Caller, ct);
        return r.ModelOf(new() { ["PolicyName"] = policy, ["RoleName"] = role, ["PolicyDocument"] = IamTypes.Document(seen.PolicyDocument) });
    }
}
