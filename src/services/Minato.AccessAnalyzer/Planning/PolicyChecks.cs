using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Minato.Aws.Policies;
using Minato.Contracts.Accessanalyzer;

namespace Minato.AccessAnalyzer.Planning;

/// <summary>What AWS's reference of policy checks says of a document, as far as it can be known without knowing every action of every service.</summary>
internal static class PolicyChecks
{
    private static readonly string[] s_top = ["Version", "Id", "Statement"];
    private static readonly string[] s_elements = ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

    public static List<ValidatePolicyFinding> Find(string text, PolicyType type, ValidatePolicyResourceType? resourceType)
    {
        PlacedJson root;
        try
        {
            root = PlacedJson.Parse(text);
        }
        catch (JsonException e)
        {
            return [BrokenJson(text, e)];
        }
        var found = new List<ValidatePolicyFinding>();
        if (!root.IsObject)
        {
            Add(found, ValidatePolicyFindingType.Error, "DATA_TYPE_MISMATCH", "The text does not match the expected JSON data type object.", root.Location);
            return found;
        }
        CheckTop(found, root);
        var isTrust = resourceType is ValidatePolicyResourceType.AWSIAMAssumeRolePolicyDocument;
        foreach (var statement in root.Find("Statement")?.Each ?? []) StatementChecks.Check(found, statement, type, isTrust, s_elements);
        CheckSids(found, root);
        return found;
    }

    public static void Add(List<ValidatePolicyFinding> found, ValidatePolicyFindingType type, string code, string details, Location at) => found.Add(new()
    {
        FindingType = type, IssueCode = code, FindingDetails = details, Locations = [at],
        LearnMoreLink = $"https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html#access-analyzer-reference-policy-checks-{Anchor(type)}-{code.ToLowerInvariant().Replace('_', '-')}",
    });

    private static string Anchor(ValidatePolicyFindingType type) => type switch
    {
        ValidatePolicyFindingType.Error => "error",
        ValidatePolicyFindingType.SecurityWarning => "security-warning",
        ValidatePolicyFindingType.Suggestion => "suggestion",
        _ => "general-warning",
    };

    private static ValidatePolicyFinding BrokenJson(string text, JsonException e)
    {
        var lines = text.Split('\n');
        var line = (int)Math.Min(e.LineNumber ?? 0, lines.Length - 1);
        var bytes = Encoding.UTF8.GetBytes(text);
        var offset = lines.Take(line).Sum(l => Encoding.UTF8.GetByteCount(l) + 1) + (e.BytePositionInLine ?? 0);
        var at = PlacedJson.PositionOf(bytes, Math.Min(offset, bytes.Length));
        var found = new List<ValidatePolicyFinding>();
        Add(found, ValidatePolicyFindingType.Error, "JSON_SYNTAX_ERROR", $"Fix the JSON syntax error at index {at.Offset} line {at.Line} column {at.Column}.",
            new() { Path = [], Span = new() { Start = at, End = at } });
        return found[0];
    }

    private static void CheckTop(List<ValidatePolicyFinding> found, PlacedJson root)
    {
        foreach (var (name, place, _) in root.Members.Where(m => !s_top.Contains(m.Name)))
            Add(found, ValidatePolicyFindingType.Error, "INVALID_POLICY_ELEMENT", $"The policy element {name} is not valid.", place);
        if (root.Find("Version") is not { } version)
            Add(found, ValidatePolicyFindingType.Warning, "MISSING_VERSION", "We recommend that you specify the Version element to help you with debugging permission issues.", root.Location);
        else if (version.Text is not ("2012-10-17" or "2008-10-17"))
            Add(found, ValidatePolicyFindingType.Error, "INVALID_VERSION", $"The version {version.Text} is not valid. Use one of the following versions: 2012-10-17, 2008-10-17", version.Location);
        if (root.Find("Statement") is null) Add(found, ValidatePolicyFindingType.Error, "MISSING_STATEMENT", "Add a statement to the policy.", root.Location);
    }

    private static void CheckSids(List<ValidatePolicyFinding> found, PlacedJson root)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var sid in (root.Find("Statement")?.Each ?? []).Select(s => s.Find("Sid")).OfType<PlacedJson>().Where(s => s.Text.Length > 0 && !seen.Add(s.Text)))
            Add(found, ValidatePolicyFindingType.Error, "UNIQUE_SIDS_REQUIRED", "Duplicate statement IDs are not supported for this policy type. Update the Sid value.", sid.Location);
    }
}
