using System.Collections.Immutable;
using Minato.Contracts.Kms;

namespace Minato.Kms.State;

internal sealed record GrantKey(string KeyArn, string GrantId) : IComparable<GrantKey>
{
    public int CompareTo(GrantKey? other)
    {
        if (other is null) return 1;
        var order = string.CompareOrdinal(KeyArn, other.KeyArn);
        return order == 0 ? string.CompareOrdinal(GrantId, other.GrantId) : order;
    }

    public override string ToString() => $"{KeyArn}/{GrantId}";
}

/// <summary>What a principal may do with a key beyond its policy.</summary>
internal sealed record StoredGrant
{
    public required GrantKey Key { get; init; }

    /// <summary>Of the key.</summary>
    public required Home Home { get; init; }
    public string? Name { get; init; }
    public required string GranteePrincipal { get; init; }
    public string? RetiringPrincipal { get; init; }
    public required ImmutableSortedSet<GrantOperation> Operations { get; init; }
    public GrantLimits? Limits { get; init; }
    public required string IssuingAccount { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>Which encryption contexts a grant is for.</summary>
/// <param name="Subset">The request's context holds at least these.</param>
/// <param name="Equal">The request's context is just these.</param>
/// <param name="SourceArn">The resource on whose behalf a service asks.</param>
internal sealed record GrantLimits(ImmutableSortedDictionary<string, string>? Subset, ImmutableSortedDictionary<string, string>? Equal, string? SourceArn)
{
    public GrantConstraints ToWire() => new()
    {
        EncryptionContextSubset = Subset?.ToImmutableDictionary(), EncryptionContextEquals = Equal?.ToImmutableDictionary(), SourceArn = SourceArn,
    };

    public static GrantLimits? Of(GrantConstraints? wire) => wire is null ? null
        : new(wire.EncryptionContextSubset?.ToImmutableSortedDictionary(StringComparer.Ordinal), wire.EncryptionContextEquals?.ToImmutableSortedDictionary(StringComparer.Ordinal), wire.SourceArn);

    public bool IsSame(GrantLimits? other) => other is not null && Same(Subset, other.Subset) && Same(Equal, other.Equal) && SourceArn == other.SourceArn;

    private static bool Same(ImmutableSortedDictionary<string, string>? one, ImmutableSortedDictionary<string, string>? other) =>
        one is null ? other is null : other is not null && one.SequenceEqual(other);
}
