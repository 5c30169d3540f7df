using Minato.Contracts.Ec2;

namespace Minato.Ec2.State;

/// <summary>The public half of a key pair; nobody here has the private one.</summary>
internal sealed record StoredKeyPair
{
    public required ResourceKey Key { get; init; }
    public required string Name { get; init; }
    public required KeyType Type { get; init; }
    public required string Fingerprint { get; init; }

    /// <summary>A line of <c>authorized_keys</c>, without a comment.</summary>
    public required string PublicKey { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>AWS: the comment is the name of the pair, whatever it was before.</summary>
    public string Line => $"{PublicKey} {Name}";
}
