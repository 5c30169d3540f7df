using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Iam;

namespace Minato.Iam.Templates;

/// <summary>Ref is the user's name.</summary>
internal sealed class UserType(IIam iam, TimeProvider clock) : ResourceHandler("AWS::IAM::User", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateUserRequest>("UserName").And("ManagedPolicyArns", "Policies", "UserName") with
    {
        CreateOnly = ["UserName"], Attributes = ["Arn"], Identifiers = ["UserName"],
    };

    protected override NameRule Name { get; } = new("UserName", 64);
    protected override IReadOnlyList<string> Unchangeable { get; } = ["Path", "PermissionsBoundary"];

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => iam.CreateUserAsync(r.As<CreateUserRequest>(), r.Caller, ct));
        r.Id = r.Name;
        await SetPoliciesAsync(r, ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        await SetPoliciesAsync(r, ct);
        var there = (await iam.GetUserAsync(new() { UserName = r.Id }, r.Caller, ct)).User.Tags ?? [];
        var changes = TagChanges.Between(r.Tags, there.Select(t => KeyValuePair.Create(t.Key, t.Value)));
        if (changes.Gone.Count > 0) await iam.UntagUserAsync(new() { UserName = r.Id, TagKeys = [.. changes.Gone] }, r.Caller, ct);
        if (changes.Set.Count > 0) await iam.TagUserAsync(new() { UserName = r.Id, Tags = [.. changes.Set.Select(t => new Tag { Key = t.Key, Value = t.Value })] }, r.Caller, ct);
    }

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        foreach (var arn in r.Texts("ManagedPolicyArns")) await IfThereAsync(() => iam.DetachUserPolicyAsync(new() { UserName = r.Id, PolicyArn = arn }, r.Caller, ct));
        foreach (var name in IamTypes.Inline(r.Properties).Keys) await IfThereAsync(() => iam.DeleteUserPolicyAsync(new() { UserName = r.Id, PolicyName = name }, r.Caller, ct));
        await iam.DeleteUserAsync(new() { UserName = r.Id }, r.Caller, ct);
    }

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var user = (await iam.GetUserAsync(new() { UserName = r.Id }, r.Caller, ct)).User;
        var model = r.Model(user, ("Arn", user.Arn));
        if (user.PermissionsBoundary?.PermissionsBoundaryArn is { } boundary) model.Properties["PermissionsBoundary"] = boundary;
        var attached = (await iam.ListAttachedUserPoliciesAsync(new() { UserName = r.Id }, r.Caller, ct)).AttachedPolicies ?? [];
        model.Properties["ManagedPolicyArns"] = new JsonArray([.. attached.Select(p => (JsonNode?)p.PolicyArn)]);
        return model;
    }

    private async Task SetPoliciesAsync(TemplateResource r, CancellationToken ct)
    {
        foreach (var arn in r.PreviousTexts("ManagedPolicyArns").Except(r.Texts("ManagedPolicyArns")))
            await IfThereAsync(() => iam.DetachUserPolicyAsync(new() { UserName = r.Id, PolicyArn = arn }, r.Caller, ct));
        foreach (var arn in r.Texts("ManagedPolicyArns")) await iam.AttachUserPolicyAsync(new() { UserName = r.Id, PolicyArn = arn }, r.Caller, ct);
        var wanted = IamTypes.Inline(r.Properties);
        foreach (var name in IamTypes.Inline(r.Request.PreviousProperties).Keys.Except(wanted.Keys))
            await IfThereAsync(() => iam.DeleteUserPolicyAsync(new() { UserName = r.Id, PolicyName = name }, r.Caller, ct));
        foreach (var (name, document) in wanted) await iam.PutUserPolicyAsync(new() { UserName = r.Id, PolicyName = name, PolicyDocument = document }, r.Caller, ct);
    }
}

/// <summary>Ref is <c>policy|user</c>.</summary>
internal sealed class UserPolicyType(IIam iam, TimeProvider clock) : ResourceHandler("AWS::IAM::UserPolicy", clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["PolicyDocument", "PolicyName", "UserName"], Required = ["PolicyName", "UserName"], CreateOnly = ["PolicyName", "UserName"], Identifiers = ["PolicyName", "UserName"],
    };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await ChangeAsync(r, ct);
        r.Id = $"{r.Text("PolicyName")}|{r.Text("UserName")}";
    }

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) => iam.PutUserPolicyAsync(r.As<PutUserPolicyRequest>(), r.Caller, ct);

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) =>
        r.Id.Split('|') is [var policy, var user] ? iam.DeleteUserPolicyAsync(new() { UserName = user, PolicyName = policy }, r.Caller, ct) : Task.CompletedTask;

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Id.Split('|') is not [var policy, var user]) return null;
        var seen = await iam.GetUserPolicyAsync(new() { UserName = user, PolicyName = policy }, r.Caller, ct);
        return r.ModelOf(new() { ["PolicyName"] = policy, ["UserName"] = user, ["PolicyDocument"] = IamTypes.Document(seen.PolicyDocument) });
    }
}

/// <summary>Ref is the key's id; its secret is told when it is made and never again.</summary>
internal sealed class AccessKeyType(IIam iam, TimeProvider clock) : ResourceHandler("AWS::IAM::AccessKey", clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["Serial", "Status", "UserName"], Required = ["UserName"], CreateOnly = ["Serial", "UserName"], Attributes = ["SecretAccessKey"], Identifiers = ["Id"],
    };

    protected override async Task<string?> BeforeAsync(TemplateResource r, CancellationToken ct) => string.Join(',', (await KeysAsync(r, ct)).Select(k => k.AccessKeyId));

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        // What an attempt made that was cut off is of no use: nobody knows its secret.
        var before = r.Note?.Split(',') ?? [];
        foreach (var lost in (await KeysAsync(r, ct)).Select(k => k.AccessKeyId).OfType<string>().Except(before))
            await iam.DeleteAccessKeyAsync(new() { UserName = r.Text("UserName"), AccessKeyId = lost }, r.Caller, ct);
        var key = (await iam.CreateAccessKeyAsync(new() { UserName = r.Text("UserName") }, r.Caller, ct)).AccessKey;
        (r.Id, r.Told["SecretAccessKey"]) = (key.AccessKeyId, key.SecretAccessKey);
        if (r.Text("Status") is "Inactive") await ChangeAsync(r, ct);
    }

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) =>
        iam.UpdateAccessKeyAsync(r.As<UpdateAccessKeyRequest>(("AccessKeyId", r.Id), ("Status", r.Text("Status") ?? "Active")), r.Caller, ct);

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => iam.DeleteAccessKeyAsync(new() { UserName = r.Text("UserName"), AccessKeyId = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct) =>
        (await KeysAsync(r, ct)).FirstOrDefault(k => k.AccessKeyId == r.Id) is { } key ? r.Model(key) : null;

    private async Task<IEnumerable<AccessKeyMetadata>> KeysAsync(TemplateResource r, CancellationToken ct) =>
        (await iam.ListAccessKeysAsync(new() { UserName = r.Text("UserName") }, r.Caller, ct)).AccessKeyMetadata;
}
