using Minato.Aws;
using Minato.Aws.Authorization;
using Minato.Aws.Policies;
using Minato.Platform;
using Minato.SecretsManager.State;

namespace Minato.SecretsManager.Api;

/// <summary>Policies and tags of secrets for the place where every call is looked at.</summary>
internal sealed class SecretPolicies(Store store) : IResourcePolicies
{
    public string Service => "secretsmanager";

    public ResourceFacts? Find(string arn)
    {
        if (!Arn.TryParse(arn, out var parsed) || !parsed.Resource.StartsWith("secret:", StringComparison.Ordinal)) return null;
        var caller = Caller.ForService(parsed.AccountId, parsed.Region, "secretsmanager.amazonaws.com");
        if (SecretsManagerApi.TryFind(store.Current, caller, arn) is not { } secret) return null;
        return new(secret.Arn) { Policy = secret.ResourcePolicy is { } text ? PolicyParser.Parse(text, PolicyKind.Resource) : null, Tags = secret.Tags };
    }
}
