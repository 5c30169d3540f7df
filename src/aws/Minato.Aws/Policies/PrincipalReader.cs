using System.Collections.Immutable;
using System.Text.Json;

namespace Minato.Aws.Policies;

/// <summary>Reads the Principal of a statement: <c>"*"</c>, or lists by kind.</summary>
public static class PrincipalReader
{
    public static PrincipalList Read(JsonElement json, bool isNegated)
    {
        if (json.ValueKind is JsonValueKind.String)
        {
            PolicyParser.Expect(json.GetString() is "*");
            return new(isNegated, IsEverybody: true, [], [], []);
        }

        PolicyParser.Expect(json.ValueKind is JsonValueKind.Object);
        var lists = new Dictionary<string, ImmutableHashSet<string>>(StringComparer.Ordinal);
        foreach (var kind in json.EnumerateObject())
        {
            PolicyParser.Expect(kind.Name is "AWS" or "Service" or "Federated" or "CanonicalUser");
            PolicyParser.Expect(lists.TryAdd(kind.Name, [.. PolicyParser.Each(kind.Value).Select(PolicyParser.Text)]));
        }

        var aws = lists.GetValueOrDefault("AWS", []);
        foreach (var name in aws.Where(n => !IsAws(n)))
            throw new PolicySyntaxException($"Invalid principal in policy: \"AWS\":\"{name}\"");
        return new(isNegated, aws.Contains("*"), aws, lists.GetValueOrDefault("Service", []), lists.GetValueOrDefault("Federated", []));
    }

    private static bool IsAws(string name) =>
        name is "*" || (name.Length is 12 && name.All(char.IsAsciiDigit)) || name.Split(':', 6) is ["arn", _, "iam" or "sts", "", _, _];
}
