using System.Text.Json.Nodes;
using Minato.Contracts.CloudWatchLogs;
using Minato.Contracts.Eventbridge;
using Minato.Engines.Functions;
using Minato.EventBridge.Planning;
using Minato.EventBridge.State;

namespace Minato.EventBridge.Tests;

public sealed class DeliveryTests
{
    private const string Writers = """
        {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":["logs:CreateLogStream","logs:PutLogEvents"],
        "Resource":"arn:aws:logs:us-east-1:123456789012:log-group:/aws/events/*:*"}]}
        """;
    private const string Orders = """{"source":["shop"]}""";

    [Fact]
    public void An_event_that_a_rule_wants_reaches_its_target_in_the_envelope() => EventWorld.Run(async w =>
    {
        await w.RuleAsync("orders", Orders);
        var answer = await w.PutAsync();
        await w.PutAsync(source: "bank");
        await w.ReceivedAsync(1);
        await w.World.RunFor(TimeSpan.FromMinutes(1));
        var got = JsonNode.Parse(w.Received.ShouldHaveSingleItem())?.AsObject() ?? [];
        got.Select(m => m.Key).ShouldBe(["version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"]);
        ((string?)got["id"]).ShouldBe(answer.Entries?[0].EventId);
        ((string?)got["version"], (string?)got["account"], (string?)got["region"]).ShouldBe(("0", "123456789012", "us-east-1"));
        ((string?)got["time"] ?? "").ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$");
        w.Pending.ShouldBe(0);
    });

    [Fact]
    public void A_log_group_gets_each_event_as_a_line() => EventWorld.Run(async w =>
    {
        await w.World.Client<ICloudWatchLogs>().CreateLogGroupAsync(new() { LogGroupName = "/aws/events/all" }, w.Caller, default);
        await w.Events.PutRuleAsync(new() { Name = "all", EventPattern = Orders }, w.Caller, default);
        await w.TargetAsync("all", new() { Id = "log", Arn = EventWorld.GroupArn });
        await w.World.Client<ICloudWatchLogs>().PutResourcePolicyAsync(new() { PolicyName = "events", PolicyDocument = Writers }, w.Caller, default);
        await w.PutAsync(detail: """{"n":7}""");
        await w.World.Eventually(async () => (await w.LinesAsync()).Length == 1, TimeSpan.FromSeconds(5));
        (await w.LinesAsync())[0].ShouldContain("\"detail\":{\"n\":7}");
    });

    [Fact]
    public void A_log_group_whose_account_lets_nobody_write_gets_nothing() => EventWorld.Run(async w =>
    {
        await w.World.Client<ICloudWatchLogs>().CreateLogGroupAsync(new() { LogGroupName = "/aws/events/all" }, w.Caller, default);
        await w.Events.PutRuleAsync(new() { Name = "all", EventPattern = Orders }, w.Caller, default);
        await w.TargetAsync("all", new() { Id = "log", Arn = EventWorld.GroupArn });
        await w.PutAsync();
        await w.World.Eventually(() => w.Pending == 0, TimeSpan.FromSeconds(5));
        (await w.LinesAsync()).ShouldBeEmpty();
    });

    [Fact]
    public void A_disabled_rule_wants_nothing() => EventWorld.Run(async w =>
    {
        await w.RuleAsync("orders", Orders);
        await w.Events.DisableRuleAsync(new() { Name = "orders" }, w.Caller, default);
        await w.PutAsync();
        await w.World.RunFor(TimeSpan.FromMinutes(1));
        w.Received.ShouldBeEmpty();
        await w.Events.EnableRuleAsync(new() { Name = "orders" }, w.Caller, default);
        await w.PutAsync();
        await w.ReceivedAsync(1);
    });

    [Fact]
    public void What_was_accepted_arrives_although_the_process_is_killed() => EventWorld.Run(async w =>
    {
        await w.RuleAsync("orders", Orders);
        for (var i = 0; i < 20; i++) await w.PutAsync(detail: $$"""{"n":{{i}}}""");
        await w.World.RestartAsync(TimeSpan.FromSeconds(3));
        await w.World.Eventually(() => w.Received.Select(r => (int?)JsonNode.Parse(r)?["detail"]?["n"]).Distinct().Count() == 20, TimeSpan.FromMinutes(1));
        await w.World.Eventually(() => w.Pending == 0, TimeSpan.FromMinutes(1));
    });

