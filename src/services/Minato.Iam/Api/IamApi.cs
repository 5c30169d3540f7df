using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Aws.Policies;
using Minato.Iam.State;
using Minato.Platform;

namespace Minato.Iam.Api;

/// <summary>Users, roles, policies and keys. What policies allow can be asked for; calls are not held against it yet.</summary>
internal sealed partial class IamApi(Store store, TimeProvider clock, Ids ids, PageTokens tokens) : IIam
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

    private static RoleState Role(IReadState state, Caller caller, string name) =>
        state.Find(IamTables.Roles, IamTables.KeyOf(caller.AccountId, name))
        ?? throw new NoSuchEntityException($"The role with name {name} cannot be found.");

    private static PolicyState ManagedPolicy(IReadState state, string arn) =>
        AwsManagedPolicies.Find(arn) ?? state.Find(IamTables.Policies, arn)
        ?? throw new NoSuchEntityException($"Policy {arn} does not exist or is not attachable.");

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

    private static AttachedPolicy ToAttached(string arn) => new() { PolicyArn = arn, PolicyName = arn[(arn.LastIndexOf('/') + 1)..] };
}
