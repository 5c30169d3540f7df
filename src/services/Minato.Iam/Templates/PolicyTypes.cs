using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Iam;

namespace Minato.Iam.Templates;

/// <summary>One inline policy on any number of roles and users. Ref is a name of CloudFormation's.</summary>
internal sealed class PolicyType(IIam iam, TimeProvider clock) : ResourceHandler("AWS::IAM::Policy", clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["Groups", "PolicyDocument", "PolicyName", "Roles", "Users"], Required = ["PolicyDocument", "PolicyName"], Attributes = ["Id"], Identifiers = ["Id"],
    };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Texts("Roles").Length + r.Texts("Users").Length + r.Texts("Groups").Length == 0)
            throw new ResourceFailedException("InvalidRequest", "At least one of [Groups,Roles,Users] must be non-empty.");
        await PutAsync(r, ct);
        r.Id = PhysicalName.Of(r.Request, 128);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        await PutAsync(r, ct);
        var isRenamed = r.Changed("PolicyName");
        var before = r.Request.PreviousProperties["PolicyName"]?.ToString() ?? "";
        await TakeAsync(r, before, r.PreviousTexts("Roles").Except(isRenamed ? [] : r.Texts("Roles")), r.PreviousTexts("Users").Except(isRenamed ? [] : r.Texts("Users")), ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => TakeAsync(r, r.Text("PolicyName") ?? "", r.Texts("Roles"), r.Texts("Users"), ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var name = r.Text("PolicyName") ?? "";
        var document = r.Texts("Roles") is [var role, ..] ? (await iam.GetRolePolicyAsync(new() { RoleName = role, PolicyName = name }, r.Caller, ct)).PolicyDocument
            : r.Texts("Users") is [var user, ..] ? (await iam.GetUserPolicyAsync(new() { UserName = user, PolicyName = name }, r.Caller, ct)).PolicyDocument : null;
        if (document is null) return null;
        return r.ModelOf(new()
        {
            ["PolicyName"] = name, ["PolicyDocument"] = IamTypes.Document(document), ["Roles"] = r.Properties["Roles"]?.DeepClone(), ["Users"] = r.Properties["Users"]?.DeepClone(),
        }, ("Id", r.Id));
    }

    private async Task PutAsync(TemplateResource r, CancellationToken ct)
    {
        foreach (var role in r.Texts("Roles")) await iam.PutRolePolicyAsync(r.As<PutRolePolicyRequest>(("RoleName", role)), r.Caller, ct);
        foreach (var user in r.Texts("Users")) await iam.PutUserPolicyAsync(r.As<PutUserPolicyRequest>(("UserName", user)), r.Caller, ct);
    }

    private async Task TakeAsync(TemplateResource r, string name, IEnumerable<string> roles, IEnumerable<string> users, CancellationToken ct)
    {
        foreach (var role in roles) await IfThereAsync(() => iam.DeleteRolePolicyAsync(new() { RoleName = role, PolicyName = name }, r.Caller, ct));
        foreach (var user in users) await IfThereAsync(() => iam.DeleteUserPolicyAsync(new() { UserName = user, PolicyName = name }, r.Caller, ct));
    }
}

/// <summary>Ref is the policy's ARN.</summary>
internal sealed class ManagedPolicyType(IIam iam, TimeProvider clock) : ResourceHandler("AWS::IAM::ManagedPolicy", clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["Description", "Groups", "ManagedPolicyName", "Path", "PolicyDocument", "Roles", "Users"], Required = ["PolicyDocument"],
        CreateOnly = ["Description", "ManagedPolicyName", "Path"],
        Attributes = ["AttachmentCount", "CreateDate", "DefaultVersionId", "IsAttachable", "PermissionsBoundaryUsageCount", "PolicyArn", "PolicyId", "UpdateDate"], Identifiers = ["PolicyArn"],
    };

    protected override NameRule Name { get; } = new("ManagedPolicyName", 128);
    protected override IReadOnlyList<string> Unchangeable { get; } = ["PolicyDocument"];
    protected override IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string> { ["ManagedPolicyName"] = "PolicyName" };

    protected override async Task<string?> FindAsync(TemplateResource r, CancellationToken ct) =>
        (await iam.GetPolicyAsync(new() { PolicyArn = $"arn:aws:iam::{r.Caller.AccountId}:policy{r.Text("Path") ?? "/"}{r.Name}" }, r.Caller, ct)).Policy?.Arn;

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => iam.CreatePolicyAsync(r.As<CreatePolicyRequest>(), r.Caller, ct));
        r.Id = await FindAsync(r, ct) ?? "";
        await AttachAsync(r, ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        await AttachAsync(r, ct);
        await DetachAsync(r, r.PreviousTexts("Roles").Except(r.Texts("Roles")), r.PreviousTexts("Users").Except(r.Texts("Users")), ct);
    }

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        await DetachAsync(r, r.Texts("Roles"), r.Texts("Users"), ct);
        await iam.DeletePolicyAsync(new() { PolicyArn = r.Id }, r.Caller, ct);
    }

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if ((await iam.GetPolicyAsync(new() { PolicyArn = r.Id }, r.Caller, ct)).Policy is not { } policy) return null;
        var version = (await iam.GetPolicyVersionAsync(new() { PolicyArn = r.Id, VersionId = policy.DefaultVersionId ?? "v1" }, r.Caller, ct)).PolicyVersion;
        var seen = r.Seen(policy);
        var model = r.ModelOf(seen, [.. Schema.Attributes.Where(a => seen[a] is not null).Select(a => (a, (JsonNode?)seen[a]?.DeepClone())), ("PolicyArn", (JsonNode?)r.Id)]);
        model.Properties["PolicyDocument"] = IamTypes.Document(version?.Document);
        (model.Properties["Roles"], model.Properties["Users"]) = (r.Properties["Roles"]?.DeepClone(), r.Properties["Users"]?.DeepClone());
        return model;
    }

    private async Task AttachAsync(TemplateResource r, CancellationToken ct)
    {
        foreach (var role in r.Texts("Roles")) await iam.AttachRolePolicyAsync(new() { RoleName = role, PolicyArn = r.Id }, r.Caller, ct);
        foreach (var user in r.Texts("Users")) await iam.AttachUserPolicyAsync(new() { UserName = user, PolicyArn = r.Id }, r.Caller, ct);
    }

    private async Task DetachAsync(TemplateResource r, IEnumerable<string> roles, IEnumerable<string> users, CancellationToken ct)
    {
        foreach (var role in roles) await IfThereAsync(() => iam.DetachRolePolicyAsync(new() { RoleName = role, PolicyArn = r.Id }, r.Caller, ct));
        foreach (var user in users) await IfThereAsync(() => iam.DetachUserPolicyAsync(new() { UserName = user, PolicyArn = r.Id }, r.Caller, ct));
    }
}
