using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Aws.EventPatterns;
using Minato.Contracts.Eventbridge;
using Minato.EventBridge.Reconcile;
using Minato.EventBridge.State;

namespace Minato.EventBridge.Tests;

public sealed class RuleTests
{
    private const string Orders = """{"source":["shop"]}""";

    [Fact]
    public void A_rule_is_replaced_as_a_whole_but_for_targets() => EventWorld.Run(async w =>
    {
        await w.RuleAsync("orders", Orders);
        await w.Events.PutRuleAsync(new() { Name = "orders", EventPattern = Orders, Description = "first", State = RuleState.Disabled }, w.Caller, default);
        await w.Events.PutRuleAsync(new() { Name = "orders", ScheduleExpression = "rate(5 minutes)" }, w.Caller, default);
        var rule = await w.Events.DescribeRuleAsync(new() { Name = "orders" }, w.Caller, default);
        (rule.EventPattern, rule.Description, rule.State, rule.ScheduleExpression).ShouldBe((null, null, RuleState.Enabled, "rate(5 minutes)"));
        (rule.Arn, rule.EventBusName, rule.CreatedBy).ShouldBe(("arn:aws:events:us-east-1:123456789012:rule/orders", "default", "123456789012"));
        (await w.Events.ListTargetsByRuleAsync(new() { Rule = "orders" }, w.Caller, default)).Targets?.Length.ShouldBe(1);
        await w.PutAsync();
        await w.World.RunFor(TimeSpan.FromSeconds(10));
        w.Received.ShouldBeEmpty(); // The old pattern finds it no more.
    });

    [Fact]
    public void Refusals_have_AWSs_words() => EventWorld.Run(async w =>
    {
        await RefusedAsync(new() { Name = "r" }, "ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified.");
        await RefusedAsync(new() { Name = "r", ScheduleExpression = "rate(1 minutes)" }, "ValidationException", "Parameter ScheduleExpression is not valid.");
        await RefusedAsync(new() { Name = "r", EventPattern = Orders, EventBusName = "none" }, "ResourceNotFoundException", "Event bus none does not exist.");
        (await RefusedAsync(new() { Name = "r", EventPattern = """{"source":[]}""" }, "InvalidEventPatternException", null))
            .ShouldStartWith("Event pattern is not valid. Reason: Empty arrays are not allowed");
        await w.Events.CreateEventBusAsync(new() { Name = "own" }, w.Caller, default);
        await RefusedAsync(new() { Name = "r", ScheduleExpression = "rate(1 minute)", EventBusName = "own" }, "ValidationException", "ScheduleExpression is supported only on the default event bus.");
        (await w.World.Throws<ResourceAlreadyExistsException>(() => w.Events.CreateEventBusAsync(new() { Name = "own" }, w.Caller, default))).Message.ShouldBe("Event bus own already exists.");
        (await w.World.Throws<AwsException>(() => w.Events.DeleteEventBusAsync(new() { Name = "default" }, w.Caller, default))).Message.ShouldBe("Cannot delete event bus default.");
        (await w.World.Throws<ResourceNotFoundException>(() => w.Events.DescribeRuleAsync(new() { Name = "no" }, w.Caller, default))).Message.ShouldBe("Rule no does not exist on EventBus default.");

        async Task<string> RefusedAsync(PutRuleRequest request, string code, string? message)
        {
            var refused = await w.World.Throws<AwsException>(() => w.Events.PutRuleAsync(request, w.Caller, default));
            refused.Code.ShouldBe(code);
            if (message is not null) refused.Message.ShouldBe(message);
            return refused.Message;
        }
    });

    [Fact]
    public void A_rule_with_targets_is_not_deleted_and_an_unknown_one_is_gone_already() => EventWorld.Run(async w =>
    {
        await w.RuleAsync("orders", Orders);
        (await w.World.Throws<AwsException>(() => w.Events.DeleteRuleAsync(new() { Name = "orders" }, w.Caller, default))).Message.ShouldBe("Rule can't be deleted since it has targets.");
        await w.Events.RemoveTargetsAsync(new() { Rule = "orders", Ids = ["t"] }, w.Caller, default);
        await w.Events.DeleteRuleAsync(new() { Name = "orders" }, w.Caller, default);
        await w.Events.DeleteRuleAsync(new() { Name = "orders" }, w.Caller, default);
        (await w.Events.ListRulesAsync(new(), w.Caller, default)).Rules.ShouldBe([]);
    });

    [Fact]
    public void A_target_is_checked_and_five_are_the_most() => EventWorld.Run(async w =>
    {
        await w.RuleAsync("orders", Orders);
        await RefusedAsync(new() { Id = "x", Arn = "nothing" }, "Parameter nothing is not valid. Reason: Provided Arn is not in correct format.");
        await RefusedAsync(new() { Id = "x", Arn = EventWorld.Function, Input = "{}", InputPath = "$.detail" }, "Only one of Input, InputPath, or InputTransformer must be provided for target x.");
        await RefusedAsync(new() { Id = "x", Arn = EventWorld.Function, InputTransformer = new() { InputTemplate = "\"<who>\"" } }, "InputTemplate for target x contains invalid placeholder who.");
        await RefusedAsync(new() { Id = "x", Arn = "arn:aws:ecs:us-east-1:123456789012:cluster/c", RoleArn = "arn:aws:iam::123456789012:role/r" }, "Parameter(s) EcsParameters must be specified for target: x.");
        for (var i = 0; i < 4; i++) await w.TargetAsync("orders", new() { Id = $"t{i}", Arn = EventWorld.Function });
        await w.World.Throws<LimitExceededException>(() => w.TargetAsync("orders", new() { Id = "t9", Arn = EventWorld.Function }));
        (await w.Events.ListRuleNamesByTargetAsync(new() { TargetArn = EventWorld.Function }, w.Caller, default)).RuleNames.ShouldBe(["orders"]);

        async Task RefusedAsync(Target target, string message) =>
            (await w.World.Throws<AwsException>(() => w.TargetAsync("orders", target))).Message.ShouldBe(message);
    });

