using System.Text.Json;
using System.Text.RegularExpressions;
using Minato.Aws;

namespace Minato.S3.Planning;

/// <summary>
/// A bucket's policy: checked when it is put, and asked about whoever is not of the bucket's account: strangers, other accounts, and
/// services that deliver into it. What an account's own users may do is IAM's to say.
/// </summary>
internal sealed partial class BucketPolicy
{
    public const int LongestPolicy = 20 * 1024;
    private const string LogDelivery = "logdelivery.elasticloadbalancing.amazonaws.com";
    private static readonly string[] StatementNames = ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];
    private readonly List<JsonElement> _statements = [];

    private BucketPolicy(JsonElement root)
    {
        if (root.ValueKind is not JsonValueKind.Object) throw Malformed("Policies must be valid JSON and the first byte must be '{'");
        if (!root.TryGetProperty("Statement", out var statements)) throw Malformed("Missing required field Statement");
        if (root.TryGetProperty("Version", out var version) && version.ToString() is not ("2012-10-17" or "2008-10-17")) throw Malformed("The policy must contain a valid version string");
        _statements.AddRange(statements.ValueKind is JsonValueKind.Array ? statements.EnumerateArray() : [statements]);
    }

    /// <exception cref="S3Exception">It is no policy, or not one of this bucket.</exception>
    public static BucketPolicy Check(string text, string bucketArn)
    {
        var policy = Parse(text);
        if (policy._statements.Count == 0) throw Malformed("Could not parse the policy: Statement is empty!");
        foreach (var statement in policy._statements) CheckStatement(statement, bucketArn);
        return policy;
    }

    public static BucketPolicy Parse(string text)
    {
        if (text.Length > LongestPolicy) throw Malformed("Normalized policy document exceeds the maximum allowed size of 20480 bytes.");
        try
        {
            using var document = JsonDocument.Parse(text, new() { MaxDepth = 16 });
            return new(document.RootElement.Clone());
        }
        catch (JsonException)
        {
            throw Malformed("Policies must be valid JSON and the first byte must be '{'");
        }
    }

    private static void CheckStatement(JsonElement statement, string bucketArn)
    {
        if (statement.ValueKind is not JsonValueKind.Object) throw Malformed("Could not parse the policy: Statement is not an object");
        if (statement.EnumerateObject().Select(m => m.Name).FirstOrDefault(n => !StatementNames.Contains(n)) is { } unknown) throw Malformed($"Unknown field {unknown}");
        if (!statement.TryGetProperty("Effect", out var effect)) throw Malformed("Missing required field Effect");
        if (effect.ToString() is not ("Allow" or "Deny")) throw Malformed($"Invalid effect: {effect}");
        if (!Has("Principal")) throw Malformed("Missing required field Principal");
        if (!Has("Action")) throw Malformed("Missing required field Action");
        if (!Has("Resource")) throw Malformed("Missing required field Resource");
        if (Texts(statement, "Action").Concat(Texts(statement, "NotAction")).Any(a => a is not "*" && !a.StartsWith("s3:", StringComparison.OrdinalIgnoreCase)))
            throw Malformed("Policy has invalid action");
        var resources = Texts(statement, "Resource").Concat(Texts(statement, "NotResource"));
        if (resources.Any(r => r is not "*" && r != bucketArn && !r.StartsWith(bucketArn + "/", StringComparison.Ordinal) && !(r.Contains('*', StringComparison.Ordinal) && Fits(r, bucketArn))))
            throw Malformed("Policy has invalid resource");
        if (statement.TryGetProperty("Principal", out var principal) && principal.ValueKind is JsonValueKind.String && principal.GetString() is not "*")
            throw Malformed("Invalid principal in policy");

        bool Has(string name) => statement.TryGetProperty(name, out _) || statement.TryGetProperty("Not" + name, out _);
    }

    /// <summary>AWS: anybody is let in by a statement without a condition that narrows it.</summary>
    public bool IsPublic => _statements.Exists(s => s.GetProperty("Effect").GetString() is "Allow" && IsEverybody(s) && !s.TryGetProperty("Condition", out _));

    /// <param name="context">Keys in lower case, e.g. <c>aws:sourceaccount</c>.</param>
    public bool Allows(Caller caller, string action, string resource, IReadOnlyDictionary<string, string> context)
    {
        var fitting = _statements.FindAll(s => Named(s, "Action", p => Fits(p, action, ignoreCase: true)) && Named(s, "Resource", p => Fits(p, resource))
            && Meant(s, caller) && Holds(s, context));
        return fitting.Exists(s => s.GetProperty("Effect").GetString() is "Allow") && !fitting.Exists(s => s.GetProperty("Effect").GetString() is "Deny");
    }

    private static bool Named(JsonElement statement, string name, Func<string, bool> fits) =>
        statement.TryGetProperty("Not" + name, out _) ? !Texts(statement, "Not" + name).Any(fits) : Texts(statement, name).Any(fits);

    private static bool IsEverybody(JsonElement statement) => Principals(statement, "Principal").Any(p => p is ("*", "*") or ("AWS", "*"));

    private static bool Meant(JsonElement statement, Caller caller) =>
        statement.TryGetProperty("NotPrincipal", out _) ? !Principals(statement, "NotPrincipal").Any(p => Is(p, caller)) : Principals(statement, "Principal").Any(p => Is(p, caller));

    private static bool Is((string Kind, string Value) principal, Caller caller) => principal switch
    {
        (_, "*") => true,
        ("Service", var name) => caller.IsService && caller.PrincipalArn == name,
        ("AWS", var arn) when caller.PrincipalArn is LogDelivery => LogDeliveryAccounts.Contains(arn),
        ("AWS", var arn) => !caller.IsAnonymous && !caller.IsService
            && (arn == caller.PrincipalArn || arn == caller.AccountId || arn == $"arn:aws:iam::{caller.AccountId}:root" || IsRoleOf(arn, caller.PrincipalArn)),
        _ => false,
    };

    // A session is who its role is: arn:aws:sts::1:assumed-role/R/S of arn:aws:iam::1:role/path/R.
    private static bool IsRoleOf(string arn, string caller) => arn.Contains(":role/", StringComparison.Ordinal)
        && caller.Split(":assumed-role/") is [_, var session] && arn.Split('/')[^1] == session.Split('/')[0];

    private static IEnumerable<(string Kind, string Value)> Principals(JsonElement statement, string name)
    {
        if (!statement.TryGetProperty(name, out var principal)) yield break;
        if (principal.ValueKind is JsonValueKind.String) yield return ("*", principal.GetString() ?? "");
        if (principal.ValueKind is not JsonValueKind.Object) yield break;
        foreach (var kind in principal.EnumerateObject())
            foreach (var value in Texts(principal, kind.Name)) yield return (kind.Name, value);
    }

    // A condition that is not understood does not hold.
    private static bool Holds(JsonElement statement, IReadOnlyDictionary<string, string> context) => !statement.TryGetProperty("Condition", out var condition)
        || condition.EnumerateObject().All(test => test.Value.EnumerateObject().All(key =>
            Holds(test.Name, [.. Texts(test.Value, key.Name)], context.GetValueOrDefault(key.Name.ToLowerInvariant()))));

    private static bool Holds(string test, string[] wanted, string? value)
    {
        if (test.EndsWith("IfExists", StringComparison.Ordinal)) return value is null || Holds(test[..^"IfExists".Length], wanted, value);
        var isNegated = test.StartsWith("StringNot", StringComparison.Ordinal) || test.StartsWith("ArnNot", StringComparison.Ordinal);
        if (value is null) return isNegated;
        return test switch
        {
            "StringEquals" or "StringNotEquals" => wanted.Contains(value, StringComparer.Ordinal) != isNegated,
            "StringEqualsIgnoreCase" or "StringNotEqualsIgnoreCase" => wanted.Contains(value, StringComparer.OrdinalIgnoreCase) != isNegated,
            "StringLike" or "StringNotLike" or "ArnLike" or "ArnNotLike" or "ArnEquals" or "ArnNotEquals" => wanted.Any(w => Fits(w, value)) != isNegated,
            "Bool" => wanted.Contains(value, StringComparer.OrdinalIgnoreCase),
            _ => false,
        };
    }

    private static IEnumerable<string> Texts(JsonElement node, string name) => !node.TryGetProperty(name, out var value) ? []
        : value.ValueKind is JsonValueKind.Array ? value.EnumerateArray().Select(v => v.ToString()) : [value.ToString()];

    private static bool Fits(string pattern, string value, bool ignoreCase = false) => Regex.IsMatch(value,
        $"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal)}\\z",
        RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | (ignoreCase ? RegexOptions.IgnoreCase : RegexOptions.None),
        TimeSpan.FromSeconds(1));

    private static S3Exception Malformed(string message) => new("MalformedPolicy", message, 400);
}
