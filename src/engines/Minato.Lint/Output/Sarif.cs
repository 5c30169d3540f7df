using System.Text.Json.Nodes;

namespace Minato.Lint.Output;

/// <summary>Findings as SARIF 2.1.0, which code hosts show beside the lines.</summary>
internal static class Sarif
{
    private const string Schema = "https://json.schemastore.org/sarif-2.1.0.json";

    public static JsonObject Write(IReadOnlyList<LintFinding> findings, string version)
    {
        var rules = findings.Select(f => f.Rule).DistinctBy(r => r.Code).OrderBy(r => r.Code, StringComparer.Ordinal).ToList();
        var index = rules.Select((r, i) => (r.Code, i)).ToDictionary(p => p.Code, p => p.i, StringComparer.Ordinal);
        return new()
        {
            ["$schema"] = Schema,
            ["version"] = "2.1.0",
            ["runs"] = new JsonArray(new JsonObject
            {
                ["tool"] = new JsonObject { ["driver"] = new JsonObject { ["name"] = "minato", ["version"] = version, ["rules"] = new JsonArray([.. rules.Select(Rule)]) } },
                ["results"] = new JsonArray([.. findings.Select(f => Result(f, index[f.Rule.Code]))]),
            }),
        };
    }

    private static JsonNode Rule(LintRule rule) => new JsonObject
    {
        ["id"] = rule.Code,
        ["shortDescription"] = new JsonObject { ["text"] = rule.Title },
        ["fullDescription"] = new JsonObject { ["text"] = rule.Why },
        ["help"] = new JsonObject { ["text"] = rule.Fix },
        ["defaultConfiguration"] = new JsonObject { ["level"] = Level(rule.Level) },
    };

    private static JsonNode Result(LintFinding finding, int rule)
    {
        var place = new JsonObject { ["artifactLocation"] = new JsonObject { ["uri"] = Uri.EscapeDataString(finding.File).Replace("%2F", "/", StringComparison.Ordinal) } };
        // A line of 0 is the whole file, which has no region.
        if (finding.Line > 0) place["region"] = new JsonObject { ["startLine"] = finding.Line };
        return new JsonObject
        {
            ["ruleId"] = finding.Rule.Code, ["ruleIndex"] = rule, ["level"] = Level(finding.Rule.Level), ["message"] = new JsonObject { ["text"] = finding.Message },
            ["locations"] = new JsonArray(new JsonObject { ["physicalLocation"] = place }),
        };
    }

    private static string Level(LintLevel level) => level switch { LintLevel.Error => "error", LintLevel.Warning => "warning", _ => "note" };
}
