using System.Collections.Immutable;

namespace Minato.Iam.State;

/// <summary>A certificate that was uploaded for listeners, with its key sealed.</summary>
internal sealed record ServerCertificateState
{
    public required string AccountId { get; init; }
    public required string Name { get; init; }
    public required string Path { get; init; }
    public required string Id { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset NotBefore { get; init; }
    public required DateTimeOffset NotAfter { get; init; }
    public required string Certificate { get; init; }
    public string? Chain { get; init; }

    /// <summary>PKCS#8, opens with <see cref="ContextOf"/>.</summary>
    public required byte[] SealedKey { get; init; }

    /// <summary>Common name and alternative names.</summary>
    public ImmutableArray<string> Names { get; init; } = [];
    public bool IsElliptic { get; init; }
    public int KeyBits { get; init; }

    /// <summary>What it was called before: who named it so goes on with it.</summary>
    public ImmutableArray<string> FormerArns { get; init; } = [];
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public string Key => IamTables.KeyOf(AccountId, Name);
    public string Arn => $"arn:aws:iam::{AccountId}:server-certificate{Path}{Name}";

    public bool IsCalled(string arn) => arn == Arn || FormerArns.Contains(arn);

    public static string ContextOf(string id) => $"iam server certificate {id}";
}
