using System.Text.Json;

namespace Minato.Ecr.Planning;

/// <summary>Checks the text of a lifecycle policy. What it does is <see cref="LifecyclePlanner"/>'s.</summary>
internal static class LifecyclePolicy
{
    private const int MaxRules = 50;
    private const int MaxWildcards = 4;
    private const int MinArchivedDays = 90;

    private static readonly string[] s_lists = ["tagPatternList", "tagPrefixList"];
    private static readonly string[] s_ruleMembers = ["rulePriority", "description", "selection", "action"];
    private static readonly string[] s_selectionMembers =
        ["tagStatus", "tagPatternList", "tagPrefixList", "storageClass", "countType", "countUnit", "countNumber"];

    /// <returns>What is wrong, in AWS's words; null when nothing is.</returns>
    public static string? Fault(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return Schema(json.RootElement) ?? Meaning([.. json.RootElement.GetProperty("rules").EnumerateArray()]);
        }
        catch (JsonException)
        {
            return "Could not map policyString into LifecyclePolicy.";
        }
    }

    private static string? Schema(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) return "Could not map policyString into LifecyclePolicy.";
        if (Members(root, ["rules"], ["rules"]) is { } fault) return fault;
        var rules = root.GetProperty("rules");
        if (rules.ValueKind != JsonValueKind.Array) return $"instance type ({TypeOf(rules)}) does not match any allowed primitive type (allowed: [\"array\"])";
        if (rules.GetArrayLength() == 0) return "array is too short: must have at least 1 elements but instance has 0 elements";
        if (rules.GetArrayLength() > MaxRules)
            return $"array is too long: must have at most {MaxRules} elements but instance has {rules.GetArrayLength()} elements";
        return rules.EnumerateArray().Select(Rule).FirstOrDefault(f => f is not null);
    }

    private static string? Rule(JsonElement rule)
    {
        if (rule.ValueKind != JsonValueKind.Object) return $"instance type ({TypeOf(rule)}) does not match any allowed primitive type (allowed: [\"object\"])";
        return Members(rule, s_ruleMembers, ["action", "rulePriority", "selection"])
            ?? AtLeastOne(rule.GetProperty("rulePriority"))
            ?? Selection(rule.GetProperty("selection"))
            ?? Action(rule.GetProperty("action"));
    }

    private static string? Selection(JsonElement selection)
    {
        if (selection.ValueKind != JsonValueKind.Object)
            return $"instance type ({TypeOf(selection)}) does not match any allowed primitive type (allowed: [\"object\"])";
        return Members(selection, s_selectionMembers, ["countNumber", "countType", "tagStatus"])
            ?? OneOf(selection, "tagStatus", ["any", "tagged", "untagged"])
            ?? OneOf(selection, "countType", ["imageCountMoreThan", "sinceImagePulled", "sinceImagePushed", "sinceImageTransitioned"])
            ?? OneOf(selection, "countUnit", ["days"])
            ?? OneOf(selection, "storageClass", ["archive", "standard"])
            ?? AtLeastOne(selection.GetProperty("countNumber"))
            ?? Texts(selection, "tagPatternList") ?? Texts(selection, "tagPrefixList");
    }

    private static string? Action(JsonElement action)
    {
        if (action.ValueKind != JsonValueKind.Object) return $"instance type ({TypeOf(action)}) does not match any allowed primitive type (allowed: [\"object\"])";
        return Members(action, ["type", "targetStorageClass"], ["type"])
            ?? OneOf(action, "type", ["expire", "transition"]) ?? OneOf(action, "targetStorageClass", ["archive"]);
    }

    private static string? Meaning(List<JsonElement> rules)
    {
        foreach (var rule in rules)
        {
            var fault = Lists(rule.GetProperty("selection")) ?? Counts(rule.GetProperty("selection"), rule.GetProperty("action"));
            if (fault is not null) return fault;
        }

        return Together(rules);
    }

    private static string? Lists(JsonElement selection)
    {
        var lists = s_lists.Count(name => selection.TryGetProperty(name, out var list) && list.GetArrayLength() > 0);
        if (Text(selection, "tagStatus") == "tagged")
        {
            if (lists != 1) return "exactly one of tagPatternList and tagPrefixList is required when tagStatus is tagged";
            return selection.TryGetProperty("tagPatternList", out var patterns) && patterns.EnumerateArray().Any(p => (p.GetString() ?? "").Count(c => c == '*') > MaxWildcards)
                ? $"a tag pattern can contain at most {MaxWildcards} wildcards"
                : null;
        }

        return lists == 0 ? null : $"tagPatternList and tagPrefixList are not allowed when tagStatus is {Text(selection, "tagStatus")}";
    }

    private static string? Counts(JsonElement selection, JsonElement action)
    {
        var (countType, hasUnit) = (Text(selection, "countType"), selection.TryGetProperty("countUnit", out _));
        var (expires, isArchive) = (Text(action, "type") == "expire", Text(selection, "storageClass") == "archive");
        if (countType == "imageCountMoreThan" && hasUnit) return "countUnit is not allowed when countType is imageCountMoreThan";
        if (countType != "imageCountMoreThan" && !hasUnit) return $"countUnit is required when countType is {countType}";
        if (!expires && Text(action, "targetStorageClass") is null) return "targetStorageClass is required when the action is transition";
        if (expires && Text(action, "targetStorageClass") is not null) return "targetStorageClass is not allowed when the action is expire";
        if (countType == "sinceImagePulled" && expires) return "sinceImagePulled is only supported with the action transition";
        if ((countType == "sinceImageTransitioned") != isArchive) return "storageClass archive is required for sinceImageTransitioned, and only for it";
        if (!isArchive) return null;
        if (!expires) return "sinceImageTransitioned is only supported with the action expire";
        return selection.GetProperty("countNumber").GetInt64() < MinArchivedDays ? $"sinceImageTransitioned requires a countNumber of at least {MinArchivedDays}" : null;
    }

    private static string? Together(List<JsonElement> rules)
    {
        if (rules.Select(r => r.GetProperty("rulePriority").GetInt64()).Distinct().Count() != rules.Count) return "rulePriority must be unique";
        foreach (var group in rules.GroupBy(r => Text(r.GetProperty("selection"), "storageClass") ?? "standard"))
        {
            var selections = group.OrderBy(r => r.GetProperty("rulePriority").GetInt64()).Select(r => r.GetProperty("selection")).ToList();
            if (selections.Count(s => Text(s, "tagStatus") == "untagged") > 1) return "only one rule can select untagged images";
            if (selections.SkipLast(1).Any(s => Text(s, "tagStatus") == "any")) return "a rule with tagStatus any must have the highest value for rulePriority";
            var sets = selections.Where(s => Text(s, "tagStatus") == "tagged").Select(TagSet).ToList();
            if (sets.Distinct().Count() != sets.Count) return "tag lists must be unique among rules";
        }

        return null;
    }

    private static string TagSet(JsonElement selection)
    {
        var name = selection.TryGetProperty("tagPatternList", out var list) && list.GetArrayLength() > 0 ? "tagPatternList" : "tagPrefixList";
        return $"{name} {string.Join(' ', selection.GetProperty(name).EnumerateArray().Select(t => t.GetString()).Order())}";
    }

    private static string? Members(JsonElement json, string[] allowed, string[] required)
    {
        string[] strange = [.. json.EnumerateObject().Select(m => m.Name).Except(allowed).Order()];
        if (strange.Length > 0) return $"object instance has properties which are not allowed by the schema: ({Quoted(strange)})";
        string[] missing = [.. required.Where(name => !json.TryGetProperty(name, out _))];
        return missing.Length > 0 ? $"object has missing required properties ({Quoted(missing)})" : null;
    }

    private static string? OneOf(JsonElement json, string name, string[] values)
    {
        if (!json.TryGetProperty(name, out var value)) return null;
        return value.ValueKind == JsonValueKind.String && values.Contains(value.GetString())
            ? null
            : $"instance value ({value.GetRawText()}) not found in enum :(possible values: {Quoted(values)})";
    }

    private static string? AtLeastOne(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var number))
            return $"instance type ({TypeOf(value)}) does not match any allowed primitive type (allowed: [\"integer\"])";
        return number >= 1 ? null : $"numeric instance is lower than the required minimum (minimum: 1, found: {number})";
    }

    private static string? Texts(JsonElement json, string name)
    {
        if (!json.TryGetProperty(name, out var list)) return null;
        if (list.ValueKind != JsonValueKind.Array) return $"instance type ({TypeOf(list)}) does not match any allowed primitive type (allowed: [\"array\"])";
        return list.EnumerateArray().FirstOrDefault(t => t.ValueKind != JsonValueKind.String) is { ValueKind: not JsonValueKind.Undefined } other
            ? $"instance type ({TypeOf(other)}) does not match any allowed primitive type (allowed: [\"string\"])"
            : null;
    }

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetString() : null;

    private static string Quoted(string[] names) => $"[{string.Join(',', names.Select(n => $"\"{n}\""))}]";

    private static string TypeOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => value.TryGetInt64(out _) ? "integer" : "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };
}
