using Minato.Aws.Authorization;
using Minato.Aws.Policies;
using Minato.Organizations.Planning;
using Minato.Organizations.State;
using Minato.Platform;

namespace Minato.Organizations.Api;

/// <summary>Requests name roots, units, accounts and policies by their ids; policies are asked about whole ARNs.</summary>
internal sealed class OrganizationResources(Store store) : IResourcePolicies
{
    public string Service => "organizations";

    public ResourceFacts? Find(string arn)
    {
        if (arn.Split(':', 6) is not [_, _, _, _, var account, var resource] || OrganizationTables.Of(store.Current, account) is not { } organization) return null;
        var id = resource[(resource.LastIndexOf('/') + 1)..];
        if (Names.ArnOf(organization, id) is not { } whole) return null;
        return new(whole) { Tags = organization.Tags.GetValueOrDefault(id, OrganizationState.Sorted<string>()), AccountId = account };
    }
}

/// <summary>ARNs of what is in an organization, by ids.</summary>
internal static class Names
{
    /// <returns>Null for what is not in it.</returns>
    public static string? ArnOf(OrganizationState organization, string id) =>
        id == organization.RootId ? organization.Arn($"root/{organization.Id}/{id}")
        : organization.Units.ContainsKey(id) ? organization.Arn($"ou/{organization.Id}/{id}")
        : organization.Members.ContainsKey(id) ? organization.Arn($"account/{organization.Id}/{id}")
        : id == OrganizationState.FullAccess || organization.Policies.ContainsKey(id) ? ServiceControl.ArnOf(organization, id) : null;
}