    [Fact]
    public void A_function_that_fails_is_tried_three_times() => EventWorld.Run(async w =>
    {
        w.World.Functions.Put(EventWorld.Function, _ => new FunctionOutcome.Failed("boom"));
        await w.RuleAsync("orders", Orders);
        await w.PutAsync();
        await w.World.Eventually(() => w.Pending == 0, TimeSpan.FromHours(1));
        w.Received.Count().ShouldBe(3);
    });

    [Fact]
    public void A_target_that_is_not_there_is_given_up_at_once() => EventWorld.Run(async w =>
    {
        await w.Events.PutRuleAsync(new() { Name = "orders", EventPattern = Orders }, w.Caller, default);
        await w.TargetAsync("orders", new() { Id = "q", Arn = "arn:aws:sqs:us-east-1:123456789012:q" });
        await w.PutAsync();
        await w.World.Eventually(() => w.Pending == 0, TimeSpan.FromSeconds(5));
        w.World.History.Lines.ShouldContain(l => l.Contains("could not reach arn:aws:sqs:us-east-1:123456789012:q: NO_RESOURCE", StringComparison.Ordinal));
    });

    [Fact]
    public void Events_go_on_to_another_bus_with_their_id() => EventWorld.Run(async w =>
    {
        var bus = (await w.Events.CreateEventBusAsync(new() { Name = "orders" }, w.Caller, default)).EventBusArn ?? "";
        await w.RuleAsync("sink", Orders, bus: "orders");
        await w.Events.PutRuleAsync(new() { Name = "on", EventPattern = Orders }, w.Caller, default);
        await w.TargetAsync("on", new() { Id = "bus", Arn = bus });
        var answer = await w.PutAsync();
        await w.ReceivedAsync(1);
        w.Received.Single().ShouldContain(answer.Entries?[0].EventId ?? "no id");
    });

    [Theory]
    [InlineData(0, 0.75, 1.0)]
    [InlineData(3, 6, 8)]
    [InlineData(20, 360, 480)]
    public void Retries_back_off_up_to_minutes(int attempts, double least, double most)
    {
        var delivery = Given(attempts);
        var late = DeliveryPlanner.Next(delivery, s_failed, delivery.AcceptedAt, 0).ShouldBeOfType<DeliveryStep.Retry>();
        var early = DeliveryPlanner.Next(delivery, s_failed, delivery.AcceptedAt, 1).ShouldBeOfType<DeliveryStep.Retry>();
        ((early.At - delivery.AcceptedAt).TotalSeconds, (late.At - delivery.AcceptedAt).TotalSeconds).ShouldBe((least, most));
    }

    [Fact]
    public void Retries_end_with_their_number_or_with_the_age_of_the_event()
    {
        var few = Given(2) with { Target = s_target with { RetryPolicy = new() { MaximumRetryAttempts = 2 } } };
        DeliveryPlanner.Next(few, s_failed, few.AcceptedAt, 0).ShouldBe(new DeliveryStep.GiveUp("MaximumRetryAttempts"));
        var old = Given(2) with { Target = s_target with { RetryPolicy = new() { MaximumEventAgeInSeconds = 60 } } };
        DeliveryPlanner.Next(old, s_failed, old.AcceptedAt.AddSeconds(58), 0).ShouldBe(new DeliveryStep.GiveUp("MaximumEventAgeInSeconds"));
        DeliveryPlanner.Next(Given(185), s_failed, old.AcceptedAt, 0).ShouldBe(new DeliveryStep.GiveUp("MaximumRetryAttempts"));
        DeliveryPlanner.Next(Given(0), s_failed with { IsFinal = true }, old.AcceptedAt, 0).ShouldBe(new DeliveryStep.GiveUp(null));
        DeliveryPlanner.Next(Given(0), new DeliveryOutcome.Delivered(), old.AcceptedAt, 0).ShouldBe(new DeliveryStep.Done());
    }

    private static readonly Target s_target = new() { Id = "t", Arn = EventWorld.Function };
    private static readonly DeliveryOutcome.Failed s_failed = new("TIMEOUT", "late", IsFinal: false);

    private static DeliveryState Given(int attempts) => new()
    {
        Id = "d", Rule = new(new(new("123456789012", "us-east-1"), "default"), "r"), Target = s_target, Event = "{}",
        AcceptedAt = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), Attempts = attempts,
    };
}
