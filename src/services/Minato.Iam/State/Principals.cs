using System.Collections.Immutable;

namespace Minato.Iam.State;

/// <summary>Users and roles: who may hold keys or be assumed, and the policies they carry. IAM is one for all regions.</summary>
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
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public string Key => IamTables.KeyOf(AccountId, Name);
    public abstract string Arn { get; }
}

internal sealed record UserState : PrincipalState
{
    public override string Arn => $"arn:aws:iam::{AccountId}:user{Path}{Name}";
}

internal sealed record RoleState : PrincipalState
{
    public required string AssumeRolePolicyDocument { get; init; }
    public string? Description { get; init; }
    public int MaxSessionDuration { get; init; } = 3600;
    public override string Arn => $"arn:aws:iam::{AccountId}:role{Path}{Name}";
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

/// <summary>A managed policy of the account; AWS's own are in <see cref="AwsManagedPolicies"/>.</summary>
internal sealed record PolicyState
{
    public required string AccountId { get; init; }
    public required string Name { get; init; }
    public required string Path { get; init; }
    public required string Id { get; init; }
    public required string Document { get; init; }
    public string? Description { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public string Arn => $"arn:aws:iam::{AccountId}:policy{Path}{Name}";
}

/// <summary>A managed policy attached to a principal.</summary>
internal sealed record AttachmentState(string PolicyArn, string PrincipalArn)
{
    public string Key => $"{PolicyArn} {PrincipalArn}";
}
