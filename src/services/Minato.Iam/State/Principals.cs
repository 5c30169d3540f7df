using System.Collections.Immutable;
using Minato.Contracts.Iam;

namespace Minato.Iam.State;

/// <summary>Users, groups and roles: who may hold keys, be assumed or have members, and the policies they carry. IAM is one for all regions.</summary>
internal abstract record PrincipalState
{
    public required string AccountId { get; init; }
    public required string Name { get; init; }
    public required string Path { get; init; }
    public required string Id { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public ImmutableSortedDictionary<string, string> InlinePolicies { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>ARNs of managed policies.</summary>
    public ImmutableSortedSet<string> AttachedPolicies { get; init; } = [];

    /// <summary>ARN of the managed policy that says what may be allowed at most; groups have none.</summary>
    public string? BoundaryArn { get; init; }
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public string Key => IamTables.KeyOf(AccountId, Name);

    /// <summary>As ARNs and messages call it: user, group or role.</summary>
    public abstract string Kind { get; }
    public string Arn => $"arn:aws:iam::{AccountId}:{Kind}{Path}{Name}";
}

internal sealed record UserState : PrincipalState
{
    public override string Kind => "user";

    /// <summary>Names of groups.</summary>
    public ImmutableSortedSet<string> Groups { get; init; } = [];
    public LoginState? Login { get; init; }
}

/// <summary>That a user may sign in with a password. There is nowhere to sign in, so the password itself is not kept.</summary>
internal sealed record LoginState(DateTimeOffset CreatedAt, bool MustReset);

internal sealed record GroupState : PrincipalState
{
    public override string Kind => "group";
}

internal sealed record RoleState : PrincipalState
{
    public override string Kind => "role";
    public required string AssumeRolePolicyDocument { get; init; }
    public string? Description { get; init; }
    public int MaxSessionDuration { get; init; } = 3600;

    /// <summary>The service alone changes it.</summary>
    public bool IsServiceLinked => Path.StartsWith("/aws-service-role/", StringComparison.Ordinal);
}

internal sealed record AccessKeyState
{
    public required string AccessKeyId { get; init; }
    public required string SecretAccessKey { get; init; }
    public required string AccountId { get; init; }
    public required string UserName { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public bool IsActive { get; init; } = true;
}

/// <summary>What machines get their role by.</summary>
internal sealed record InstanceProfileState
{
    public required string AccountId { get; init; }
    public required string Name { get; init; }
    public required string Path { get; init; }
    public required string Id { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>AWS: at most one.</summary>
    public string? RoleName { get; init; }
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public string Key => IamTables.KeyOf(AccountId, Name);
    public string Arn => $"arn:aws:iam::{AccountId}:instance-profile{Path}{Name}";
}

/// <summary>Somebody else whose word counts for who a caller is: an OpenID Connect or SAML provider.</summary>
internal sealed record ProviderState
{
    public required string Arn { get; init; }
    public required string AccountId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Of OpenID Connect: without the scheme.</summary>
    public string? Url { get; init; }
    public ImmutableArray<string> ClientIds { get; init; } = [];
    public ImmutableArray<string> Thumbprints { get; init; } = [];

    /// <summary>Of SAML.</summary>
    public string? Metadata { get; init; }
    public string? Uuid { get; init; }
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public bool IsSaml => Metadata is not null;
}

/// <summary>What an account has one of.</summary>
internal sealed record AccountState
{
    public required string AccountId { get; init; }
    public string? Alias { get; init; }
    public PasswordPolicy? PasswordPolicy { get; init; }
    public DateTimeOffset? ReportAt { get; init; }
    public string? Report { get; init; }
}

/// <summary>A managed policy of the account; AWS's own are in <see cref="AwsManagedPolicies"/>.</summary>
internal sealed record PolicyState
{
    public required string AccountId { get; init; }
    public required string Name { get; init; }
    public required string Path { get; init; }
    public required string Id { get; init; }

    /// <summary>Of the default version.</summary>
    public required string Document { get; init; }
    public string? Description { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? UpdatedAt { get; init; }
    public int DefaultVersion { get; init; } = 1;

    /// <summary>Numbers are never given again.</summary>
    public int LastVersion { get; init; } = 1;

    /// <summary>Versions beside the default one, by number.</summary>
    public ImmutableSortedDictionary<int, PolicyVersionState> OtherVersions { get; init; } = ImmutableSortedDictionary<int, PolicyVersionState>.Empty;

    /// <summary>When the default version was made.</summary>
    public DateTimeOffset? VersionCreatedAt { get; init; }
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public string Arn => $"arn:aws:iam::{AccountId}:policy{Path}{Name}";
}

internal sealed record PolicyVersionState(string Document, DateTimeOffset CreatedAt);

/// <summary>A managed policy attached to a principal, or the boundary of one.</summary>
internal sealed record AttachmentState(string PolicyArn, string PrincipalArn, bool IsBoundary = false)
{
    public string Key => IsBoundary ? $"{PolicyArn} {PrincipalArn} boundary" : $"{PolicyArn} {PrincipalArn}";
}

/// <summary>A user in a group.</summary>
internal sealed record MembershipState(string GroupKey, string UserKey)
{
    public string Key => $"{GroupKey} {UserKey}";
}
