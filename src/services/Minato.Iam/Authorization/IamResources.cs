using Minato.Aws.Authorization;
using Minato.Iam.State;
using Minato.Platform;

namespace Minato.Iam.Authorization;

/// <summary>Clients name users, groups, roles and profiles without their paths; policies are asked about whole ARNs. Roles have a trust policy.</summary>
internal sealed class IamResources(Store store, CompiledPolicies compiled) : IResourcePolicies
{
    public string Service => "iam";

    public ResourceFacts? Find(string arn)
    {
        if (arn.Split(':', 6) is not [_, _, _, _, var account, var resource]) return null;
        var state = store.Current;
        var key = IamTables.KeyOf(account, resource[(resource.LastIndexOf('/') + 1)..]);
        return resource.Split('/')[0] switch
        {
            "user" => state.Find(IamTables.Users, key) is { } user ? new(user.Arn) { Tags = user.Tags } : null,
            "group" => state.Find(IamTables.Groups, key) is { } group ? new(group.Arn) : null,
            "role" => state.Find(IamTables.Roles, key) is { } role ? OfRole(role, resource) : null,
            "instance-profile" => state.Find(IamTables.Profiles, key) is { } profile ? new(profile.Arn) { Tags = profile.Tags } : null,
            "policy" => state.Find(IamTables.Policies, arn) is { } policy ? new(policy.Arn) { Tags = policy.Tags } : null,
            "server-certificate" => state.Find(IamTables.ServerCertificates, key) is { } certificate ? new(certificate.Arn) { Tags = certificate.Tags } : null,
            "oidc-provider" or "saml-provider" => state.Find(IamTables.Providers, arn) is { } provider ? new(provider.Arn) { Tags = provider.Tags } : null,
            _ => null,
        };
    }

    // A path that is wrong is another role's, which does not exist; one that is not there is one that IAM's own requests leave out.
    private ResourceFacts? OfRole(RoleState role, string resource) => resource != $"role/{role.Name}" && !role.Arn.EndsWith($":{resource}", StringComparison.Ordinal) ? null
        : new(role.Arn) { Policy = compiled.Trust(role), PolicyMustAllow = true, PolicyActions = "sts:", Tags = role.Tags };
}
