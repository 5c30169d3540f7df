using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Minato.Contracts.Ecr;

namespace Minato.Ecr.State;

/// <summary>Something of a registry that stands for a prefix of repository names.</summary>
[method: JsonConstructor]
internal sealed record PrefixKey(string AccountId, string Region, string Prefix) : IComparable<PrefixKey>
{
    /// <summary>Stands for every repository that no other prefix takes.</summary>
    public const string Root = "ROOT";

    public PrefixKey(Home home, string prefix) : this(home.AccountId, home.Region, prefix) { }

    public Home Home => new(AccountId, Region);

    public int CompareTo(PrefixKey? other)
    {
        if (other is null) return 1;
        var order = string.CompareOrdinal(AccountId, other.AccountId);
        if (order == 0) order = string.CompareOrdinal(Region, other.Region);
        return order == 0 ? string.CompareOrdinal(Prefix, other.Prefix) : order;
    }

    public override string ToString() => $"{AccountId}/{Region}/{Prefix}";
}

/// <summary>What a repository gets that is made without being asked for.</summary>
internal sealed record TemplateState
{
    public required PrefixKey Key { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required ImmutableArray<RCTAppliedFor> AppliedFor { get; init; }
    public string? Description { get; init; }
    public EncryptionConfigurationForRepositoryCreationTemplate? Encryption { get; init; }
    public ImmutableArray<Tag> Tags { get; init; } = [];
    public ImageTagMutability Mutability { get; init; } = ImageTagMutability.Mutable;
    public ImmutableArray<string> Exclusions { get; init; } = [];
    public string? PolicyText { get; init; }
    public string? LifecyclePolicyText { get; init; }
    public string? CustomRoleArn { get; init; }
}

/// <summary>A pull-through cache: repositories below the prefix are filled from another registry.</summary>
internal sealed record CacheRuleState
{
    public required PrefixKey Key { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required string UpstreamUrl { get; init; }
    public UpstreamRegistry? Upstream { get; init; }
    public string? UpstreamPrefix { get; init; }
    public string? CredentialArn { get; init; }
    public string? CustomRoleArn { get; init; }
}
