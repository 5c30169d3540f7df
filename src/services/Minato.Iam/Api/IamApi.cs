using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Aws.Policies;
using Minato.Engines.Certificates;
using Minato.Iam.Authorization;
using Minato.Iam.State;
using Minato.Platform;

namespace Minato.Iam.Api;

/// <summary>Users, groups, roles, policies and keys. What policies allow can be asked for, and every call is held against it (<see cref="IamPrincipals"/>).</summary>
internal sealed partial class IamApi(
    Store store, TimeProvider clock, Ids ids, PageTokens tokens, KeyUses uses, CompiledPolicies compiled, ISealer sealer, IEnumerable<ICertificateUsers> certificateUsers) : IIam
{
    private const int DefaultPage = 100;
    private const string IdAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private string NewId(string prefix, int length) => prefix + string.Create(length, ids, static (span, ids) =>
    {
        for (var i = 0; i < span.Length; i++) span[i] = IdAlphabet[ids.Next(IdAlphabet.Length)];
    });

    private static UserState User(IReadState state, Caller caller, string name) =>
        state.Find(IamTables.Users, IamTables.KeyOf(caller.AccountId, name))
        ?? throw new NoSuchEntityException($"The user with name {name} cannot be found.");

    private static GroupState Group(IReadState state, Caller caller, string name) =>
        state.Find(IamTables.Groups, IamTables.KeyOf(caller.AccountId, name))
        ?? throw new NoSuchEntityException($"The group with name {name} cannot be found.");

    private static RoleState Role(IReadState state, Caller caller, string name) =>
        state.Find(IamTables.Roles, IamTables.KeyOf(caller.AccountId, name))
        ?? throw new NoSuchEntityException($"The role with name {name} cannot be found.");

    private static PolicyState ManagedPolicy(IReadState state, string arn) =>
        AwsManagedPolicies.Find(arn) ?? state.Find(IamTables.Policies, arn)
        ?? throw new NoSuchEntityException($"Policy {arn} does not exist or is not attachable.");

    private static void CheckBoundary(IReadState state, string? arn)
    {
        if (arn is not null && AwsManagedPolicies.Find(arn) is null && state.Find(IamTables.Policies, arn) is null)
            throw new NoSuchEntityException($"Scope ARN: {arn} does not exist or is not attachable.");
    }

    private static AttachedPermissionsBoundary? BoundaryOf(PrincipalState principal) => principal.BoundaryArn is not { } arn ? null
        : new() { PermissionsBoundaryType = PermissionsBoundaryAttachmentType.PermissionsBoundaryPolicy, PermissionsBoundaryArn = arn };

    private static void CheckQuota(int has, int most, string name)
    {
        if (has >= most) throw new LimitExceededException($"Cannot exceed quota for {name}: {most}");
    }

    /// <summary>IAM answers with documents percent-encoded (RFC 3986).</summary>
    private static string Encode(string document) => Uri.EscapeDataString(document);

    private static string CheckDocument(string document, PolicyKind kind = PolicyKind.Identity)
    {
        try
        {
            PolicyParser.Parse(document, kind);
            return document;
        }
        catch (PolicySyntaxException e)
        {
            throw new MalformedPolicyDocumentException(e.Message);
        }
    }

    private static ImmutableSortedDictionary<string, string> Merge(ImmutableSortedDictionary<string, string> tags, ImmutableArray<Tag>? added)
    {
        var merged = tags.SetItems((added ?? []).Select(t => KeyValuePair.Create(t.Key, t.Value)));
        return merged.Count <= 50 ? merged : throw new LimitExceededException("The number of tags has reached the maximum limit.");
    }

    private static ImmutableArray<Tag> ToWire(ImmutableSortedDictionary<string, string> tags) =>
        [.. tags.Select(t => new Tag { Key = t.Key, Value = t.Value })];

    /// <summary>One page of an account's records whose path begins as asked, and the marker of the next.</summary>
    private (ImmutableArray<TRecord> Page, string? Marker) Page<TRecord>(
        string operation, IEnumerable<TRecord> rest, Func<TRecord, string> key, int? maxItems)
    {
        var size = maxItems ?? DefaultPage;
        var page = rest.Take(size + 1).ToImmutableArray();
        return page.Length <= size ? (page, null) : (page[..size], tokens.Encode(operation, key(page[size - 1])));
    }

    private string? Position(string operation, string? marker) => marker is null ? null
        : tokens.Decode(operation, marker) ?? throw new InvalidInputException("Invalid Marker.");

    private static IEnumerable<string> After(IEnumerable<string> sorted, string? position) =>
        sorted.SkipWhile(s => position is not null && string.CompareOrdinal(s, position) <= 0);

    private (ImmutableArray<Tag> Tags, string? Marker) TagPage(string operation, ImmutableSortedDictionary<string, string> tags, string? position, int? maxItems)
    {
        var after = Position(operation, position);
        var rest = tags.SkipWhile(t => after is not null && tags.KeyComparer.Compare(t.Key, after) <= 0);
        var (page, marker) = Page(operation, rest, t => t.Key, maxItems);
        return ([.. page.Select(t => new Tag { Key = t.Key, Value = t.Value })], marker);
    }

    private static IEnumerable<string> AttachedUnder(PrincipalState principal, string? path, string? position) => After(principal.AttachedPolicies, position)
        .Where(a => path is null || a[(a.IndexOf(":policy/", StringComparison.Ordinal) + ":policy".Length)..].StartsWith(path, StringComparison.Ordinal));

    private static AttachedPolicy ToAttached(string arn) => new() { PolicyArn = arn, PolicyName = arn[(arn.LastIndexOf('/') + 1)..] };
}
