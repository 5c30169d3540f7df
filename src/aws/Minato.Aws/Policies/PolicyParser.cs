using System.Collections.Immutable;
using System.Text.Json;

namespace Minato.Aws.Policies;

/// <summary>What kind of policy a document is: some elements belong to some kinds only.</summary>
public enum PolicyKind
{
    /// <summary>Of a user, group or role, a boundary, or of a session: no Principal.</summary>
    Identity,

    /// <summary>Of a resource: with Principal and Resource.</summary>
    Resource,

    /// <summary>Of a role, who may assume it: with Principal, without Resource.</summary>
    Trust,
}

/// <summary>A document that is no policy. The message is AWS's.</summary>
public sealed class PolicySyntaxException(string message) : Exception(message);

/// <summary>Reads a policy document strictly: what AWS refuses when a policy is made is refused.</summary>
public static class PolicyParser
{
    private const string NewVersion = "2012-10-17";
    private const string OldVersion = "2008-10-17";
    private const string SyntaxErrors = "Syntax errors in policy.";
    private static readonly JsonDocumentOptions s_json = new() { MaxDepth = 16 };

    /// <exception cref="PolicySyntaxException">It is no policy of this kind.</exception>
    public static PolicyDocument Parse(string text, PolicyKind kind)
    {
        try
        {
            using var json = JsonDocument.Parse(text, s_json);
            return Document(json.RootElement, new(text), kind);
        }
        catch (JsonException)
        {
            throw new PolicySyntaxException("This policy contains invalid Json");
        }
    }

    private static PolicyDocument Document(JsonElement root, TextPlaces places, PolicyKind kind)
    {
        Expect(root.ValueKind is JsonValueKind.Object);
        CheckNames(root, ["Version", "Id", "Statement"]);
        var version = root.TryGetProperty("Version", out var given) ? Text(given) : OldVersion;
        Expect(version is NewVersion or OldVersion);
        if (root.TryGetProperty("Id", out var id)) Text(id);
        if (!root.TryGetProperty("Statement", out var statements)) throw new PolicySyntaxException(SyntaxErrors);
        var read = Each(statements).Select(s => Statement(s, places.Next(s.GetRawText()), kind, version == NewVersion)).ToImmutableArray();
        Expect(read.Length > 0);
        var names = read.Select(s => s.Sid).OfType<string>().ToArray();
        if (names.Distinct(StringComparer.Ordinal).Count() != names.Length) throw new PolicySyntaxException("Statement IDs (SID) in a single policy must be unique.");
        return new(read);
    }

