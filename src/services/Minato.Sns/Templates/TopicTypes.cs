using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Templates;
using Minato.Contracts.Sns;

namespace Minato.Sns.Templates;

/// <summary>What templates can name of SNS.</summary>
internal static class TopicTypes
{
    public static IServiceCollection AddSnsResourceTypes(this IServiceCollection services) => services
        .AddSingleton<IResourceType, TopicType>()
        .AddSingleton<IResourceType, SubscriptionType>()
        .AddSingleton<IResourceType, TopicPolicyType>()
        .AddSingleton<IResourceType, TopicInlinePolicyType>();

    /// <summary>Attributes of the API are texts, documents too.</summary>
    public static ImmutableDictionary<string, string> Attributes(TemplateResource r, IEnumerable<string> names) =>
        names.Where(r.Has).ToImmutableDictionary(n => n, n => r.Text(n) ?? "", StringComparer.Ordinal);

    /// <summary>What a template has for an attribute that may be a document.</summary>
    public static JsonNode? Node(string value) => value.StartsWith('{') ? JsonNode.Parse(value) : value;
}

/// <summary>Ref is the topic's ARN.</summary>
internal sealed class TopicType(ISns sns, TimeProvider clock) : ResourceHandler("AWS::SNS::Topic", clock)
{
    private static readonly string[] s_attributes = ["ArchivePolicy", "ContentBasedDeduplication", "DisplayName", "FifoThroughputScope", "FifoTopic", "KmsMasterKeyId", "SignatureVersion", "TracingConfig"];
    private const int LongestPlainName = 251; // The end of a FIFO topic's comes after it.

    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["DataProtectionPolicy", "Subscription", "Tags", "TopicName", .. s_attributes], CreateOnly = ["FifoTopic", "TopicName"],
        Attributes = ["TopicArn", "TopicName"], Identifiers = ["TopicArn"], Tags = "Tags",
    };

    protected override NameRule Name { get; } = new("TopicName", LongestPlainName);
    protected override IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string> { ["TopicName"] = "Name" };

    protected override async Task<string?> FindAsync(TemplateResource r, CancellationToken ct)
    {
        var arn = $"arn:aws:sns:{r.Caller.Region}:{r.Caller.AccountId}:{FullName(r)}";
        return (await sns.GetTopicAttributesAsync(new() { TopicArn = arn }, r.Caller, ct)).Attributes is null ? null : arn;
    }

    // AWS: a topic of the same name and attributes is answered as it is.
    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        var request = r.As<CreateTopicRequest>(("TopicName", FullName(r)), ("Attributes", null)) with { Attributes = TopicTypes.Attributes(r, s_attributes) };
        r.Id = (await sns.CreateTopicAsync(request, r.Caller, ct)).TopicArn ?? "";
        foreach (var one in r.Objects("Subscription")) await SubscribeAsync(r, one, ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        foreach (var name in s_attributes.Where(a => r.Changed(a)))
            await sns.SetTopicAttributesAsync(new() { TopicArn = r.Id, AttributeName = name, AttributeValue = r.Text(name) ?? "" }, r.Caller, ct);
        if (r.Changed("Subscription")) await ResubscribeAsync(r, ct);
        var there = (await sns.ListTagsForResourceAsync(new() { ResourceArn = r.Id }, r.Caller, ct)).Tags ?? [];
        var changes = TagChanges.Between(r.Tags, there.Select(t => KeyValuePair.Create(t.Key, t.Value)));
        if (changes.Gone.Count > 0) await sns.UntagResourceAsync(new() { ResourceArn = r.Id, TagKeys = [.. changes.Gone] }, r.Caller, ct);
        if (changes.Set.Count > 0) await sns.TagResourceAsync(new() { ResourceArn = r.Id, Tags = [.. changes.Set.Select(t => new Tag { Key = t.Key, Value = t.Value })] }, r.Caller, ct);
    }

    // AWS: what is not there is deleted with success by the API itself.
    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => sns.DeleteTopicAsync(new() { TopicArn = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if ((await sns.GetTopicAttributesAsync(new() { TopicArn = r.Id }, r.Caller, ct)).Attributes is not { } attributes) return null;
        var name = r.Id[(r.Id.LastIndexOf(':') + 1)..];
        var model = r.ModelOf(new() { ["TopicName"] = name }, ("TopicArn", r.Id), ("TopicName", name));
        foreach (var (key, value) in attributes.Where(a => s_attributes.Contains(a.Key) && a.Value.Length > 0)) model.Properties[key] = TopicTypes.Node(value);
        var tags = (await sns.ListTagsForResourceAsync(new() { ResourceArn = r.Id }, r.Caller, ct)).Tags ?? [];
        model.Properties["Tags"] = new JsonArray([.. tags.Select(t => new JsonObject { ["Key"] = t.Key, ["Value"] = t.Value })]);
        return model;
    }

    // AWS: names of FIFO topics end so, those that CloudFormation gives as well.
    private static string FullName(TemplateResource r) => r.IsTrue("FifoTopic") && !r.Name.EndsWith(".fifo", StringComparison.Ordinal) ? $"{r.Name}.fifo" : r.Name;

    private Task SubscribeAsync(TemplateResource r, JsonObject one, CancellationToken ct) => sns.SubscribeAsync(
        new() { TopicArn = r.Id, Protocol = one["Protocol"]?.ToString() ?? "", Endpoint = one["Endpoint"]?.ToString() }, r.Caller, ct);

    private async Task ResubscribeAsync(TemplateResource r, CancellationToken ct)
    {
        var there = (await sns.ListSubscriptionsByTopicAsync(new() { TopicArn = r.Id }, r.Caller, ct)).Subscriptions ?? [];
        var before = (r.Request.PreviousProperties["Subscription"] as JsonArray ?? []).OfType<JsonObject>();
        foreach (var gone in before.Where(b => !r.Objects("Subscription").Any(n => JsonNode.DeepEquals(n, b))))
        {
            var arn = there.FirstOrDefault(s => s.Protocol == gone["Protocol"]?.ToString() && s.Endpoint == gone["Endpoint"]?.ToString())?.SubscriptionArn;
            if (arn?.StartsWith("arn:", StringComparison.Ordinal) is true) await IfThereAsync(() => sns.UnsubscribeAsync(new() { SubscriptionArn = arn }, r.Caller, ct));
        }
        foreach (var one in r.Objects("Subscription")) await SubscribeAsync(r, one, ct);
    }
}

