using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Minato.Contracts.Sns;
using Minato.Engines.Functions;
using Minato.Engines.Webhooks;
using Minato.Sns.Planning;

namespace Minato.Sns.Tests;

public sealed class DeliveryTests
{
    private const string Function = "arn:aws:lambda:us-east-1:123456789012:function:sink";

    [Fact]
    public void An_endpoint_has_to_confirm_before_it_gets_messages() => SnsWorld.Run(async w =>
    {
        var topic = await w.TopicAsync();
        var answer = await w.Sns.SubscribeAsync(new() { TopicArn = topic, Protocol = "http", Endpoint = SnsWorld.Hook }, w.Caller, default);
        answer.SubscriptionArn.ShouldBe("pending confirmation");
        await w.PublishAsync(topic, "too early");
        await w.World.Eventually(() => w.Posts("SubscriptionConfirmation").Any(), TimeSpan.FromSeconds(5));
        var asked = w.Posts("SubscriptionConfirmation").Single();
        asked.Select(m => m.Key).ShouldBe(["Type", "MessageId", "Token", "TopicArn", "Message", "SubscribeURL", "Timestamp", "SignatureVersion", "Signature", "SigningCertURL"]);
        ((string?)asked["Message"]).ShouldBe($"You have chosen to subscribe to the topic {topic}.\nTo confirm the subscription, visit the SubscribeURL included in this message.");
        (await w.Sns.ListSubscriptionsByTopicAsync(new() { TopicArn = topic }, w.Caller, default)).Subscriptions?.Single().SubscriptionArn.ShouldBe("PendingConfirmation");

        var (status, body) = await w.VisitAsync((string?)asked["SubscribeURL"] ?? "");
        status.ShouldBe(200);
        body.ShouldContain("<ConfirmSubscriptionResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">");
        await w.PublishAsync(topic, "now", "a subject", ("colour", "String", "red"));
        await w.SettledAsync();
        var got = w.Posts("Notification").Single();
        got.Select(m => m.Key).ShouldBe(["Type", "MessageId", "TopicArn", "Subject", "Message", "Timestamp", "SignatureVersion", "Signature", "SigningCertURL", "UnsubscribeURL", "MessageAttributes"]);
        ((string?)got["Message"], (string?)got["Subject"], got["MessageAttributes"]?.ToJsonString()).ShouldBe(("now", "a subject", """{"colour":{"Type":"String","Value":"red"}}"""));
        var headers = w.World.Web.Posts.Last().Request.Headers;
        headers.ShouldContain(("x-amz-sns-topic-arn", topic));
        headers.ShouldContain(h => h.Name == "x-amz-sns-subscription-arn");
        w.World.Web.Posts.Last().Request.ContentType.ShouldBe("text/plain; charset=UTF-8");
    });

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public void Messages_are_signed_with_a_certificate_that_anybody_may_fetch(string version) => SnsWorld.Run(async w =>
    {
        var topic = await w.TopicAsync("orders", ("SignatureVersion", version));
        await w.SubscribeAsync(topic);
        await w.PublishAsync(topic, "now", "a subject");
        await w.SettledAsync();
        var got = w.Posts("Notification").Single();
        var (_, pem) = await w.VisitAsync((string?)got["SigningCertURL"] ?? "");
        using var certificate = X509Certificate2.CreateFromPem(pem);
        using var key = certificate.GetRSAPublicKey() ?? throw new InvalidOperationException("No key.");
        var text = string.Concat(new[] { "Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type" }.Select(n => $"{n}\n{(string?)got[n]}\n"));
        var hash = version == "2" ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1;
        key.VerifyData(Encoding.UTF8.GetBytes(text), Convert.FromBase64String((string?)got["Signature"] ?? ""), hash, RSASignaturePadding.Pkcs1).ShouldBeTrue();
        (await w.VisitAsync("http://127.0.0.1/SimpleNotificationService-none.pem")).Status.ShouldBe(404);
    });

    [Fact]
    public void Raw_delivery_is_the_bare_message() => SnsWorld.Run(async w =>
    {
        var topic = await w.TopicAsync();
        await w.SubscribeAsync(topic, ("RawMessageDelivery", "true"));
        await w.PublishAsync(topic, "bare");
        await w.SettledAsync();
        var post = w.World.Web.Posts.Last().Request;
        post.Body.ShouldBe("bare");
        post.Headers.ShouldContain(("x-amz-sns-rawdelivery", "true"));
    });

    [Fact]
    public void A_busy_endpoint_is_tried_four_times_twenty_seconds_apart() => SnsWorld.Run(async w =>
    {
        var topic = await w.TopicAsync();
        await w.SubscribeAsync(topic);
        w.World.Web.Put(SnsWorld.Hook, _ => new WebhookOutcome.Answered(503));
        await w.PublishAsync(topic);
        await w.SettledAsync();
        var times = w.World.Web.Posts.Where(p => p.Request.Headers.Contains(("x-amz-sns-message-type", "Notification"))).Select(p => p.At).ToArray();
        times.Length.ShouldBe(4);
        times.Zip(times.Skip(1), (a, b) => (int)(b - a).TotalSeconds).ShouldBe([20, 20, 20]);
    });

    [Fact]
    public void An_endpoint_that_refuses_the_message_is_not_asked_again() => SnsWorld.Run(async w =>
    {
        var topic = await w.TopicAsync();
        await w.SubscribeAsync(topic);
        w.World.Web.Put(SnsWorld.Hook, _ => new WebhookOutcome.Answered(400));
        await w.PublishAsync(topic);
        await w.SettledAsync();
        w.Posts("Notification").Count().ShouldBe(1);
    });

    [Fact]
    public void What_was_published_arrives_although_the_process_is_killed() => SnsWorld.Run(async w =>
    {
        var topic = await w.TopicAsync();
        await w.SubscribeAsync(topic);
        for (var i = 0; i < 10; i++) await w.PublishAsync(topic, $"m{i}");
        await w.World.RestartAsync(TimeSpan.FromSeconds(2));
        await w.SettledAsync();
        w.Posts("Notification").Select(p => (string?)p["Message"]).Distinct().Count().ShouldBe(10);
    });

    [Fact]
    public void A_function_gets_a_record() => SnsWorld.Run(async w =>
    {
        w.World.Functions.Put(Function, _ => new FunctionOutcome.Returned("{}"));
        var topic = await w.TopicAsync();
        var arn = (await w.Sns.SubscribeAsync(new() { TopicArn = topic, Protocol = "lambda", Endpoint = Function }, w.Caller, default)).SubscriptionArn;
        await w.PublishAsync(topic, "hello", "a subject", ("n", "Number", "5"));
        await w.SettledAsync();
        var record = JsonNode.Parse(w.World.Functions.Invocations.Single().Payload)?["Records"]?[0];
        ((string?)record?["EventSource"], (string?)record?["EventSubscriptionArn"]).ShouldBe(("aws:sns", arn));
        ((string?)record?["Sns"]?["Message"], (string?)record?["Sns"]?["Subject"], (string?)record?["Sns"]?["MessageAttributes"]?["n"]?["Value"]).ShouldBe(("hello", "a subject", "5"));
    });

    [Theory]
    [InlineData("""{"store":["shop"]}""", "MessageAttributes", "x", true)]
    [InlineData("""{"store":["bank"]}""", "MessageAttributes", "x", false)]
    [InlineData("""{"store":["shop"],"price":[{"numeric":[">",100]}]}""", "MessageAttributes", "x", false)]
    [InlineData("""{"price":[{"numeric":["<=",100]}]}""", "MessageAttributes", "x", true)]
    [InlineData("""{"kinds":["b"]}""", "MessageAttributes", "x", true)]
    [InlineData("""{"store":[{"anything-but":"shop"}]}""", "MessageAttributes", "x", false)]
    [InlineData("""{"gone":[{"exists":false}]}""", "MessageAttributes", "x", true)]
    [InlineData("""{"order":{"n":[7]}}""", "MessageBody", """{"order":{"n":7}}""", true)]
    [InlineData("""{"order":{"n":[7]}}""", "MessageBody", """{"order":{"n":8}}""", false)]
    [InlineData("""{"order":{"n":[7]}}""", "MessageBody", "no JSON", false)]
    public void A_filter_policy_says_what_is_wanted(string policy, string scope, string message, bool isWanted) => SnsWorld.Run(async w =>
    {
        var topic = await w.TopicAsync();
        await w.SubscribeAsync(topic, ("FilterPolicy", policy), ("FilterPolicyScope", scope));
        await w.PublishAsync(topic, message, null, ("store", "String", "shop"), ("price", "Number", "100"), ("kinds", "String.Array", """["a","b"]"""));
        await w.SettledAsync();
        w.Posts("Notification").Any().ShouldBe(isWanted);
    });

    [Fact]
    public void A_link_ends_a_subscription_and_another_takes_that_back() => SnsWorld.Run(async w =>
    {
        var topic = await w.TopicAsync();
        await w.SubscribeAsync(topic);
        await w.PublishAsync(topic);
        await w.SettledAsync();
        (await w.VisitAsync((string?)w.Posts("Notification").Single()["UnsubscribeURL"] ?? "")).Body.ShouldContain("UnsubscribeResponse");
        (await w.Sns.ListSubscriptionsAsync(new(), w.Caller, default)).Subscriptions.ShouldBe([]);
        await w.World.Eventually(() => w.Posts("UnsubscribeConfirmation").Any(), TimeSpan.FromSeconds(5));
        await w.VisitAsync((string?)w.Posts("UnsubscribeConfirmation").Single()["SubscribeURL"] ?? "");
        (await w.Sns.ListSubscriptionsAsync(new(), w.Caller, default)).Subscriptions?.Length.ShouldBe(1);
        (await w.VisitAsync("http://127.0.0.1/?Action=ConfirmSubscription&TopicArn=" + topic + "&Token=none")).ShouldSatisfyAllConditions(a => a.Status.ShouldBe(400), a => a.Body.ShouldContain("Invalid parameter: Token"));
    });

    [Fact]
    public void A_subscription_that_nobody_confirms_is_forgotten() => SnsWorld.Run(async w =>
    {
        var topic = await w.TopicAsync();
        await w.Sns.SubscribeAsync(new() { TopicArn = topic, Protocol = "email", Endpoint = "ops@example.com" }, w.Caller, default);
        (await w.Sns.ListSubscriptionsAsync(new(), w.Caller, default)).Subscriptions?.Length.ShouldBe(1);
        await w.World.RunFor(TimeSpan.FromDays(2.1));
        (await w.Sns.ListSubscriptionsAsync(new(), w.Caller, default)).Subscriptions.ShouldBe([]);
    });

    [Theory]
    [InlineData("carrier-pigeon", "coop", "Invalid parameter: Amazon SNS does not support this protocol string: carrier-pigeon")]
    [InlineData("https", "http://shop.example", "Invalid parameter: Endpoint must match the specified protocol")]
    [InlineData("email", "nobody", "Invalid parameter: Email address")]
    [InlineData("lambda", "sink", "Invalid parameter: Lambda endpoint ARN")]
    [InlineData("sqs", "queue", "Invalid parameter: SQS endpoint ARN")]
    [InlineData("sms", "phone", "Invalid parameter: Invalid SMS endpoint: phone")]
    public void Endpoints_that_AWS_refuses(string protocol, string endpoint, string message) => SnsWorld.Run(async w =>
    {
        var topic = await w.TopicAsync();
        (await w.World.Throws<InvalidParameterException>(() => w.Sns.SubscribeAsync(new() { TopicArn = topic, Protocol = protocol, Endpoint = endpoint }, w.Caller, default))).Message.ShouldBe(message);
    });

    [Theory]
    [InlineData("""{"numRetries":5,"minDelayTarget":1,"maxDelayTarget":9,"backoffFunction":"linear"}""", new double[] { 1, 3, 5, 7, 9 })]
    [InlineData("""{"numRetries":6,"numNoDelayRetries":1,"numMinDelayRetries":2,"numMaxDelayRetries":1,"minDelayTarget":5,"maxDelayTarget":20,"backoffFunction":"linear"}""", new double[] { 0, 5, 5, 5, 20, 20 })]
    [InlineData("""{"numRetries":3,"minDelayTarget":1,"maxDelayTarget":101,"backoffFunction":"geometric"}""", new double[] { 1, 26, 101 })]
    public void Retries_go_through_their_phases(string policy, double[] seconds)
    {
        var retries = DeliveryRetries.Of($$"""{"healthyRetryPolicy":{{policy}}}""", "healthyRetryPolicy");
        Enumerable.Range(0, seconds.Length).Select(i => retries.Delay(i)?.TotalSeconds ?? -1).ShouldBe(seconds);
        retries.Delay(seconds.Length).ShouldBeNull();
        retries.Fault().ShouldBeNull();
    }

    [Fact]
    public void Retries_may_not_take_longer_than_an_hour() =>
        DeliveryRetries.Of("""{"healthyRetryPolicy":{"numRetries":100,"minDelayTarget":60,"maxDelayTarget":60}}""", "healthyRetryPolicy").Fault().ShouldNotBeNull();
}
