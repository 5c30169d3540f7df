using Minato.Aws.Policies;
using Minato.Contracts.Accessanalyzer;

namespace Minato.AccessAnalyzer.Planning;

/// <summary>The checks of one statement.</summary>
internal static class StatementChecks
{
    public static void Check(List<ValidatePolicyFinding> found, PlacedJson statement, PolicyType type, bool isTrust, string[] elements)
    {
        if (!statement.IsObject)
        {
            Error(found, "DATA_TYPE_MISMATCH", "The text does not match the expected JSON data type object.", statement.Location);
            return;
        }
        foreach (var (name, place, _) in statement.Members.Where(m => !elements.Contains(m.Name))) Error(found, "INVALID_POLICY_ELEMENT", $"The policy element {name} is not valid.", place);
        CheckSid(found, statement, type);
        CheckEffect(found, statement);
        CheckPresence(found, statement, type, isTrust);
        CheckResources(found, statement);
        CheckConditions(found, statement);
        CheckActions(found, statement);
        CheckPermissions(found, statement);
    }

    private static void CheckSid(List<ValidatePolicyFinding> found, PlacedJson statement, PolicyType type)
    {
        if (type is PolicyType.IdentityPolicy && statement.Find("Sid") is { } sid && !sid.Text.All(char.IsAsciiLetterOrDigit))
            Error(found, "UNSUPPORTED_SID", "Update the characters in the Sid element to use one of the following character types: [a-z, A-Z, 0-9]", sid.Location);
    }

    private static void CheckEffect(List<ValidatePolicyFinding> found, PlacedJson statement)
    {
        if (statement.Find("Effect") is not { } effect) Error(found, "MISSING_EFFECT", "Add an Effect element to the policy statement with a value of Allow or Deny.", statement.Location);
        else if (effect.Text is not ("Allow" or "Deny")) Error(found, "INVALID_EFFECT", $"The effect {effect.Text} is not valid. Use Allow or Deny.", effect.Location);
    }

    private static void CheckPresence(List<ValidatePolicyFinding> found, PlacedJson statement, PolicyType type, bool isTrust)
    {
        foreach (var name in new[] { "Action", "Resource", "Principal" })
            if (statement.Find(name) is not null && statement.PlaceOf($"Not{name}") is { } other)
                Error(found, "UNSUPPORTED_ELEMENT_COMBINATION", $"The policy elements {name} and Not{name} can not be used in the same statement. Remove one of these elements.", other);
        if (!Has(statement, "Action")) Error(found, "MISSING_ACTION", "Add an Action or NotAction element to the policy statement.", statement.Location);
        if (isTrust && (statement.PlaceOf("Resource") ?? statement.PlaceOf("NotResource")) is { } resource)
            Error(found, "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE", "Role trust policies apply to the role that they are attached to. You cannot specify a resource. Remove the Resource or NotResource element.", resource);
        if (!isTrust && !Has(statement, "Resource")) Error(found, "MISSING_RESOURCE", "Add a Resource or NotResource element to the policy statement.", statement.Location);
        if (type is PolicyType.ResourcePolicy && !Has(statement, "Principal")) Error(found, "MISSING_PRINCIPAL", "Add a Principal element to the policy statement.", statement.Location);
        if (type is PolicyType.IdentityPolicy or PolicyType.ServiceControlPolicy && (statement.PlaceOf("Principal") ?? statement.PlaceOf("NotPrincipal")) is { } principal)
            Error(found, "UNSUPPORTED_PRINCIPAL", $"The policy type {type.ToWire()} does not support the Principal element. Remove the Principal element.", principal);
    }

    private static void CheckResources(List<ValidatePolicyFinding> found, PlacedJson statement)
    {
        foreach (var resource in (statement.Find("Resource")?.Each ?? []).Concat(statement.Find("NotResource")?.Each ?? []).Where(r => r.IsText))
        {
            if (resource.Text is "*" || resource.Text.StartsWith("${", StringComparison.Ordinal)) continue;
            if (!resource.Text.StartsWith("arn:", StringComparison.Ordinal)) Error(found, "INVALID_ARN_PREFIX", "Add the required prefix (arn) to the resource ARN.", resource.Location);
        }
    }

