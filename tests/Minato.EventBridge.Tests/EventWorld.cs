using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.CloudWatchLogs;
using Minato.Contracts.Eventbridge;
using Minato.Engines.Functions;
using Minato.EventBridge.State;
using Minato.Logs;
using Minato.Testing;

namespace Minato.EventBridge.Tests;

/// <summary>EventBridge with a log group and functions to send events to.</summary>
internal sealed class EventWorld(World world)
{
    public const string Function = "arn:aws:lambda:us-east-1:123456789012:function:sink";
    public const string GroupArn = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/events/all";

    public World World => world;
    public IEventbridge Events => world.Client<IEventbridge>();
    public Caller Caller => world.Caller;

    /// <summary>What the function got, in order.</summary>
    public IEnumerable<string> Received => world.Functions.Invocations.Select(i => i.Payload);

    public static void Run(Func<EventWorld, Task> test, ulong seed = 1) => World.Run(seed, world =>
    {
        world.Functions.Put(Function, _ => new FunctionOutcome.Returned("{}"));
        return test(new(world));
    }, services => services.AddSingleton(new PageTokens("a secret of the test"u8)).AddLogs().AddEventBridge());

    public async Task RuleAsync(string name, string pattern, Func<Target, Target>? with = null, string? bus = null)
    {
        await Events.PutRuleAsync(new() { Name = name, EventPattern = pattern, EventBusName = bus }, Caller, default);
        await TargetAsync(name, new() { Id = "t", Arn = Function }, with, bus);
    }

    public async Task TargetAsync(string rule, Target target, Func<Target, Target>? with = null, string? bus = null) =>
        await Events.PutTargetsAsync(new() { Rule = rule, EventBusName = bus, Targets = [with?.Invoke(target) ?? target] }, Caller, default);

    public Task<PutEventsResponse> PutAsync(string source = "shop", string type = "Order", string detail = """{"n":1}""", string? bus = null) =>
        Events.PutEventsAsync(new() { Entries = [new() { Source = source, DetailType = type, Detail = detail, EventBusName = bus }] }, Caller, default);

    public Task ReceivedAsync(int count) => world.Eventually(() => Received.Count() >= count, TimeSpan.FromMinutes(10));

    public int Pending => world.Store.Current.Count(EventTables.Deliveries);

    public async Task<string[]> LinesAsync()
    {
        var logs = world.Client<ICloudWatchLogs>();
        var found = await logs.FilterLogEventsAsync(new() { LogGroupName = "/aws/events/all" }, Caller, default);
        return [.. (found.Events ?? []).Select(e => e.Message ?? "")];
    }
}
