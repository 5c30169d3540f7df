using System.Collections.Immutable;

namespace Minato.Aws.Authorization;

/// <summary>Condition keys of a call: those of its caller, of what it asks for, and of the resource.</summary>
internal static class RequestKeys
{
    private const string PrincipalTag = "aws:PrincipalTag/";
    private const string RequestTag = "aws:RequestTag/";

    public static ImmutableArray<string> Values(Request asked, (string Key, ResourceTemplate Value)[] keys, string resource, ResourceFacts? facts, string key)
    {
        foreach (var (name, value) in keys)
            if (Same(name, key) && asked.Members is { } members) return [.. value.Expand(members, asked.Caller)];
        if (Behind(key, PrincipalTag) is { } own) return Tag(asked.Principal.Tags, own);
        if (Behind(key, RequestTag) is { } given) return Given(asked.Members, given);
        if (key.IndexOf(":ResourceTag/", StringComparison.OrdinalIgnoreCase) is var at and > 0)
            return facts is null ? [] : Tag(facts.Tags, key[(at + ":ResourceTag/".Length)..]);
        return key.ToLowerInvariant() switch
        {
            "aws:tagkeys" => asked.Members is { } request ? [.. request.Tags.Select(t => t.Key).Concat(request.Values("tagKeys")).Concat(request.Values("TagKeys"))] : [],
            "aws:resourceaccount" => One(AccountOf(resource, facts)),
            "aws:principalorgid" => One(asked.Organizations?.PathOf(asked.Caller.AccountId)?.Split('/')[0]),
            "aws:principalorgpaths" => One(asked.Organizations?.PathOf(asked.Caller.AccountId)),
            "aws:resourceorgid" => One(PathOf(asked, resource, facts)?.Split('/')[0]),
            "aws:resourceorgpaths" => One(PathOf(asked, resource, facts)),
            "ec2:region" => [asked.Caller.Region],
            _ => CallerKeys.Values(asked.Caller, asked.Now, key),
        };
    }

    private static string? AccountOf(string resource, ResourceFacts? facts) =>
        facts?.AccountId ?? (Arn.TryParse(resource, out var arn) && arn.AccountId.Length > 0 ? arn.AccountId : null);

    private static string? PathOf(Request asked, string resource, ResourceFacts? facts) => AccountOf(resource, facts) is { } account ? asked.Organizations?.PathOf(account) : null;

    private static ImmutableArray<string> One(string? value) => value is null ? [] : [value];

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    private static string? Behind(string key, string prefix) => key.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) ? key[prefix.Length..] : null;

    // AWS: the keys of tags in conditions have no case, their values have.
    private static ImmutableArray<string> Tag(IReadOnlyDictionary<string, string> tags, string name)
    {
        if (tags.TryGetValue(name, out var value)) return [value];
        foreach (var (key, other) in tags)
            if (Same(key, name)) return [other];
        return [];
    }

    private static ImmutableArray<string> Given(RequestMembers? members, string name)
    {
        foreach (var (key, value) in members?.Tags ?? [])
            if (Same(key, name)) return [value];
        return [];
    }
}
