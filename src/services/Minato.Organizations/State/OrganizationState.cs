using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Minato.Contracts.Organizations;
using Minato.Platform;

namespace Minato.Organizations.State;

/// <summary>An organization with all that is in it. One record: it is small, changes seldom, and every call of its members is held against it.</summary>
internal sealed record OrganizationState
{
    public const string FullAccess = "p-FullAWSAccess";

    public required string Id { get; init; }
    public required string ManagementId { get; init; }
    public required OrganizationFeatureSet Features { get; init; }
    public required string RootId { get; init; }

    /// <summary>Service control policies are enabled.</summary>
    public bool IsControlled { get; init; }
    public ImmutableSortedDictionary<string, UnitState> Units { get; init; } = Sorted<UnitState>();
    public ImmutableSortedDictionary<string, MemberState> Members { get; init; } = Sorted<MemberState>();
    public ImmutableSortedDictionary<string, PolicyState> Policies { get; init; } = Sorted<PolicyState>();

    /// <summary>Ids of policies by what they are attached to.</summary>
    public ImmutableSortedDictionary<string, ImmutableSortedSet<string>> Attached { get; init; } = Sorted<ImmutableSortedSet<string>>();
    public ImmutableSortedDictionary<string, CreationState> Creations { get; init; } = Sorted<CreationState>();
    public ImmutableSortedDictionary<string, ImmutableSortedDictionary<string, string>> Tags { get; init; } = Sorted<ImmutableSortedDictionary<string, string>>();

    public static ImmutableSortedDictionary<string, T> Sorted<T>() => ImmutableSortedDictionary.Create<string, T>(StringComparer.Ordinal);

    public string Arn(string resource) => $"arn:aws:organizations::{ManagementId}:{resource}";

    public bool IsTarget(string id) => id == RootId || Units.ContainsKey(id) || Members.ContainsKey(id);

    public bool IsParent(string id) => id == RootId || Units.ContainsKey(id);

    /// <returns>Null for the root and for what is not in this organization.</returns>
    public string? ParentOf(string id) => Units.TryGetValue(id, out var unit) ? unit.ParentId : Members.TryGetValue(id, out var member) ? member.ParentId : null;

    public ImmutableSortedSet<string> AttachedTo(string target) => Attached.GetValueOrDefault(target, []);

    /// <summary>With the policy that everything has from the beginning, where such policies are enabled.</summary>
    public OrganizationState WithDefault(string target) => IsControlled ? this with { Attached = Attached.SetItem(target, [FullAccess]) } : this;

    /// <summary>Without anything that was said of a target.</summary>
    public OrganizationState Forget(string target) => this with { Attached = Attached.Remove(target), Tags = Tags.Remove(target) };
}

internal sealed record UnitState(string Id, string ParentId, string Name);

internal sealed record MemberState
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string Email { get; init; }
    public required string ParentId { get; init; }
    public required AccountJoinedMethod Joined { get; init; }
    public required DateTimeOffset JoinedAt { get; init; }
    public bool IsClosed { get; init; }
}

/// <summary>A service control policy.</summary>
internal sealed record PolicyState(string Id, string Name, string Description, string Content);

/// <summary>An account that was asked for.</summary>
internal sealed record CreationState
{
    public required string Id { get; init; }
    public required string AccountId { get; init; }
    public required string Name { get; init; }
    public required string RoleName { get; init; }
    public required DateTimeOffset AskedAt { get; init; }
    public CreateAccountState State { get; init; } = CreateAccountState.InProgress;
    public DateTimeOffset? EndedAt { get; init; }
    public CreateAccountFailureReason? Failure { get; init; }
}

internal static class OrganizationTables
{
    public static readonly Table<string, OrganizationState> Organizations = new("organizations.organizations", o => o.Id, () => OrganizationJson.Default.OrganizationState);

    private static readonly Index<string, string, OrganizationState> s_byMember = Organizations.AddIndexOfEach("member", o => o.Members.Keys);

    /// <summary>The organization that an account is in; every call is held against it.</summary>
    public static OrganizationState? Of(IReadState state, string accountId) =>
        state.Keys(s_byMember, accountId) is [var id, ..] ? state.Find(Organizations, id) : null;
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(OrganizationState))]
internal sealed partial class OrganizationJson : JsonSerializerContext;
