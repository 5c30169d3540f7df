using System.Text.Json.Nodes;

namespace Minato.Lint.Output;

/// <summary>Findings as JSON, each with its reason and its remedy.</summary>
internal static class LintJson
{
    public static JsonObject Write(IReadOnlyList<LintFinding> findings) => new()
    {
        ["summary"] = new JsonObject
        {
            ["error"] = findings.Count(f => f.Rule.Level is LintLevel.Error), ["warning"] = findings.Count(f => f.Rule.Level is LintLevel.Warning),
            ["info"] = findings.Count(f => f.Rule.Level is LintLevel.Info),
        },
        ["findings"] = new JsonArray([.. findings.Select(Finding)]),
    };

    private static JsonNode Finding(LintFinding finding) => new JsonObject
    {
        ["code"] = finding.Rule.Code, ["level"] = LevelOf(finding.Rule.Level), ["file"] = finding.File, ["line"] = finding.Line > 0 ? finding.Line : null,
        ["message"] = finding.Message, ["title"] = finding.Rule.Title, ["why"] = finding.Rule.Why, ["fix"] = finding.Rule.Fix,
    };

    public static string LevelOf(LintLevel level) => level.ToString().ToLowerInvariant();

    /// <returns>Null for a word that is no level. Dockle's words are understood too.</returns>
    public static LintLevel? Parse(string word) => word.ToLowerInvariant() switch
    {
        "info" or "note" or "style" => LintLevel.Info,
        "warning" or "warn" => LintLevel.Warning,
        "error" or "fatal" => LintLevel.Error,
        _ => null,
    };
}
