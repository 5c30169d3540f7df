using System.Collections.Immutable;
using Minato.Contracts.Kms;
using Minato.Kms.State;

namespace Minato.Kms.Planning;

/// <summary>What grants permit.</summary>
internal static class GrantRules
{
    /// <param name="grant">What was granted.</param>
    /// <param name="principals">All names of the one who asks: its session, its role.</param>
    /// <param name="operation">What it asks for.</param>
    /// <param name="context">The request's encryption context.</param>
    public static bool Permits(StoredGrant grant, IReadOnlySet<string> principals, GrantOperation operation, IReadOnlyDictionary<string, string>? context) =>
        principals.Contains(grant.GranteePrincipal) && grant.Operations.Contains(operation) && Fits(grant.Limits, context);

    private static bool Fits(GrantLimits? limits, IReadOnlyDictionary<string, string>? context)
    {
        if (limits?.Equal is { } equal && !(equal.Count == (context?.Count ?? 0) && Holds(context, equal))) return false;
        return limits?.Subset is not { } subset || Holds(context, subset);
    }

    private static bool Holds(IReadOnlyDictionary<string, string>? context, ImmutableSortedDictionary<string, string> wanted) =>
        wanted.All(w => context is not null && context.TryGetValue(w.Key, out var value) && value == w.Value);

    /// <summary>Operations that a key of this kind has.</summary>
    public static bool IsFor(GrantOperation operation, StoredKey key) => operation switch
    {
        GrantOperation.CreateGrant or GrantOperation.RetireGrant or GrantOperation.DescribeKey => true,
        GrantOperation.Encrypt or GrantOperation.Decrypt or GrantOperation.ReEncryptFrom or GrantOperation.ReEncryptTo => key.Usage is KeyUsageType.EncryptDecrypt,
        GrantOperation.GenerateDataKey or GrantOperation.GenerateDataKeyWithoutPlaintext or GrantOperation.GenerateDataKeyPair
            or GrantOperation.GenerateDataKeyPairWithoutPlaintext => key.IsSymmetric,
        GrantOperation.Sign or GrantOperation.Verify => key.Usage is KeyUsageType.SignVerify,
        GrantOperation.GetPublicKey => KeySpecs.IsRsa(key.Spec) || KeySpecs.IsElliptic(key.Spec),
        GrantOperation.GenerateMac or GrantOperation.VerifyMac => key.Usage is KeyUsageType.GenerateVerifyMac,
        _ => key.Usage is KeyUsageType.KeyAgreement,
    };
}
