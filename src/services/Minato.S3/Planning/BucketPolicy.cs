using System.Collections.Immutable;
using System.Text.Json;
using System.Text.RegularExpressions;
using Minato.Aws;
using Minato.Aws.Policies;

namespace Minato.S3.Planning;

/// <summary>
/// A bucket's policy: checked when it is put, and asked about whoever is not of the bucket's account: strangers, other accounts, and
/// services that deliver into it. What an account's own users may do is IAM's to say. How policies are read and decide is the same for all rooms
/// (<see cref="PolicyDocument"/>); the words of refusals are S3's own.
/// </summary>
internal sealed class BucketPolicy
{
    public const int LongestPolicy = 20 * 1024;
    private const string LogDelivery = "logdelivery.elasticloadbalancing.amazonaws.com";
    private static readonly string[] StatementNames = ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];
    private readonly List<JsonElement> _statements = [];

    private readonly PolicyDocument? _document;
    private readonly string? _fault;

    private BucketPolicy(JsonElement root, string text)
    {
        if (root.ValueKind is not JsonValueKind.Object) throw Malformed("Policies must be valid JSON and the first byte must be '{'");
        if (!root.TryGetProperty("Statement", out var statements)) throw Malformed("Missing required field Statement");
        if (root.TryGetProperty("Version", out var version) && version.ToString() is not ("2012-10-17" or "2008-10-17")) throw Malformed("The policy must contain a valid version string");
        _statements.AddRange(statements.ValueKind is JsonValueKind.Array ? statements.EnumerateArray() : [statements]);
        try
        {
            _document = PolicyParser.Parse(text, PolicyKind.Resource);
        }
        catch (PolicySyntaxException e)
        {
            _fault = e.Message;
        }
    }

    /// <summary>As all rooms evaluate policies; null when it cannot be read.</summary>
    public PolicyDocument? Document => _document;

    /// <exception cref="S3Exception">It is no policy, or not one of this bucket.</exception>
    public static BucketPolicy Check(string text, string bucketArn)
    {
        var policy = Parse(text);
        if (policy._statements.Count == 0) throw Malformed("Could not parse the policy: Statement is empty!");
        foreach (var statement in policy._statements) CheckStatement(statement, bucketArn);
        if (policy._document is null) throw Malformed(policy._fault ?? "Policy is not valid");
        return policy;
    }

    public static BucketPolicy Parse(string text)
    {
        if (text.Length > LongestPolicy) throw Malformed("Normalized policy document exceeds the maximum allowed size of 20480 bytes.");
        try
        {
            using var document = JsonDocument.Parse(text, new() { MaxDepth = 16 });
            return new(document.RootElement.Clone(), text);
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

    /// <summary>
    /// Whether the policy lets somebody in who is not of the bucket's account, or a service. A policy that cannot be read, because it was put when
    /// less was checked, lets nobody in.
    /// </summary>
    public bool Allows(Caller caller, string action, string resource, Func<string, ImmutableArray<string>> keys)
    {
        if (_document is not { } document) return false;
        var asked = WhoItIs(caller).Select(p => new AuthorizationContext { Principal = p, Action = action, Resource = resource, KeySource = keys }).ToArray();
        return Array.Exists(asked, a => document.Find(allows: true, a) is not null) && !Array.Exists(asked, a => document.Find(allows: false, a) is not null);
    }

    // AWS: load balancers of the older Regions write as accounts, and policies may still name those.
    private static IEnumerable<AuthorizationPrincipal> WhoItIs(Caller caller) => caller.PrincipalArn is LogDelivery
        ? LogDeliveryAccounts.Principals.Prepend(AuthorizationPrincipal.Of(caller)) : [AuthorizationPrincipal.Of(caller)];

    private static bool IsEverybody(JsonElement statement) => Principals(statement, "Principal").Any(p => p is ("*", "*") or ("AWS", "*"));

    private static IEnumerable<(string Kind, string Value)> Principals(JsonElement statement, string name)
    {
        if (!statement.TryGetProperty(name, out var principal)) yield break;
        if (principal.ValueKind is JsonValueKind.String) yield return ("*", principal.GetString() ?? "");
        if (principal.ValueKind is not JsonValueKind.Object) yield break;
        foreach (var kind in principal.EnumerateObject())
            foreach (var value in Texts(principal, kind.Name)) yield return (kind.Name, value);
    }

    private static IEnumerable<string> Texts(JsonElement node, string name) => !node.TryGetProperty(name, out var value) ? []
        : value.ValueKind is JsonValueKind.Array ? value.EnumerateArray().Select(v => v.ToString()) : [value.ToString()];

    private static bool Fits(string pattern, string value) => Regex.IsMatch(value,
        $"^{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal)}\\z",
        RegexOptions.Singleline | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking,
        TimeSpan.FromSeconds(1));

    private static S3Exception Malformed(string message) => new("MalformedPolicy", message, 400);
}
