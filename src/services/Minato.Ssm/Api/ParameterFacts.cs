using Minato.Aws;
using Minato.Aws.Authorization;
using Minato.Platform;
using Minato.Ssm.Planning;
using Minato.Ssm.State;

namespace Minato.Ssm.Api;

/// <summary>Tags of parameters for the place where every call is looked at. AWS: parameters have no policies that name principals.</summary>
internal sealed class ParameterFacts(Store store) : IResourcePolicies
{
    private const string Prefix = "parameter/";

    public string Service => "ssm";

    public ResourceFacts? Find(string arn)
    {
        if (!Arn.TryParse(arn, out var parsed) || !parsed.Resource.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var name = parsed.Resource[Prefix.Length..];
        // AWS: its own parameters are in no account.
        if (PublicParameters.IsOne($"/{name}")) return new(PublicParameters.ArnOf($"/{name}", parsed.Region));
        var (home, state) = (new Home(parsed.AccountId, parsed.Region), store.Current);
        return (state.Find(SsmTables.Parameters, new ParameterKey(home, $"/{name}")) ?? state.Find(SsmTables.Parameters, new ParameterKey(home, name))) is { } parameter
            ? new(arn) { Tags = parameter.Tags } : null;
    }
}
