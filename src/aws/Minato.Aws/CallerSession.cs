using System.Collections.Immutable;

namespace Minato.Aws;

/// <summary>With what temporary credentials were handed out.</summary>
public sealed record CallerSession
{
    public required DateTimeOffset IssuedAt { get; init; }

    /// <summary>Of the role that was assumed; null for sessions of users and of root.</summary>
    public string? RoleArn { get; init; }

    /// <summary>Unique id of that role.</summary>
    public string? RoleId { get; init; }

    /// <summary>Of federated users: the user, or root, that they stand for.</summary>
    public string? UserArn { get; init; }
    public string? SourceIdentity { get; init; }

    /// <summary>The provider whose word was taken, for roles assumed with a token.</summary>
    public string? FederatedProvider { get; init; }
    public bool HasMfa { get; init; }

    /// <summary>Given for the session, beside those of the role. AWS: keys have no case.</summary>
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Go on with the roles that are assumed from this session.</summary>
    public ImmutableArray<string> TransitiveTagKeys { get; init; } = [];

    /// <summary>The session policy: what may be done at most. Null when none was given.</summary>
    public string? Policy { get; init; }

    /// <summary>ARNs of managed policies that limit the session like <see cref="Policy"/>.</summary>
    public ImmutableArray<string> PolicyArns { get; init; } = [];

    /// <summary>Federated users and others with a session policy; with none given, nothing limits.</summary>
    public bool IsLimited => Policy is not null || PolicyArns.Length > 0;
}
