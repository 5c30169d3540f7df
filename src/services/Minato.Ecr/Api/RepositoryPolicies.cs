using Minato.Aws;
using Minato.Aws.Authorization;
using Minato.Ecr.Images;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Api;

/// <summary>Policies and tags of repositories for the place where every call is looked at.</summary>
internal sealed class RepositoryPolicies(Store store) : IResourcePolicies
{
    private const string Prefix = "repository/";

    public string Service => "ecr";

    public ResourceFacts? Find(string arn)
    {
        if (!Arn.TryParse(arn, out var parsed) || !parsed.Resource.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        if (store.Current.Find(EcrTables.Repositories, new(parsed.AccountId, parsed.Region, parsed.Resource[Prefix.Length..])) is not { } repository) return null;
        return new(repository.Key.Arn) { Policy = repository.PolicyText is { } text ? RepositoryAccess.Read(text) : null, Tags = repository.Tags };
    }
}
