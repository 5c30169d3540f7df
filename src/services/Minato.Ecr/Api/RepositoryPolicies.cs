using Minato.Aws;
using Minato.Aws.Authorization;
using Minato.Aws.Policies;
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
        var state = store.Current;
        var registry = RegistryState.Of(state, new(parsed.AccountId, parsed.Region)).PolicyText;
        // The registry's policy also speaks of repositories that are still to be made.
        if (state.Find(EcrTables.Repositories, new(parsed.AccountId, parsed.Region, parsed.Resource[Prefix.Length..])) is not { } repository)
            return registry is null ? null : new(arn) { Policy = RepositoryAccess.Read(registry) };
        return new(repository.Key.Arn) { Policy = Both(repository.PolicyText, registry), Tags = repository.Tags };
    }

    private static PolicyDocument? Both(string? own, string? registry)
    {
        var (first, second) = (own is null ? null : RepositoryAccess.Read(own), registry is null ? null : RepositoryAccess.Read(registry));
        return first is null ? second : second is null ? first : new(first.Statements.AddRange(second.Statements));
    }
}
