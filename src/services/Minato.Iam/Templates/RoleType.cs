using Minato.Aws.Templates;
using Minato.Contracts.Iam;

namespace Minato.Iam.Templates;

internal sealed class RoleType(IIam iam, TimeProvider clock) : BearerType(new RoleBearers(iam), clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateRoleRequest>("RoleName").And("ManagedPolicyArns", "Policies", "RoleName") with
    {
        CreateOnly = ["Path", "RoleName"], Attributes = ["Arn", "RoleId"], Identifiers = ["RoleName"],
    };

    protected override NameRule Name { get; } = new("RoleName", 64);

    protected override Task MakeItAsync(TemplateResource r, CancellationToken ct) => iam.CreateRoleAsync(r.As<CreateRoleRequest>(), r.Caller, ct);

    protected override async Task ChangeItAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Changed("AssumeRolePolicyDocument"))
            await iam.UpdateAssumeRolePolicyAsync(new() { RoleName = r.Id, PolicyDocument = r.Text("AssumeRolePolicyDocument") ?? "" }, r.Caller, ct);
        if (r.Changed("Description", "MaxSessionDuration"))
            await iam.UpdateRoleAsync(r.As<UpdateRoleRequest>(("RoleName", r.Id), ("Description", r.Text("Description") ?? "")), r.Caller, ct);
        if (r.Changed("PermissionsBoundary"))
        {
            if (r.Text("PermissionsBoundary") is { } boundary) await iam.PutRolePermissionsBoundaryAsync(new() { RoleName = r.Id, PermissionsBoundary = boundary }, r.Caller, ct);
            else await IfThereAsync(() => iam.DeleteRolePermissionsBoundaryAsync(new() { RoleName = r.Id }, r.Caller, ct));
        }
        var role = (await iam.GetRoleAsync(new() { RoleName = r.Id }, r.Caller, ct)).Role;
        await r.RetagAsync(role.Tags, keys => iam.UntagRoleAsync(new() { RoleName = r.Id, TagKeys = keys }, r.Caller, ct), tags => iam.TagRoleAsync(new() { RoleName = r.Id, Tags = tags }, r.Caller, ct));
    }

    protected override Task RemoveItAsync(TemplateResource r, CancellationToken ct) => iam.DeleteRoleAsync(new() { RoleName = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var role = (await iam.GetRoleAsync(new() { RoleName = r.Id }, r.Caller, ct)).Role;
        var model = r.Model(role, ("Arn", role.Arn), ("RoleId", role.RoleId));
        model.Properties["AssumeRolePolicyDocument"] = IamTypes.Document(role.AssumeRolePolicyDocument);
        if (role.PermissionsBoundary?.PermissionsBoundaryArn is { } boundary) model.Properties["PermissionsBoundary"] = boundary;
        return await WithPoliciesAsync(model, r, ct);
    }
}

/// <summary>A role that a service asks for by its own name. Ref is the role's name.</summary>
internal sealed class ServiceLinkedRoleType(IIam iam, TimeProvider clock) : ResourceHandler("AWS::IAM::ServiceLinkedRole", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateServiceLinkedRoleRequest>() with
    {
        CreateOnly = ["AWSServiceName", "CustomSuffix"], Attributes = ["RoleName"], Identifiers = ["RoleName"],
    };

    protected override IReadOnlyList<string> Unchangeable { get; } = ["Description"];

    // Its name is the service's choice, so only what was not there before can be known as made here.
    protected override async Task<string?> BeforeAsync(TemplateResource r, CancellationToken ct) => string.Join(',', await NamesAsync(r, ct));

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        var before = r.Note?.Split(',') ?? [];
        r.Id = (await NamesAsync(r, ct)).Except(before).FirstOrDefault() is { } earlier && IsSuffixed(earlier, r) ? earlier
            : (await iam.CreateServiceLinkedRoleAsync(r.As<CreateServiceLinkedRoleRequest>(), r.Caller, ct)).Role?.RoleName ?? "";
    }

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct) =>
        r.Note = (await iam.DeleteServiceLinkedRoleAsync(new() { RoleName = r.Id }, r.Caller, ct)).DeletionTaskId;

    protected override async Task<bool> IsGoneAsync(TemplateResource r, CancellationToken ct)
    {
        var seen = await iam.GetServiceLinkedRoleDeletionStatusAsync(new() { DeletionTaskId = r.Note ?? "" }, r.Caller, ct);
        return seen.Status == DeletionTaskStatusType.Failed ? throw new ResourceFailedException("ResourceConflict", seen.Reason?.Reason ?? "")
            : seen.Status == DeletionTaskStatusType.Succeeded;
    }

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var role = (await iam.GetRoleAsync(new() { RoleName = r.Id }, r.Caller, ct)).Role;
        var model = r.Model(role, ("RoleName", role.RoleName));
        model.Properties["AWSServiceName"] = role.Path?.Split('/', StringSplitOptions.RemoveEmptyEntries)[^1];
        return model;
    }

    private static bool IsSuffixed(string name, TemplateResource r) => r.Text("CustomSuffix") is not { } suffix || name.EndsWith($"_{suffix}", StringComparison.Ordinal);

    private async Task<IEnumerable<string>> NamesAsync(TemplateResource r, CancellationToken ct) =>
        (await iam.ListRolesAsync(new() { PathPrefix = $"/aws-service-role/{r.Text("AWSServiceName")}/" }, r.Caller, ct)).Roles.Select(role => role.RoleName);
}
