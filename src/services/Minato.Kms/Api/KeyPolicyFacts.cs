using System.Collections.Immutable;
using Minato.Aws;
using Minato.Aws.Authorization;
using Minato.Aws.Dispatch;
using Minato.Aws.Policies;
using Minato.Aws.Shapes;
using Minato.Contracts.Kms;
using Minato.Kms.Planning;
using Minato.Kms.State;
using Minato.Platform;

namespace Minato.Kms.Api;

/// <summary>
/// Policies of keys for the place where every call is looked at, with the key's grants as statements of theirs. Conditions that only this room
/// can judge (what is encrypted for what) are left to it: there a statement that has them allows, and does not deny.
/// </summary>
internal sealed class KeyPolicyFacts(Store store, KeyAccess access) : IResourcePolicies
{
    private static readonly PatternList s_everything = new([Pattern.Parse("*", hasVariables: false)], IsNegated: false);

    public string Service => "kms";

    public ResourceFacts? Find(string arn)
    {
        var state = store.Current;
        var keyArn = state.Find(KmsTables.Aliases, arn)?.KeyArn ?? arn;
        if (state.Find(KmsTables.Keys, keyArn) is not { } key) return null;
        ImmutableArray<PolicyStatement> statements =
        [
            .. access.DocumentOf(key).Statements.Where(s => s.Allows || !s.Conditions.Any(IsOwn)).Select(s => s with { Conditions = s.Conditions.RemoveAll(IsOwn) }),
            .. state.Where(KmsTables.GrantsByKey, key.Arn).Select(StatementOf),
        ];
        return new(key.Arn) { Policy = new(statements), PolicyMustAllow = true, AccountId = key.Home.AccountId, Tags = key.Tags };
    }

    // AWS: Decrypt need not say by which key; the ciphertext does.
    public IEnumerable<string>? ResourcesOf(OperationModel operation, IShape request, Caller caller) => request switch
    {
        DecryptRequest { KeyId: null, CiphertextBlob: { } blob } => OfBlob(blob, caller),
        ReEncryptRequest { SourceKeyId: null, CiphertextBlob: { } blob } => OfBlob(blob, caller),
        _ => null,
    };

    private IEnumerable<string>? OfBlob(ReadOnlyMemory<byte> blob, Caller caller) =>
        CiphertextBlob.TryRead(blob, out var read) ? store.Current.Where(KmsTables.KeysById, (caller.Region, read.KeyId)).Select(k => k.Arn) : null;

    private static bool IsOwn(PolicyCondition condition) => condition.Key.StartsWith("kms:", StringComparison.OrdinalIgnoreCase);

    private static PolicyStatement StatementOf(StoredGrant grant)
    {
        var isService = !grant.GranteePrincipal.StartsWith("arn:", StringComparison.Ordinal);
        ImmutableHashSet<string> named = [grant.GranteePrincipal];
        var actions = grant.Operations.Select(o => Pattern.Literal($"kms:{o}"));
        return new(
            default, grant.Key.GrantId, Allows: true, new([.. actions], IsNegated: false), s_everything,
            new(IsNegated: false, IsEverybody: false, isService ? [] : named, isService ? named : [], []), []);
    }
}
