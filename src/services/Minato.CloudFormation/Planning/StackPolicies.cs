using System.Text.Json;
using System.Text.Json.Nodes;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;

namespace Minato.CloudFormation.Planning;

/// <summary>
/// Stack policies: which resources an update may touch. AWS: like policies of IAM but not the same: there is no caller in them but <c>*</c>,
/// their resources are logical ids, their only condition is the resource's type, and without a policy everything is allowed.
/// </summary>
internal static class StackPolicies
{
    /// <param name="action"><c>Modify</c>, <c>Replace</c> or <c>Delete</c>.</param>
    /// <returns>Why not; null when it may be done.</returns>
    public static string? Refusal(StackState stack, string logicalId, string type, string action)
    {
        if ((stack.Operation?.PolicyDuringUpdate ?? stack.Policy) is not { } text) return null;
        var statements = Statements(text);
        var denying = statements.FirstOrDefault(s => s.Effect is "Deny" && Applies(s, logicalId, type, action));
        if (denying is not null) return $"Action denied by stack policy: Statement [#{denying.Number}] denies [Update:{action}] for resource [LogicalResourceId/{logicalId}]";
        return statements.Any(s => s.Effect is "Allow" && Applies(s, logicalId, type, action)) ? null
            : $"Action denied by stack policy: Statement [#1] does not allow [Update:{action}] for resource [LogicalResourceId/{logicalId}]";
    }

    /// <exception cref="Minato.Aws.AwsException">It is no stack policy.</exception>
    public static void Check(string text)
    {
        try
        {
            foreach (var statement in Statements(text))
            {
                if (statement.Effect is not ("Allow" or "Deny") || statement.Actions.Count == 0) throw Wrong("Error validating stack policy: Invalid stack policy");
                if (statement.Actions.FirstOrDefault(a => a != "*" && !a.StartsWith("Update:", StringComparison.Ordinal)) is { } foreign)
                    throw Wrong($"Error validating stack policy: Unknown action: {foreign}");
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw Wrong("Error validating stack policy: Invalid stack policy");
        }
    }

    private static Exception Wrong(string message) => TemplateErrors.Validation(message);

    private sealed record Statement(int Number, string? Effect, List<string> Actions, bool IsNotAction, List<string> Resources, bool IsNotResource, List<string> Types);

    private static List<Statement> Statements(string text)
    {
        var root = JsonNode.Parse(text) as JsonObject ?? throw new FormatException();
        var list = root["Statement"] switch
        {
            JsonArray many => many.Select(s => s as JsonObject ?? throw new FormatException()),
            JsonObject one => [one],
            _ => throw new FormatException(),
        };
        return [.. list.Select((s, i) => new Statement(i + 1, Values.Text(s["Effect"]), Texts(s["Action"] ?? s["NotAction"]), s["NotAction"] is not null,
            Texts(s["Resource"] ?? s["NotResource"] ?? "*"), s["NotResource"] is not null, TypesOf(s["Condition"])))];
    }

    private static List<string> TypesOf(JsonNode? condition) =>
        condition is not JsonObject operators ? [] : [.. operators.SelectMany(o => Texts(Values.Member(o.Value, "ResourceType")))];

    private static List<string> Texts(JsonNode? node) => node switch
    {
        null => [],
        JsonArray list => [.. list.Select(i => Values.Text(i) ?? throw new FormatException())],
        _ => [Values.Text(node) ?? throw new FormatException()],
    };

    private static bool Applies(Statement statement, string logicalId, string type, string action) =>
        statement.Actions.Any(a => Matches(a, $"Update:{action}")) != statement.IsNotAction
        && statement.Resources.Any(r => Matches(r, logicalId) || Matches(r, $"LogicalResourceId/{logicalId}")) != statement.IsNotResource
        && (statement.Types.Count == 0 || statement.Types.Any(t => Matches(t, type)));

    private static bool Matches(string pattern, string text) => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(pattern, text, ignoreCase: false);
}
