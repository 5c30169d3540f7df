using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Sns;

namespace Minato.Sns.Templates;

/// <summary>The policy of topics, which AWS keeps among their attributes. A topic always has one.</summary>
internal abstract class PolicyOfTopicsType(string typeName, ISns sns, TimeProvider clock) : ResourceHandler(typeName, clock)
{
    protected Task SetAsync(string topic, string policy, TemplateResource r, CancellationToken ct) =>
        sns.SetTopicAttributesAsync(new() { TopicArn = topic, AttributeName = "Policy", AttributeValue = policy }, r.Caller, ct);

    // AWS: without a policy of its own, a topic's account may do everything with it.
    protected Task ResetAsync(string topic, TemplateResource r, CancellationToken ct) => IfThereAsync(() => SetAsync(topic, Default(topic, r), r, ct));

    /// <returns>Null for the one that every topic has.</returns>
    protected async Task<JsonNode?> PolicyAsync(string topic, TemplateResource r, CancellationToken ct)
    {
        var policy = (await sns.GetTopicAttributesAsync(new() { TopicArn = topic }, r.Caller, ct)).Attributes?.GetValueOrDefault("Policy");
        return policy is null || JsonNode.DeepEquals(JsonNode.Parse(policy), JsonNode.Parse(Default(topic, r))) ? null : JsonNode.Parse(policy);
    }

    private static string Default(string topic, TemplateResource r) => new JsonObject
    {
        ["Version"] = "2008-10-17", ["Id"] = "__default_policy_ID",
        ["Statement"] = new JsonArray(new JsonObject
        {
            ["Sid"] = "__default_statement_ID", ["Effect"] = "Allow", ["Principal"] = new JsonObject { ["AWS"] = "*" },
            ["Action"] = new JsonArray([.. ((string[])["GetTopicAttributes", "SetTopicAttributes", "AddPermission", "RemovePermission", "DeleteTopic", "Subscribe", "ListSubscriptionsByTopic", "Publish"])
                .Select(a => (JsonNode)$"SNS:{a}")]),
            ["Resource"] = topic, ["Condition"] = new JsonObject { ["StringEquals"] = new JsonObject { ["AWS:SourceOwner"] = r.Caller.AccountId } },
        }),
    }.ToJsonString();
}

/// <summary>One policy on any number of topics. Ref is a name of CloudFormation's.</summary>
internal sealed class TopicPolicyType(ISns sns, TimeProvider clock) : PolicyOfTopicsType("AWS::SNS::TopicPolicy", sns, clock)
{
    public override ResourceTypeSchema Schema { get; } = new() { Properties = ["PolicyDocument", "Topics"], Required = ["PolicyDocument", "Topics"], Attributes = ["Id"], Identifiers = ["Id"] };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await ChangeAsync(r, ct);
        r.Id = PhysicalName.Of(r.Request, 128);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        foreach (var topic in r.Texts("Topics")) await SetAsync(topic, r.Text("PolicyDocument") ?? "", r, ct);
        foreach (var topic in r.PreviousTexts("Topics").Except(r.Texts("Topics"))) await ResetAsync(topic, r, ct);
    }

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        foreach (var topic in r.Texts("Topics")) await ResetAsync(topic, r, ct);
    }

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct) => r.Texts("Topics") is [var first, ..] && await PolicyAsync(first, r, ct) is { } policy
        ? r.ModelOf(new() { ["PolicyDocument"] = policy, ["Topics"] = r.ListOrEmpty("Topics") }, ("Id", r.Id)) : null;
}

/// <summary>The policy of one topic. Ref is the topic's ARN.</summary>
internal sealed class TopicInlinePolicyType(ISns sns, TimeProvider clock) : PolicyOfTopicsType("AWS::SNS::TopicInlinePolicy", sns, clock)
{
    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["PolicyDocument", "TopicArn"], Required = ["PolicyDocument", "TopicArn"], CreateOnly = ["TopicArn"], Identifiers = ["TopicArn"],
    };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await ChangeAsync(r, ct);
        r.Id = r.Text("TopicArn") ?? "";
    }

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) => SetAsync(r.Text("TopicArn") ?? "", r.Text("PolicyDocument") ?? "", r, ct);

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => ResetAsync(r.Id, r, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct) =>
        await PolicyAsync(r.Id, r, ct) is { } policy ? r.ModelOf(new() { ["PolicyDocument"] = policy, ["TopicArn"] = r.Id }) : null;
}
