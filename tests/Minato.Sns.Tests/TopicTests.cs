using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Contracts.Sns;

namespace Minato.Sns.Tests;

public sealed class TopicTests
{
    [Fact]
    public void A_topic_of_the_same_name_is_the_same_topic() => SnsWorld.Run(async w =>
    {
        var arn = await w.TopicAsync("orders", ("DisplayName", "Orders"));
        arn.ShouldBe("arn:aws:sns:us-east-1:123456789012:orders");
        (await w.TopicAsync()).ShouldBe(arn);
        (await w.World.Throws<InvalidParameterException>(() => w.TopicAsync("orders", ("DisplayName", "Other")))).Message.ShouldBe("Invalid parameter: Attributes Reason: Topic already exists with different attributes");
        (await w.Sns.ListTopicsAsync(new(), w.Caller, default)).Topics?.Length.ShouldBe(1);
        await w.Sns.DeleteTopicAsync(new() { TopicArn = arn }, w.Caller, default);
        await w.Sns.DeleteTopicAsync(new() { TopicArn = arn }, w.Caller, default);
        (await w.World.Throws<NotFoundException>(() => w.PublishAsync(arn))).Message.ShouldBe("Topic does not exist");
    });

    [Fact]
    public void Attributes_that_were_not_set_have_AWSs_values() => SnsWorld.Run(async w =>
    {
        var arn = await w.TopicAsync();
        var shown = (await w.Sns.GetTopicAttributesAsync(new() { TopicArn = arn }, w.Caller, default)).Attributes ?? [];
        (shown["Owner"], shown["SubscriptionsConfirmed"], shown["DisplayName"], shown["TopicArn"]).ShouldBe(("123456789012", "0", "", arn));
        ((string?)JsonNode.Parse(shown["Policy"])?["Statement"]?[0]?["Condition"]?["StringEquals"]?["AWS:SourceOwner"]).ShouldBe("123456789012");
        ((int?)JsonNode.Parse(shown["EffectiveDeliveryPolicy"])?["http"]?["defaultHealthyRetryPolicy"]?["numRetries"]).ShouldBe(3);
        await w.Sns.SetTopicAttributesAsync(new() { TopicArn = arn, AttributeName = "DisplayName", AttributeValue = "Shop" }, w.Caller, default);
        (await w.Sns.GetTopicAttributesAsync(new() { TopicArn = arn }, w.Caller, default)).Attributes?["DisplayName"].ShouldBe("Shop");
        await w.World.Throws<InvalidParameterException>(() => w.Sns.SetTopicAttributesAsync(new() { TopicArn = arn, AttributeName = "Colour", AttributeValue = "red" }, w.Caller, default));
    });

    [Theory]
    [InlineData("", "Invalid parameter: Empty message")]
    [InlineData("x", "Invalid parameter: Subject", "two\nlines")]
    public void Messages_that_AWS_refuses(string message, string refusal, string? subject = null) => SnsWorld.Run(async w =>
    {
        var arn = await w.TopicAsync();
        (await w.World.Throws<InvalidParameterException>(() => w.PublishAsync(arn, message, subject))).Message.ShouldBe(refusal);
    });

    [Fact]
    public void What_a_message_may_be() => SnsWorld.Run(async w =>
    {
        var arn = await w.TopicAsync();
        await w.PublishAsync(arn, new string('x', 262_144));
        (await w.World.Throws<InvalidParameterException>(() => w.PublishAsync(arn, new string('x', 262_145)))).Message.ShouldBe("Invalid parameter: Message too long");
        (await w.World.Throws<InvalidParameterException>(() => w.Sns.PublishAsync(new() { TopicArn = arn, Message = """{"http":"x"}""", MessageStructure = "json" }, w.Caller, default)))
            .Message.ShouldBe("Invalid parameter: Message Structure - No default entry in JSON message body");
        (await w.World.Throws<InvalidParameterException>(() => w.Sns.PublishAsync(new() { Message = "x" }, w.Caller, default)))
            .Message.ShouldBe("Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter");
        (await w.World.Throws<InvalidParameterException>(() => w.PublishAsync("orders"))).Message.ShouldBe("Invalid parameter: TopicArn Reason: An ARN must have at least 6 elements, not 1");
        await w.World.Throws<InvalidParameterValueException>(() => w.PublishAsync(arn, "x", null, ("n", "Number", "five")));
    });

    [Fact]
    public void A_fifo_topic_wants_a_group_and_counts() => SnsWorld.Run(async w =>
    {
        await w.World.Throws<InvalidParameterException>(() => w.TopicAsync("orders", ("FifoTopic", "true")));
        var arn = await w.TopicAsync("orders.fifo", ("FifoTopic", "true"), ("ContentBasedDeduplication", "true"));
        (await w.World.Throws<InvalidParameterException>(() => w.PublishAsync(arn))).Message.ShouldBe("Invalid parameter: The MessageGroupId parameter is required for FIFO topics");
        var first = await w.Sns.PublishAsync(new() { TopicArn = arn, Message = "1", MessageGroupId = "g" }, w.Caller, default);
        var second = await w.Sns.PublishAsync(new() { TopicArn = arn, Message = "2", MessageGroupId = "g" }, w.Caller, default);
        string.CompareOrdinal(first.SequenceNumber, second.SequenceNumber).ShouldBeLessThan(0);
    });

