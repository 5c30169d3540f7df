using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Aws.Templates;
using Minato.Contracts.Organizations;

namespace Minato.Organizations.Templates;

/// <summary>What templates can name of Organizations.</summary>
internal static class OrganizationTypes
{
    public static IServiceCollection AddOrganizationResourceTypes(this IServiceCollection services) => services
        .AddSingleton<IResourceType, OrganizationType>()
        .AddSingleton<IResourceType, OrganizationalUnitType>()
        .AddSingleton<IResourceType, AccountType>()
        .AddSingleton<IResourceType, PolicyType>();

    /// <summary>Everything of a list that comes in pages.</summary>
    public static async Task<List<T>> AllAsync<T>(Func<string?, Task<(IEnumerable<T>? Items, string? Next)>> page)
    {
        var all = new List<T>();
        string? token = null;
        do
        {
            var (items, next) = await page(token);
            all.AddRange(items ?? []);
            token = next;
        }
        while (token is not null);
        return all;
    }

    /// <summary>Tags by a template's, for what has an id.</summary>
    public static async Task RetagAsync(this TemplateResource r, IOrganizations organizations, CancellationToken ct)
    {
        var there = await AllAsync<Tag>(async token =>
        {
            var page = await organizations.ListTagsForResourceAsync(new() { ResourceId = r.Id, NextToken = token }, r.Caller, ct);
            return (page.Tags, page.NextToken);
        });
        var changes = TagChanges.Between(r.Tags, there.Select(t => KeyValuePair.Create(t.Key, t.Value)));
        if (changes.Gone.Count > 0) await organizations.UntagResourceAsync(new() { ResourceId = r.Id, TagKeys = [.. changes.Gone] }, r.Caller, ct);
        if (changes.Set.Count > 0) await organizations.TagResourceAsync(new() { ResourceId = r.Id, Tags = [.. changes.Set.Select(t => new Tag { Key = t.Key, Value = t.Value })] }, r.Caller, ct);
    }
}

/// <summary>Ref is the organization's id. There is one of it in an account.</summary>
internal sealed class OrganizationType(IOrganizations organizations, TimeProvider clock) : ResourceHandler("AWS::Organizations::Organization", clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["FeatureSet"], Attributes = ["Arn", "Id", "ManagementAccountArn", "ManagementAccountEmail", "ManagementAccountId", "RootId"], Identifiers = ["Id"],
    };

    protected override IReadOnlyList<string> Unchangeable { get; } = ["FeatureSet"];

    protected override async Task<string?> BeforeAsync(TemplateResource r, CancellationToken ct) => await ThereAsync(r, ct) is { } there
        ? throw new ResourceFailedException("AlreadyExists", $"The AWS account is already a member of the organization {there.Id}.") : "free";

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct) =>
        r.Id = (await ThereAsync(r, ct) ?? (await organizations.CreateOrganizationAsync(r.As<CreateOrganizationRequest>(), r.Caller, ct)).Organization)?.Id ?? "";

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        if (await ThereAsync(r, ct) is { } there && there.Id == r.Id) await organizations.DeleteOrganizationAsync(new(), r.Caller, ct);
    }

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await ThereAsync(r, ct) is not { } there || there.Id != r.Id) return null;
        var root = (await organizations.ListRootsAsync(new(), r.Caller, ct)).Roots?.FirstOrDefault()?.Id;
        return r.Model(there, ("Arn", there.Arn), ("Id", there.Id), ("ManagementAccountArn", there.MasterAccountArn), ("ManagementAccountEmail", there.MasterAccountEmail),
            ("ManagementAccountId", there.MasterAccountId), ("RootId", root));
    }

    private async Task<Organization?> ThereAsync(TemplateResource r, CancellationToken ct)
    {
        try { return (await organizations.DescribeOrganizationAsync(new(), r.Caller, ct)).Organization; }
        catch (AWSOrganizationsNotInUseException) { return null; }
    }
}

/// <summary>Ref is the unit's id.</summary>
internal sealed class OrganizationalUnitType(IOrganizations organizations, TimeProvider clock) : ResourceHandler("AWS::Organizations::OrganizationalUnit", clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["Name", "ParentId", "Tags"], Required = ["Name", "ParentId"], CreateOnly = ["ParentId"], Attributes = ["Arn", "Id"], Identifiers = ["Id"], Tags = "Tags",
    };

    protected override NameRule Name { get; } = new("Name", 128);

    protected override async Task<string?> FindAsync(TemplateResource r, CancellationToken ct) => (await OrganizationTypes.AllAsync<OrganizationalUnit>(async token =>
    {
        var page = await organizations.ListOrganizationalUnitsForParentAsync(new() { ParentId = r.Text("ParentId") ?? "", NextToken = token }, r.Caller, ct);
        return (page.OrganizationalUnits, page.NextToken);
    })).Find(u => u.Name == r.Name)?.Id;

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => organizations.CreateOrganizationalUnitAsync(r.As<CreateOrganizationalUnitRequest>(), r.Caller, ct));
        r.Id = await FindAsync(r, ct) ?? "";
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Changed("Name")) await organizations.UpdateOrganizationalUnitAsync(new() { OrganizationalUnitId = r.Id, Name = r.Name }, r.Caller, ct);
        await r.RetagAsync(organizations, ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => organizations.DeleteOrganizationalUnitAsync(new() { OrganizationalUnitId = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var unit = (await organizations.DescribeOrganizationalUnitAsync(new() { OrganizationalUnitId = r.Id }, r.Caller, ct)).OrganizationalUnit;
        if (unit is null) return null;
        var seen = r.Seen(unit);
        seen["ParentId"] = (await organizations.ListParentsAsync(new() { ChildId = r.Id }, r.Caller, ct)).Parents?.FirstOrDefault()?.Id;
        return r.ModelOf(seen, ("Arn", unit.Arn), ("Id", unit.Id));
    }
}
