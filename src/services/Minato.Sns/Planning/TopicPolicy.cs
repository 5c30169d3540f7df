using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Aws.Policies;
using Minato.Sns.State;

namespace Minato.Sns.Planning;

/// <summary>The policy of a topic: what those who are not of its account may do with it.</summary>
internal static class TopicPolicy
{
    // AWS: EventBridge does not say for whom it publishes, so the policy that topics come with does not let it in.
    private const string Unnamed = "events.amazonaws.com";
    private static readonly string[] s_ownerActions =
    [
        "SNS:GetTopicAttributes", "SNS:SetTopicAttributes", "SNS:AddPermission", "SNS:RemovePermission", "SNS:DeleteTopic", "SNS:Subscribe", "SNS:ListSubscriptionsByTopic",
        "SNS:Publish",
    ];

    /// <summary>What a topic has until it is given another one.</summary>
    public static string Default(TopicState topic) => new JsonObject
    {
        ["Version"] = "2008-10-17",
        ["Id"] = "__default_policy_ID",
        ["Statement"] = new JsonArray(new JsonObject
        {
            ["Sid"] = "__default_statement_ID",
            ["Effect"] = "Allow",
            ["Principal"] = new JsonObject { ["AWS"] = "*" },
            ["Action"] = new JsonArray([.. s_ownerActions.Select(a => (JsonNode?)a)]),
            ["Resource"] = topic.Arn,
            ["Condition"] = new JsonObject { ["StringEquals"] = new JsonObject { ["AWS:SourceOwner"] = topic.Home.AccountId } },
        }),
    }.ToJsonString();

    public static string Of(TopicState topic) => topic.Attributes.GetValueOrDefault("Policy") ?? Default(topic);

    /// <summary>What the account's own principals may do is IAM's to say; everybody else needs the topic's word.</summary>
    public static bool Lets(TopicState topic, Caller caller, string action)
    {
        if (!caller.IsService && caller.AccountId == topic.Home.AccountId) return true;
        var keys = new List<(string, ImmutableArray<string>)> { ("aws:SourceAccount", [caller.AccountId]), ("aws:PrincipalAccount", [caller.AccountId]) };
        if (caller.PrincipalArn != Unnamed) keys.Add(("AWS:SourceOwner", [caller.AccountId]));
        if (caller.SourceArn is { } source) keys.Add(("aws:SourceArn", [source]));
        var context = new AuthorizationContext
        {
            Principal = caller.IsService ? new("", caller.PrincipalArn, Service: caller.PrincipalArn) : AuthorizationPrincipal.Of(caller),
            Action = $"SNS:{action}", Resource = topic.Arn, ResourceAccountId = topic.Home.AccountId, Keys = AuthorizationContext.KeysOf(keys),
        };
        var document = PolicyParser.Parse(Of(topic), PolicyKind.Resource);
        return document.Find(allows: false, context) is null && document.Find(allows: true, context) is not null;
    }

    /// <returns>Null when there is a statement of this label already.</returns>
    public static string? With(TopicState topic, string label, IEnumerable<string> accounts, IEnumerable<string> actions)
    {
        var policy = JsonNode.Parse(Of(topic))?.AsObject() ?? [];
        var statements = StatementsOf(policy);
        if (statements.Any(s => (string?)s["Sid"] == label)) return null;
        statements.Add(new JsonObject
        {
            ["Sid"] = label,
            ["Effect"] = "Allow",
            ["Principal"] = new JsonObject { ["AWS"] = Few(accounts.Select(a => $"arn:aws:iam::{a}:root")) },
            ["Action"] = Few(actions.Select(a => $"SNS:{a}")),
            ["Resource"] = topic.Arn,
        });
        policy["Statement"] = new JsonArray([.. statements.Select(s => s.DeepClone())]);
        return policy.ToJsonString();
    }

    /// <returns>The policy without the statement; the same when there is none of this label.</returns>
    public static string Without(TopicState topic, string label)
    {
        var policy = JsonNode.Parse(Of(topic))?.AsObject() ?? [];
        policy["Statement"] = new JsonArray([.. StatementsOf(policy).Where(s => (string?)s["Sid"] != label).Select(s => s.DeepClone())]);
        return policy.ToJsonString();
    }

    private static List<JsonNode> StatementsOf(JsonObject policy) => policy["Statement"] switch
    {
        JsonArray list => [.. list.OfType<JsonNode>()],
        JsonNode one => [one],
        _ => [],
    };

    // AWS: one of them stands alone, several are a list.
    private static JsonNode? Few(IEnumerable<string> names) => names.ToArray() is [var one] ? one : new JsonArray([.. names.Select(n => (JsonNode?)n)]);
}
