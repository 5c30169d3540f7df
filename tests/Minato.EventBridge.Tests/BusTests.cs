using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Contracts.Eventbridge;

namespace Minato.EventBridge.Tests;

public sealed class BusTests
{
    [Fact]
    public void The_default_bus_is_there_and_cannot_go() => EventWorld.Run(async w =>
    {
        (await w.Events.ListEventBusesAsync(new(), w.Caller, default)).EventBuses?.Select(b => b.Arn).ShouldBe(["arn:aws:events:us-east-1:123456789012:event-bus/default"]);
        await w.Events.CreateEventBusAsync(new() { Name = "own", Tags = [new() { Key = "team", Value = "shop" }] }, w.Caller, default);
        (await w.Events.ListEventBusesAsync(new(), w.Caller, default)).EventBuses?.Select(b => b.Name).ShouldBe(["default", "own"]);
        (await w.Events.ListTagsForResourceAsync(new() { ResourceARN = "arn:aws:events:us-east-1:123456789012:event-bus/own" }, w.Caller, default)).Tags?.Single().Value.ShouldBe("shop");
        await w.Events.DeleteEventBusAsync(new() { Name = "own" }, w.Caller, default);
        (await w.World.Throws<ResourceNotFoundException>(() => w.Events.DescribeEventBusAsync(new() { Name = "own" }, w.Caller, default))).Message.ShouldBe("Event bus own does not exist.");
    });

    [Fact]
    public void Another_account_puts_events_only_where_the_policy_lets_it() => EventWorld.Run(async w =>
    {
        const string bus = "arn:aws:events:us-east-1:123456789012:event-bus/default";
        var other = w.Caller with { AccountId = "210987654321", PrincipalArn = "arn:aws:iam::210987654321:root" };
        var entry = new PutEventsRequest { Entries = [new() { Source = "shop", DetailType = "Order", Detail = "{}", EventBusName = bus }] };
        await w.RuleAsync("orders", """{"account":["210987654321"]}""");
        (await w.Events.PutEventsAsync(entry, other, default)).Entries?[0].ErrorCode.ShouldBe("AccessDeniedException");

        await w.Events.PutPermissionAsync(new() { Action = "events:PutEvents", Principal = "210987654321", StatementId = "them" }, w.Caller, default);
        (await w.Events.PutEventsAsync(entry, other, default)).FailedEntryCount.ShouldBe(0);
        await w.ReceivedAsync(1);
        var policy = (await w.Events.DescribeEventBusAsync(new(), w.Caller, default)).Policy ?? "";
        ((string?)JsonNode.Parse(policy)?["Statement"]?[0]?["Principal"]?["AWS"]).ShouldBe("arn:aws:iam::210987654321:root");

        (await w.World.Throws<ResourceNotFoundException>(() => w.Events.RemovePermissionAsync(new() { StatementId = "none" }, w.Caller, default)))
            .Message.ShouldBe("Statement with the provided id does not exist.");
        await w.Events.RemovePermissionAsync(new() { StatementId = "them" }, w.Caller, default);
        (await w.Events.PutEventsAsync(entry, other, default)).FailedEntryCount.ShouldBe(1);
        (await w.World.Throws<ResourceNotFoundException>(() => w.Events.RemovePermissionAsync(new() { StatementId = "them" }, w.Caller, default))).Message.ShouldBe("EventBus does not have a policy.");
    });

    [Fact]
    public void A_rule_of_a_service_is_its_own() => EventWorld.Run(async w =>
    {
        var service = Caller.ForService("123456789012", "us-east-1", "autoscaling.amazonaws.com");
        await w.Events.PutRuleAsync(new() { Name = "managed", EventPattern = """{"source":["x"]}""" }, service, default);
        (await w.Events.DescribeRuleAsync(new() { Name = "managed" }, w.Caller, default)).ManagedBy.ShouldBe("autoscaling.amazonaws.com");
        await w.World.Throws<ManagedRuleException>(() => w.Events.DisableRuleAsync(new() { Name = "managed" }, w.Caller, default));
        await w.World.Throws<ManagedRuleException>(() => w.Events.DeleteRuleAsync(new() { Name = "managed" }, w.Caller, default));
        await w.Events.DeleteRuleAsync(new() { Name = "managed", Force = true }, w.Caller, default);
    });

    [Fact]
    public void An_archive_keeps_what_its_pattern_wants_and_a_replay_sends_it_again() => EventWorld.Run(async w =>
    {
        const string bus = "arn:aws:events:us-east-1:123456789012:event-bus/default";
        var start = w.World.Time.GetUtcNow();
        await w.Events.CreateArchiveAsync(new() { ArchiveName = "a", EventSourceArn = bus, EventPattern = """{"source":["shop"]}""" }, w.Caller, default);
        for (var i = 0; i < 250; i++) await w.PutAsync(detail: $$"""{"n":{{i}}}""");
        await w.PutAsync(source: "bank");
        await w.World.RunFor(TimeSpan.FromMinutes(1));
        var archive = await w.Events.DescribeArchiveAsync(new() { ArchiveName = "a" }, w.Caller, default);
        (archive.EventCount, archive.State).ShouldBe((250, ArchiveState.Enabled));

        await w.RuleAsync("orders", """{"source":["shop"]}""");
        await w.RuleAsync("others", """{"source":["shop"]}""", t => t with { Input = "\"other\"" });
        await w.Events.StartReplayAsync(new()
        {
            ReplayName = "again", EventSourceArn = archive.ArchiveArn ?? "", EventStartTime = start, EventEndTime = w.World.Time.GetUtcNow(),
            Destination = new() { Arn = bus, FilterArns = ["arn:aws:events:us-east-1:123456789012:rule/orders"] },
        }, w.Caller, default);
        await w.ReceivedAsync(250);
        await w.World.Eventually(async () => (await w.Events.DescribeReplayAsync(new() { ReplayName = "again" }, w.Caller, default)).State is ReplayState.Completed, TimeSpan.FromMinutes(1));
        w.Received.Count().ShouldBe(250);
        w.Received.ShouldAllBe(r => r.Contains("\"replay-name\":\"again\"", StringComparison.Ordinal));
        (await w.Events.DescribeArchiveAsync(new() { ArchiveName = "a" }, w.Caller, default)).EventCount.ShouldBe(250); // What is replayed is not archived again.
        await w.World.Throws<IllegalStatusException>(() => w.Events.CancelReplayAsync(new() { ReplayName = "again" }, w.Caller, default));
    });
}