/// <summary>Ref is the subscription's ARN, while it waits for its confirmation as well.</summary>
internal sealed class SubscriptionType(ISns sns, TimeProvider clock) : ResourceHandler("AWS::SNS::Subscription", clock)
{
    private static readonly string[] s_attributes = ["DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy", "ReplayPolicy", "SubscriptionRoleArn"];

    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["Endpoint", "Protocol", "Region", "TopicArn", .. s_attributes], Required = ["Protocol", "TopicArn"], CreateOnly = ["Endpoint", "Protocol", "TopicArn"],
        Attributes = ["Arn"], Identifiers = ["Arn"],
    };

    // AWS: subscribing an endpoint again answers the subscription that there is.
    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        var request = r.As<SubscribeRequest>(("ReturnSubscriptionArn", true)) with { Attributes = TopicTypes.Attributes(r, s_attributes) };
        r.Id = (await sns.SubscribeAsync(request, r.Caller, ct)).SubscriptionArn ?? "";
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        foreach (var name in s_attributes.Where(a => r.Changed(a)))
            await sns.SetSubscriptionAttributesAsync(new() { SubscriptionArn = r.Id, AttributeName = name, AttributeValue = r.Text(name) ?? "" }, r.Caller, ct);
    }

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        // AWS: what nobody has confirmed goes by itself, and cannot be removed before.
        var attributes = (await sns.GetSubscriptionAttributesAsync(new() { SubscriptionArn = r.Id }, r.Caller, ct)).Attributes;
        if (attributes?.GetValueOrDefault("PendingConfirmation") == "true") return;
        await sns.UnsubscribeAsync(new() { SubscriptionArn = r.Id }, r.Caller, ct);
    }

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if ((await sns.GetSubscriptionAttributesAsync(new() { SubscriptionArn = r.Id }, r.Caller, ct)).Attributes is not { } attributes) return null;
        var model = r.ModelOf([], ("Arn", r.Id));
        foreach (var (key, value) in attributes.Where(a => Schema.Properties.Contains(a.Key) && a.Value.Length > 0)) model.Properties[key] = TopicTypes.Node(value);
        return model;
    }
}
