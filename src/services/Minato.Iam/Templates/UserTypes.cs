using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Iam;

namespace Minato.Iam.Templates;

internal sealed class UserType(IIam iam, TimeProvider clock) : BearerType(new UserBearers(iam), clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateUserRequest>("UserName").And("Groups", "LoginProfile", "ManagedPolicyArns", "Policies", "UserName") with
    {
        CreateOnly = ["UserName"], Attributes = ["Arn"], Identifiers = ["UserName"],
    };

    protected override NameRule Name { get; } = new("UserName", 64);

    protected override async Task MakeItAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => iam.CreateUserAsync(r.As<CreateUserRequest>(), r.Caller, ct));
        if (r.Properties["LoginProfile"] is JsonObject login) await OnceAsync(() => iam.CreateLoginProfileAsync(Login<CreateLoginProfileRequest>(login, r.Name, r), r.Caller, ct));
        foreach (var group in r.Texts("Groups")) await iam.AddUserToGroupAsync(new() { GroupName = group, UserName = r.Name }, r.Caller, ct);
    }

    protected override async Task ChangeItAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Changed("Path")) await iam.UpdateUserAsync(new() { UserName = r.Id, NewPath = r.Text("Path") ?? "/" }, r.Caller, ct);
        if (r.Changed("PermissionsBoundary"))
        {
            if (r.Text("PermissionsBoundary") is { } boundary) await iam.PutUserPermissionsBoundaryAsync(new() { UserName = r.Id, PermissionsBoundary = boundary }, r.Caller, ct);
            else await IfThereAsync(() => iam.DeleteUserPermissionsBoundaryAsync(new() { UserName = r.Id }, r.Caller, ct));
        }
        await SetLoginAsync(r, ct);
        foreach (var group in r.Texts("Groups")) await iam.AddUserToGroupAsync(new() { GroupName = group, UserName = r.Id }, r.Caller, ct);
        foreach (var group in r.PreviousTexts("Groups").Except(r.Texts("Groups"))) await LeaveAsync(r, group, ct);
        var user = (await iam.GetUserAsync(new() { UserName = r.Id }, r.Caller, ct)).User;
        await r.RetagAsync(user.Tags, keys => iam.UntagUserAsync(new() { UserName = r.Id, TagKeys = keys }, r.Caller, ct), tags => iam.TagUserAsync(new() { UserName = r.Id, Tags = tags }, r.Caller, ct));
    }

    protected override async Task RemoveItAsync(TemplateResource r, CancellationToken ct)
    {
        foreach (var group in r.Texts("Groups")) await LeaveAsync(r, group, ct);
        if (r.Has("LoginProfile")) await IfThereAsync(() => iam.DeleteLoginProfileAsync(new() { UserName = r.Id }, r.Caller, ct));
        await iam.DeleteUserAsync(new() { UserName = r.Id }, r.Caller, ct);
    }

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var user = (await iam.GetUserAsync(new() { UserName = r.Id }, r.Caller, ct)).User;
        var model = r.Model(user, ("Arn", user.Arn));
        if (user.PermissionsBoundary?.PermissionsBoundaryArn is { } boundary) model.Properties["PermissionsBoundary"] = boundary;
        var groups = (await iam.ListGroupsForUserAsync(new() { UserName = r.Id }, r.Caller, ct)).Groups;
        // Other groups take it in by themselves.
        model.Properties["Groups"] = new JsonArray([.. groups.Select(g => g.GroupName).Intersect(r.Texts("Groups")).Select(g => (JsonNode?)g)]);
        return await WithPoliciesAsync(model, r, ct);
    }

    private async Task SetLoginAsync(TemplateResource r, CancellationToken ct)
    {
        if (!r.Changed("LoginProfile")) return;
        if (r.Properties["LoginProfile"] is not JsonObject login) await IfThereAsync(() => iam.DeleteLoginProfileAsync(new() { UserName = r.Id }, r.Caller, ct));
        else if (r.Request.PreviousProperties["LoginProfile"] is null) await OnceAsync(() => iam.CreateLoginProfileAsync(Login<CreateLoginProfileRequest>(login, r.Id, r), r.Caller, ct));
        else await iam.UpdateLoginProfileAsync(Login<UpdateLoginProfileRequest>(login, r.Id, r), r.Caller, ct);
    }

    private Task LeaveAsync(TemplateResource r, string group, CancellationToken ct) =>
        IfThereAsync(() => iam.RemoveUserFromGroupAsync(new() { GroupName = group, UserName = r.Id }, r.Caller, ct));

    private static T Login<T>(JsonObject login, string user, TemplateResource r)
        where T : Aws.Shapes.IShape<T>
    {
        var asked = (JsonObject)login.DeepClone();
        asked["UserName"] = user;
        return r.Read<T>(asked);
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
