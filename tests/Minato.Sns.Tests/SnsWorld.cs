using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Sns;
using Minato.Engines.Webhooks;
using Minato.Platform;
using Minato.Sns.State;
using Minato.Testing;

namespace Minato.Sns.Tests;

/// <summary>SNS with a web to post to, and short words for what a test does with topics.</summary>
internal sealed class SnsWorld(World world)
{
    public const string Hook = "http://shop.example/hook";

    public World World => world;
    public ISns Sns => world.Client<ISns>();
    public Caller Caller => world.Caller;
    public int Pending => world.Store.Current.Count(SnsTables.Deliveries);

    public static void Run(Func<SnsWorld, Task> test, ulong seed = 1) => World.Run(seed, world =>
    {
        world.Web.Put(Hook, _ => new WebhookOutcome.Answered(200));
        return test(new(world));
    }, services => services.AddSingleton(new PageTokens("a secret of the test"u8))
        .AddSingleton<ISealer>(p => new AesSealer(new byte[AesSealer.KeyLength], p.GetRequiredService<Ids>())) // The key outlives the process, as the one on disk does.
        .AddSns());

    public async Task<string> TopicAsync(string name = "orders", params (string, string)[] attributes) =>
        (await Sns.CreateTopicAsync(new() { Name = name, Attributes = Map(attributes) }, Caller, default)).TopicArn ?? "";

    /// <summary>Subscribes the hook and visits the link that it gets.</summary>
    public async Task<string> SubscribeAsync(string topic, params (string, string)[] attributes)
    {
        await Sns.SubscribeAsync(new() { TopicArn = topic, Protocol = "http", Endpoint = Hook, Attributes = Map(attributes) }, Caller, default);
        await world.Eventually(() => Posts("SubscriptionConfirmation").Any(), TimeSpan.FromSeconds(5));
        await VisitAsync((string?)Posts("SubscriptionConfirmation").Last()["SubscribeURL"] ?? "");
        return (await Sns.ListSubscriptionsByTopicAsync(new() { TopicArn = topic }, Caller, default)).Subscriptions?.Single().SubscriptionArn ?? "";
    }

    public Task<PublishResponse> PublishAsync(string topic, string message = "hello", string? subject = null, params (string Name, string Type, string Value)[] attributes) => Sns.PublishAsync(new()
    {
        TopicArn = topic, Message = message, Subject = subject,
        MessageAttributes = attributes.ToImmutableDictionary(a => a.Name, a => new MessageAttributeValue { DataType = a.Type, StringValue = a.Value }),
    }, Caller, default);

    /// <summary>Bodies of a type that were posted.</summary>
    public IEnumerable<JsonObject> Posts(string type) => world.Web.Posts.Where(p => p.Request.Headers.Contains(("x-amz-sns-message-type", type)) && p.Request.Body.StartsWith('{'))
        .Select(p => JsonNode.Parse(p.Request.Body)?.AsObject() ?? []);

    public Task SettledAsync() => world.Eventually(() => Pending == 0, TimeSpan.FromHours(2));

    /// <summary>What a link answers to somebody who signed nothing.</summary>
    public async Task<(int Status, string Body)> VisitAsync(string url)
    {
        var uri = new Uri(url);
        var context = new DefaultHttpContext();
        context.Request.Method = "GET";
        context.Request.Path = uri.AbsolutePath;
        context.Request.QueryString = new(uri.Query);
        context.Response.Body = new MemoryStream();
        SnsEndpoint.IsMeant(context.Request).ShouldBeTrue();
        await world.Client<SnsEndpoint>().HandleAsync(context);
        context.Response.Body.Position = 0;
        using var reader = new StreamReader(context.Response.Body);
        return (context.Response.StatusCode, reader.ReadToEnd());
    }

    private static ImmutableDictionary<string, string> Map((string, string)[] pairs) => pairs.ToImmutableDictionary(p => p.Item1, p => p.Item2);
}
