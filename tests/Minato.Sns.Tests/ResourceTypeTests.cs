using Minato.Testing.Templates;

namespace Minato.Sns.Tests;

public sealed class ResourceTypeTests
{
    [Fact]
    public void A_topic_with_a_subscription_and_a_policy_has_a_life() => SnsWorld.Run(async sns =>
    {
        var types = TypeDriver.In(sns.World);
        var topic = await types.CreateAsync("AWS::SNS::Topic", """{"TopicName":"orders","DisplayName":"Orders","Tags":[{"Key":"a","Value":"1"}]}""", "Topic");
        (topic.Id, topic.GetAtt("TopicArn"), topic.GetAtt("TopicName")).ShouldBe(("arn:aws:sns:us-east-1:123456789012:orders", topic.Id, "orders"));
        topic = await types.UpdateAsync(topic, """{"TopicName":"orders","DisplayName":"All"}""");
        string Subscription(string filter) => $$"""{"TopicArn":"{{topic.Id}}","Protocol":"lambda","Endpoint":"arn:aws:lambda:us-east-1:123456789012:function:sink","FilterPolicy":{"kind":["{{filter}}"]} }""";
        var subscription = await types.CreateAsync("AWS::SNS::Subscription", Subscription("a"), "Subscription");
        subscription.Id.ShouldStartWith(topic.Id + ":");
        subscription = await types.UpdateAsync(subscription, Subscription("b"));
        var policy = await types.CreateAsync("AWS::SNS::TopicPolicy", $$"""
            {"Topics":["{{topic.Id}}"],"PolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sns:Publish","Resource":"{{topic.Id}}"}]} }
            """, "Policy");
        await types.DeleteAsync(policy);
        var inline = await types.CreateAsync("AWS::SNS::TopicInlinePolicy", $$"""
            {"TopicArn":"{{topic.Id}}","PolicyDocument":{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sns:Publish","Resource":"{{topic.Id}}"}]} }
            """, "Inline");
        inline.Id.ShouldBe(topic.Id);
        await types.DeleteAsync(inline);
        await types.DeleteAsync(subscription);
        await types.DeleteAsync(topic);
        types.FaultsOfSchemas().ShouldBeEmpty();
    });
}
