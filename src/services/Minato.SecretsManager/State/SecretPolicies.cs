using System.Runtime.CompilerServices;
using Minato.Aws;
using Minato.Aws.Authorization;
using Minato.Aws.Policies;
using Minato.Platform;

namespace Minato.SecretsManager.State;

/// <summary>Secrets by name, or by an ARN with or without its six letters; and the policy that a secret may have.</summary>
internal sealed class SecretPolicies(Store store) : IResourcePolicies
{
    private const string Part = "secret:";
    private const int SuffixLength = 6;

    // What nobody can read denies: it was stored when less was checked.
    private static readonly PolicyDocument s_denied =
        PolicyParser.Parse("""{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}""", PolicyKind.Resource);

    private readonly ConditionalWeakTable<SecretState, PolicyDocument> _read = [];

    public string Service => "secretsmanager";

    public ResourceFacts? Find(string arn)
    {
        if (!Arn.TryParse(arn, out var parsed) || !parsed.Resource.StartsWith(Part, StringComparison.Ordinal)) return null;
        var (state, home, name) = (store.Current, new Home(parsed.AccountId, parsed.Region), parsed.Resource[Part.Length..]);
        var dash = name.Length - SuffixLength - 1;
        var found = dash > 0 && name[dash] is '-' && state.Find(SecretsTables.Secrets, new SecretKey(home, name[..dash])) is { } whole && whole.Suffix == name[(dash + 1)..]
            ? whole : state.Find(SecretsTables.Secrets, new SecretKey(home, name));
        return found is null ? null : new(found.Arn)
        {
            Policy = found.ResourcePolicy is null ? null : _read.GetValue(found, static s => Read(s.ResourcePolicy ?? "")), Tags = found.Tags,
        };
    }

    private static PolicyDocument Read(string text)
    {
        try
        {
            return PolicyParser.Parse(text, PolicyKind.Resource);
        }
        catch (PolicySyntaxException)
        {
            return s_denied;
        }
    }
}