    private static PolicyStatement Statement(JsonElement json, TextSpan place, PolicyKind kind, bool hasVariables)
    {
        Expect(json.ValueKind is JsonValueKind.Object);
        CheckNames(json, ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"]);
        var sid = json.TryGetProperty("Sid", out var name) ? Sid(Text(name), kind) : null;
        var effect = json.TryGetProperty("Effect", out var given) ? Text(given) : null;
        Expect(effect is "Allow" or "Deny");
        var actions = Patterns(json, "Action", hasVariables, CheckAction) ?? throw new PolicySyntaxException("Policy statement must contain actions.");
        return new(place, sid, effect is "Allow", actions, Resources(json, kind, hasVariables), Principals(json, kind), Conditions(json, hasVariables));
    }

    private static PatternList? Resources(JsonElement json, PolicyKind kind, bool hasVariables)
    {
        var resources = Patterns(json, "Resource", hasVariables, CheckResource);
        if (kind is PolicyKind.Trust)
            return resources is null ? null : throw new PolicySyntaxException("Has prohibited field Resource");
        return resources ?? throw new PolicySyntaxException("Policy statement must contain resources.");
    }

    private static PrincipalList? Principals(JsonElement json, PolicyKind kind)
    {
        var isNegated = json.TryGetProperty("NotPrincipal", out var given);
        var has = json.TryGetProperty("Principal", out var positive);
        Expect(!(isNegated && has));
        if (kind is PolicyKind.Identity) return !isNegated && !has ? null : throw new PolicySyntaxException("Policy document should not specify a principal.");
        if (!isNegated && !has) throw new PolicySyntaxException(kind is PolicyKind.Trust ? "Missing required field Principal" : "Policy statement must contain principals.");
        return PrincipalReader.Read(has ? positive : given, isNegated);
    }

    private static PatternList? Patterns(JsonElement json, string name, bool hasVariables, Action<string> check)
    {
        var has = json.TryGetProperty(name, out var positive);
        var hasNot = json.TryGetProperty("Not" + name, out var negative);
        Expect(!(has && hasNot));
        if (!has && !hasNot) return null;
        var texts = Each(has ? positive : negative).Select(Text).ToArray();
        Expect(texts.Length > 0 || name is "Resource");
        foreach (var text in texts) check(text);
        return texts.Length is 0 ? null : new([.. texts.Select(t => Pattern.Parse(t, hasVariables))], hasNot);
    }

    private static ImmutableArray<PolicyCondition> Conditions(JsonElement json, bool hasVariables)
    {
        if (!json.TryGetProperty("Condition", out var all)) return [];
        Expect(all.ValueKind is JsonValueKind.Object);
        var read = ImmutableArray.CreateBuilder<PolicyCondition>();
        foreach (var one in all.EnumerateObject())
        {
            var (compare, set, ifExists) = Operator(one.Name);
            Expect(one.Value.ValueKind is JsonValueKind.Object);
            foreach (var key in one.Value.EnumerateObject())
                read.Add(new(compare, set, ifExists, key.Name, [.. Each(key.Value).Select(v => Pattern.Parse(Scalar(v), hasVariables))]));
        }

        return read.ToImmutable();
    }

    private static (ConditionOperator? Compare, SetOperator Set, bool IfExists) Operator(string name)
    {
        var (set, rest) = name.Split(':', 2) switch
        {
            ["ForAllValues", var r] => (SetOperator.ForAllValues, r),
            ["ForAnyValue", var r] => (SetOperator.ForAnyValue, r),
            _ => (SetOperator.None, name),
        };
        if (rest is "Null") return (null, set, false);
        var ifExists = rest.EndsWith("IfExists", StringComparison.Ordinal);
        var found = ConditionOperator.Find(ifExists ? rest[..^"IfExists".Length] : rest);
        return (found ?? throw new PolicySyntaxException($"Invalid Condition type : {name}."), set, ifExists);
    }

    private static void CheckAction(string action)
    {
        if (action is "*") return;
        var parts = action.Split(':');
        if (parts.Length < 2) throw new PolicySyntaxException("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
        Expect(parts.Length is 2 && parts[1].Length > 0);
        if (!parts[0].All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '*' or '?')) throw new PolicySyntaxException($"Vendor {parts[0]} is not valid");
    }

    private static void CheckResource(string resource)
    {
        if (resource is "*" || resource.StartsWith("${", StringComparison.Ordinal) || resource.StartsWith('*')) return;
        if (!resource.StartsWith("arn:", StringComparison.Ordinal)) throw new PolicySyntaxException($"Resource {resource} must be in ARN format or \"*\".");
        var partition = resource.Split(':')[1];
        if (!partition.StartsWith("aws", StringComparison.Ordinal) && partition is not "*")
            throw new PolicySyntaxException($"Partition \"{partition}\" is not valid for resource \"{resource}\".");
    }

    // AWS: policies of resources may have spaces and more in it, as the default policy of a key has.
    private static string Sid(string sid, PolicyKind kind) => kind is PolicyKind.Resource || sid.All(char.IsAsciiLetterOrDigit) ? sid
        : throw new PolicySyntaxException("Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*");

    // A name twice: which of both counts would be anybody's guess.
    private static void CheckNames(JsonElement json, ReadOnlySpan<string> known)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var member in json.EnumerateObject()) Expect(known.Contains(member.Name) && seen.Add(member.Name));
    }

    public static IEnumerable<JsonElement> Each(JsonElement json) => json.ValueKind is JsonValueKind.Array ? json.EnumerateArray() : [json];

    public static string Text(JsonElement json) =>
        json.ValueKind is JsonValueKind.String && json.GetString() is { } text ? text : throw new PolicySyntaxException(SyntaxErrors);

    /// <summary>AWS: numbers and truth values of conditions may stand without quotes.</summary>
    private static string Scalar(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Number => json.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => Text(json),
    };

    public static void Expect(bool isSo)
    {
        if (!isSo) throw new PolicySyntaxException(SyntaxErrors);
    }
}