    [Fact]
    public void Others_publish_only_where_the_policy_lets_them() => SnsWorld.Run(async w =>
    {
        var arn = await w.TopicAsync();
        var other = w.Caller with { AccountId = "210987654321", PrincipalArn = "arn:aws:iam::210987654321:root" };
        var events = Caller.ForService("123456789012", "us-east-1", "events.amazonaws.com") with { SourceArn = "arn:aws:events:us-east-1:123456789012:rule/r" };
        var alarms = Caller.ForService("123456789012", "us-east-1", "cloudwatch.amazonaws.com");
        Task<PublishResponse> As(Caller caller) => w.Sns.PublishAsync(new() { TopicArn = arn, Message = "x" }, caller, default);

        await w.World.Throws<AuthorizationErrorException>(() => As(other));
        await w.World.Throws<AuthorizationErrorException>(() => As(events)); // AWS: the policy that topics come with does not let EventBridge in,
        await As(alarms); // but lets alarms of the account.

        await w.Sns.AddPermissionAsync(new() { TopicArn = arn, Label = "them", AWSAccountId = ["210987654321"], ActionName = ["Publish"] }, w.Caller, default);
        await As(other);
        await w.World.Throws<InvalidParameterException>(() => w.Sns.AddPermissionAsync(new() { TopicArn = arn, Label = "them", AWSAccountId = ["1"], ActionName = ["Publish"] }, w.Caller, default));
        await w.Sns.RemovePermissionAsync(new() { TopicArn = arn, Label = "them" }, w.Caller, default);
        await w.World.Throws<AuthorizationErrorException>(() => As(other));

        const string policy = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sns:Publish","Resource":"*","Condition":{"ArnEquals":{"aws:SourceArn":"arn:aws:events:us-east-1:123456789012:rule/r"}}}]}""";
        await w.Sns.SetTopicAttributesAsync(new() { TopicArn = arn, AttributeName = "Policy", AttributeValue = policy }, w.Caller, default);
        await As(events);
        await w.World.Throws<AuthorizationErrorException>(() => As(events with { SourceArn = "arn:aws:events:us-east-1:123456789012:rule/other" }));
    });

    [Fact]
    public void A_batch_takes_ten_and_refuses_one_by_one() => SnsWorld.Run(async w =>
    {
        var arn = await w.TopicAsync();
        var answer = await w.Sns.PublishBatchAsync(new() { TopicArn = arn, PublishBatchRequestEntries = [new() { Id = "a", Message = "1" }, new() { Id = "b", Message = "" }] }, w.Caller, default);
        (answer.Successful?.Single().Id, answer.Failed?.Single().Id, answer.Failed?.Single().Code).ShouldBe(("a", "b", "InvalidParameter"));
        await w.World.Throws<BatchEntryIdsNotDistinctException>(() => w.Sns.PublishBatchAsync(new() { TopicArn = arn, PublishBatchRequestEntries = [new() { Id = "a", Message = "1" }, new() { Id = "a", Message = "2" }] }, w.Caller, default));
        await w.World.Throws<EmptyBatchRequestException>(() => w.Sns.PublishBatchAsync(new() { TopicArn = arn, PublishBatchRequestEntries = [] }, w.Caller, default));
        await w.World.Throws<TooManyEntriesInBatchRequestException>(() => w.Sns.PublishBatchAsync(
            new() { TopicArn = arn, PublishBatchRequestEntries = [.. Enumerable.Range(0, 11).Select(i => new PublishBatchRequestEntry { Id = $"e{i}", Message = "x" })] }, w.Caller, default));
    });

    [Fact]
    public void Tags_come_and_go() => SnsWorld.Run(async w =>
    {
        var arn = await w.TopicAsync();
        await w.Sns.TagResourceAsync(new() { ResourceArn = arn, Tags = [new() { Key = "team", Value = "shop" }, new() { Key = "stage", Value = "test" }] }, w.Caller, default);
        await w.Sns.UntagResourceAsync(new() { ResourceArn = arn, TagKeys = ["stage"] }, w.Caller, default);
        (await w.Sns.ListTagsForResourceAsync(new() { ResourceArn = arn }, w.Caller, default)).Tags?.Select(t => t.Value).ShouldBe(["shop"]);
        (await w.World.Throws<ResourceNotFoundException>(() => w.Sns.ListTagsForResourceAsync(new() { ResourceArn = arn + "x" }, w.Caller, default))).Message.ShouldBe("Resource does not exist");
    });
}
