using System.Collections.Immutable;

namespace Minato.Elb.State;

/// <summary>Whose certificates clients may show, and which of them count no more.</summary>
internal sealed record TrustStoreState
{
    public required string Arn { get; init; }
    public required Home Home { get; init; }
    public required string Name { get; init; }

    /// <summary>PEM, as it was read from its bucket.</summary>
    public required string Authorities { get; init; }
    public required int AuthorityCount { get; init; }
    public ImmutableArray<RevocationState> Revocations { get; init; } = [];

    /// <summary>The number that the next list gets: none is given twice.</summary>
    public long NextRevocation { get; init; } = 1;
}

/// <param name="List">A revocation list, PEM.</param>
internal sealed record RevocationState(long Id, string List, int Entries);
