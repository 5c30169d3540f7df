using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Aws.Policies;
using Minato.Contracts.Eventbridge;
using Minato.EventBridge.State;

namespace Minato.EventBridge.Planning;

/// <summary>The policy of a bus: which other accounts may put events onto it.</summary>
internal static class BusPolicy
{
    public const int LongestPolicy = 10_240;
    private const string Version = "2012-10-17";

    /// <param name="caller">Of another account; a service stands for the account that it calls for.</param>
    public static bool Lets(string? policy, Caller caller, BusKey bus)
    {
        if (policy is null) return false;
        var accountId = caller.AccountId;
        var principal = caller.IsService ? new(accountId, $"arn:aws:iam::{accountId}:root") : AuthorizationPrincipal.Of(caller);
        var context = new AuthorizationContext
        {
            Principal = principal, Action = "events:PutEvents", Resource = bus.Arn, ResourceAccountId = bus.Home.AccountId,
            Keys = AuthorizationContext.KeysOf([("aws:PrincipalAccount", [accountId]), ("aws:SourceAccount", [accountId]), ("aws:PrincipalArn", [principal.Arn])]),
        };
        var document = PolicyParser.Parse(policy, PolicyKind.Resource);
        return document.Find(allows: false, context) is null && document.Find(allows: true, context) is not null;
    }

    /// <summary>The document with another statement, in place of the one of the same id.</summary>
    public static string With(string? policy, string statementId, string principal, string action, Condition? condition, BusKey bus)
    {
        var statement = new JsonObject
        {
            ["Sid"] = statementId,
            ["Effect"] = "Allow",
            ["Principal"] = principal is "*" ? "*" : new JsonObject { ["AWS"] = $"arn:aws:iam::{principal}:root" },
            ["Action"] = action,
            ["Resource"] = bus.Arn,
        };
        if (condition is not null) statement["Condition"] = new JsonObject { [condition.Type] = new JsonObject { [condition.Key] = condition.Value } };
        return Document([.. Statements(policy).Where(s => IdOf(s) != statementId), statement]);
    }

    /// <returns>The document without a statement, empty when it was the last one; null when there is no such statement.</returns>
    public static string? Without(string policy, string statementId)
    {
        var before = Statements(policy);
        var after = before.Where(s => IdOf(s) != statementId).ToImmutableArray();
        return after.Length == before.Length ? null : after.IsEmpty ? "" : Document(after);
    }

    private static string Document(ImmutableArray<JsonNode> statements) =>
        new JsonObject { ["Version"] = Version, ["Statement"] = new JsonArray([.. statements.Select(s => s.DeepClone())]) }.ToJsonString(TargetInput.Relaxed);

    private static ImmutableArray<JsonNode> Statements(string? policy) => policy is null ? [] : JsonNode.Parse(policy)?["Statement"] switch
    {
        JsonArray list => [.. list.OfType<JsonNode>()],
        JsonNode one => [one],
        _ => [],
    };

    private static string? IdOf(JsonNode statement) => statement["Sid"]?.GetValue<string>();
}
