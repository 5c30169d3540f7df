using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Iam;

namespace Minato.Iam.Templates;

internal sealed class GroupType(IIam iam, TimeProvider clock) : BearerType(new GroupBearers(iam), clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["GroupName", "ManagedPolicyArns", "Path", "Policies"], CreateOnly = ["GroupName"], Attributes = ["Arn"], Identifiers = ["GroupName"],
    };

    protected override NameRule Name { get; } = new("GroupName", 128);

    protected override Task MakeItAsync(TemplateResource r, CancellationToken ct) => iam.CreateGroupAsync(r.As<CreateGroupRequest>(), r.Caller, ct);

    protected override Task ChangeItAsync(TemplateResource r, CancellationToken ct) =>
        r.Changed("Path") ? iam.UpdateGroupAsync(new() { GroupName = r.Id, NewPath = r.Text("Path") ?? "/" }, r.Caller, ct) : Task.CompletedTask;

    protected override Task RemoveItAsync(TemplateResource r, CancellationToken ct) => iam.DeleteGroupAsync(new() { GroupName = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var group = (await iam.GetGroupAsync(new() { GroupName = r.Id }, r.Caller, ct)).Group;
        return await WithPoliciesAsync(r.Model(group, ("Arn", group.Arn)), r, ct);
    }
}

/// <summary>Users that a group has beside those that others put into it. Ref is a name of CloudFormation's.</summary>
internal sealed class UserToGroupAdditionType(IIam iam, TimeProvider clock) : ResourceHandler("AWS::IAM::UserToGroupAddition", clock)
{
    public override ResourceTypeSchema Schema { get; } = new() { Properties = ["GroupName", "Users"], Required = ["GroupName", "Users"], Attributes = ["Id"], Identifiers = ["Id"] };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await AddAsync(r, ct);
        r.Id = PhysicalName.Of(r.Request, 128);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        await AddAsync(r, ct);
        var before = r.Request.PreviousProperties["GroupName"]?.ToString() ?? "";
        await TakeAsync(r, before, r.PreviousTexts("Users").Except(r.Changed("GroupName") ? [] : r.Texts("Users")), ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => TakeAsync(r, r.Text("GroupName") ?? "", r.Texts("Users"), ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var group = r.Text("GroupName") ?? "";
        var users = (await iam.GetGroupAsync(new() { GroupName = group }, r.Caller, ct)).Users.Select(u => u.UserName).Intersect(r.Texts("Users")).ToList();
        return users.Count == 0 ? null : r.ModelOf(new() { ["GroupName"] = group, ["Users"] = new JsonArray([.. users.Select(u => (JsonNode?)u)]) }, ("Id", r.Id));
    }

    private async Task AddAsync(TemplateResource r, CancellationToken ct)
    {
        foreach (var user in r.Texts("Users")) await iam.AddUserToGroupAsync(new() { GroupName = r.Text("GroupName") ?? "", UserName = user }, r.Caller, ct);
    }

    private async Task TakeAsync(TemplateResource r, string group, IEnumerable<string> users, CancellationToken ct)
    {
        foreach (var user in users) await IfThereAsync(() => iam.RemoveUserFromGroupAsync(new() { GroupName = group, UserName = user }, r.Caller, ct));
    }
}

/// <summary>Ref is the profile's name.</summary>
internal sealed class InstanceProfileType(IIam iam, TimeProvider clock) : ResourceHandler("AWS::IAM::InstanceProfile", clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["InstanceProfileName", "Path", "Roles"], Required = ["Roles"], CreateOnly = ["InstanceProfileName", "Path"], Attributes = ["Arn"], Identifiers = ["InstanceProfileName"],
    };

    protected override NameRule Name { get; } = new("InstanceProfileName", 128);

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => iam.CreateInstanceProfileAsync(r.As<CreateInstanceProfileRequest>(), r.Caller, ct));
        r.Id = r.Name;
        await ChangeAsync(r, ct);
    }

    // A profile has one role: the old one makes room first.
    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        var now = await RolesAsync(r, ct);
        foreach (var role in now.Except(r.Texts("Roles"))) await RemoveRoleAsync(r, role, ct);
        foreach (var role in r.Texts("Roles").Except(now)) await iam.AddRoleToInstanceProfileAsync(new() { InstanceProfileName = r.Id, RoleName = role }, r.Caller, ct);
    }

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        foreach (var role in await RolesAsync(r, ct)) await RemoveRoleAsync(r, role, ct);
        await iam.DeleteInstanceProfileAsync(new() { InstanceProfileName = r.Id }, r.Caller, ct);
    }

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var profile = (await iam.GetInstanceProfileAsync(new() { InstanceProfileName = r.Id }, r.Caller, ct)).InstanceProfile;
        var model = r.Model(profile, ("Arn", profile.Arn));
        model.Properties["Roles"] = new JsonArray([.. profile.Roles.Select(role => (JsonNode?)role.RoleName)]);
        return model;
    }

    private async Task<string[]> RolesAsync(TemplateResource r, CancellationToken ct) =>
        [.. (await iam.GetInstanceProfileAsync(new() { InstanceProfileName = r.Id }, r.Caller, ct)).InstanceProfile.Roles.Select(role => role.RoleName)];

    private Task RemoveRoleAsync(TemplateResource r, string role, CancellationToken ct) =>
        IfThereAsync(() => iam.RemoveRoleFromInstanceProfileAsync(new() { InstanceProfileName = r.Id, RoleName = role }, r.Caller, ct));
}