    private static void CheckConditions(List<ValidatePolicyFinding> found, PlacedJson statement)
    {
        foreach (var (name, place, _) in statement.Find("Condition")?.Members ?? [])
        {
            var bare = name.Split(':', 2) is ["ForAllValues" or "ForAnyValue", var rest] ? rest : name;
            if (bare is "NullIfExists") Error(found, "NULL_WITH_IF_EXISTS", "The Null condition operator does not support the IfExists suffix. Update the operator or the suffix.", place);
            else if (bare is not "Null" && ConditionOperator.Find(bare.EndsWith("IfExists", StringComparison.Ordinal) ? bare[..^"IfExists".Length] : bare) is null)
                Error(found, "INVALID_CONDITION_OPERATOR", $"The operator {name} is not valid. Use a valid condition operator.", place);
        }
    }

    private static void CheckActions(List<ValidatePolicyFinding> found, PlacedJson statement)
    {
        foreach (var (name, what) in new[] { ("Action", "actions"), ("Resource", "resources") })
            if (statement.Find(name) is { Kind: System.Text.Json.JsonTokenType.StartArray, Items.Length: 0 } empty)
                PolicyChecks.Add(found, ValidatePolicyFindingType.Suggestion, $"EMPTY_ARRAY_{name.ToUpperInvariant()}", $"This statement includes no {what} and does not affect the policy. Specify {what}.", empty.Location);
        var actions = (statement.Find("Action")?.Each ?? []).Where(a => a.IsText).ToArray();
        foreach (var action in actions)
        {
            // What another one says already.
            var others = actions.Where(o => !ReferenceEquals(o, action) && Covers(o.Text, action.Text) && (!Covers(action.Text, o.Text) || Array.IndexOf(actions, o) < Array.IndexOf(actions, action)));
            if (others.Any())
                PolicyChecks.Add(found, ValidatePolicyFindingType.Suggestion, "REDUNDANT_ACTION",
                    $"The 1 action(s) are redundant because they provide similar permissions. Update the policy to remove the redundant action such as: {action.Text}.", action.Location);
        }
    }

    private static void CheckPermissions(List<ValidatePolicyFinding> found, PlacedJson statement)
    {
        if (statement.Find("Effect")?.Text is not "Allow") return;
        if (statement.PlaceOf("NotPrincipal") is { } all)
            PolicyChecks.Add(found, ValidatePolicyFindingType.SecurityWarning, "ALLOW_WITH_NOT_PRINCIPAL", "Using Allow with NotPrincipal can be overly permissive. We recommend that you use Principal instead.", all);
        var star = (statement.Find("Resource")?.Each ?? []).FirstOrDefault(r => r.Text is "*" || (r.Text.Contains(":role/", StringComparison.Ordinal) && r.Text.EndsWith('*')));
        var narrowed = (statement.Find("Condition")?.Members ?? []).Any(o => o.Value.Members.Any(k => k.Name.Equals("iam:PassedToService", StringComparison.OrdinalIgnoreCase)));
        if (star is null || narrowed) return;
        var passing = (statement.Find("Action")?.Each ?? []).FirstOrDefault(a => Covers(a.Text, "iam:PassRole"));
        if (passing is null) return;
        var isStar = passing.Text.Contains('*', StringComparison.Ordinal);
        PolicyChecks.Add(found, ValidatePolicyFindingType.SecurityWarning, isStar ? "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE" : "PASS_ROLE_WITH_STAR_IN_RESOURCE", isStar
            ? "Using wildcards (*) in the action and the resource can be overly permissive because it allows iam:PassRole permissions on all resources. We recommend that you specify resource ARNs or add the iam:PassedToService condition key to your statement."
            : "Using the iam:PassRole action with wildcards (*) in the resource can be overly permissive because it allows iam:PassRole permissions on multiple resources. We recommend that you specify resource ARNs or add the iam:PassedToService condition key to your statement.",
            star.Location);
    }

    private static bool Covers(string pattern, string action) => Pattern.Parse(pattern, hasVariables: false).Matches(action, s_nobody, StringComparison.OrdinalIgnoreCase);

    private static readonly AuthorizationContext s_nobody = new() { Principal = new("", ""), Action = "", Resource = "" };

    private static bool Has(PlacedJson statement, string name) => statement.Find(name) is not null || statement.Find($"Not{name}") is not null;

    private static void Error(List<ValidatePolicyFinding> found, string code, string details, Location at) => PolicyChecks.Add(found, ValidatePolicyFindingType.Error, code, details, at);
}