    [Fact]
    public void A_bad_entry_fails_alone() => EventWorld.Run(async w =>
    {
        await w.RuleAsync("orders", Orders);
        var answer = await w.Events.PutEventsAsync(new()
        {
            Entries =
            [
                new() { Source = "shop", DetailType = "Order", Detail = "{}" }, new() { DetailType = "Order", Detail = "{}" }, new() { Source = "shop", DetailType = "Order", Detail = "[1]" },
                new() { Source = "aws.ecs", DetailType = "Order", Detail = "{}" }, new() { Source = "shop", DetailType = "Order", Detail = "{}", EventBusName = "none" },
            ],
        }, w.Caller, default);
        answer.FailedEntryCount.ShouldBe(3);
        (answer.Entries ?? []).Select(e => (e.ErrorCode, e.ErrorMessage)).ShouldBe(
        [
            (null, null), ("InvalidArgument", "Parameter Source is not valid. Reason: Source is a required argument."), ("MalformedDetail", "Detail is malformed."),
            ("NotAuthorizedForSourceException", "Not authorized for the source."), (null, null),
        ]);
        await w.ReceivedAsync(1);
        var big = new PutEventsRequestEntry { Source = "shop", DetailType = "Order", Detail = $$"""{"x":"{{new string('a', 200_000)}}"}""" };
        (await w.World.Throws<AwsException>(() => w.Events.PutEventsAsync(new() { Entries = [big, big] }, w.Caller, default)))
            .Message.ShouldBe("Total size of the entries in the request is over the limit.");
    });

    [Fact]
    public void An_event_looks_at_few_rules_however_many_there_are() => EventWorld.Run(async w =>
    {
        for (var i = 0; i < 2000; i++)
            await w.Events.PutRuleAsync(new() { Name = $"r{i}", EventPattern = $$"""{"source":["s{{i}}"],"detail-type":["T"]}""" }, w.Caller, default);
        await w.Events.PutRuleAsync(new() { Name = "any", EventPattern = """{"detail":{"n":[1]}}""" }, w.Caller, default);
        await w.Events.PutRuleAsync(new() { Name = "two", EventPattern = """{"source":["s7","s8"]}""" }, w.Caller, default);
        var state = w.World.Store.Current;
        var bus = new BusKey(new("123456789012", "us-east-1"), "default");
        state.Count(EventTables.EntriesByEvent, (bus, "s7", "T")).ShouldBe(1);
        state.Count(EventTables.EntriesByEvent, (bus, "s7", null)).ShouldBe(1);
        state.Count(EventTables.EntriesByEvent, (bus, null, null)).ShouldBe(1);
        const string json = """{"source":"s7","detail-type":"T","detail":{"n":1}}""";
        using var parsed = JsonDocument.Parse(json);
        EventRouter.RulesFor(state, new(bus, "id", json), EventDocument.Of(parsed.RootElement)).Select(r => r.Key.Name).Order(StringComparer.Ordinal).ShouldBe(["any", "r7", "two"]);
    });

    [Fact]
    public void A_scheduled_rule_brings_an_event_at_each_of_its_times_over_restarts_too() => EventWorld.Run(async w =>
    {
        await w.Events.PutRuleAsync(new() { Name = "tick", ScheduleExpression = "rate(5 minutes)" }, w.Caller, default);
        await w.TargetAsync("tick", new() { Id = "t", Arn = EventWorld.Function });
        await w.World.RunFor(TimeSpan.FromMinutes(12));
        await w.World.RestartAsync(TimeSpan.FromMinutes(1));
        await w.World.RunFor(TimeSpan.FromMinutes(8));
        w.Received.Count().ShouldBe(4);
        var tick = JsonNode.Parse(w.Received.First());
        ((string?)tick?["source"], (string?)tick?["detail-type"], tick?["detail"]?.ToJsonString()).ShouldBe(("aws.events", "Scheduled Event", "{}"));
        ((string?)tick?["resources"]?[0]).ShouldBe("arn:aws:events:us-east-1:123456789012:rule/tick");
        var times = w.Received.Select(r => DateTimeOffset.Parse((string?)JsonNode.Parse(r)?["time"] ?? "", CultureInfo.InvariantCulture)).ToArray();
        times.Zip(times.Skip(1), (a, b) => b - a).ShouldAllBe(d => d == TimeSpan.FromMinutes(5));
    });

    [Fact]
    public void A_pattern_is_tested_against_an_event() => EventWorld.Run(async w =>
    {
        const string json = """{"id":"1","account":"123456789012","source":"shop","time":"2026-01-01T00:00:00Z","region":"us-east-1","resources":[],"detail-type":"Order","detail":{"n":1}}""";
        (await w.Events.TestEventPatternAsync(new() { EventPattern = Orders, Event = json }, w.Caller, default)).Result.ShouldBe(true);
        (await w.Events.TestEventPatternAsync(new() { EventPattern = """{"source":["bank"]}""", Event = json }, w.Caller, default)).Result.ShouldBe(false);
        (await w.World.Throws<AwsException>(() => w.Events.TestEventPatternAsync(new() { EventPattern = Orders, Event = "[]" }, w.Caller, default))).Message.ShouldBe("Parameter Event is not valid.");
    });
}
