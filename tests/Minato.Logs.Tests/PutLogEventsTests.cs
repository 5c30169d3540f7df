using System.Collections.Immutable;
using Minato.Contracts.CloudWatchLogs;
using static Minato.Logs.Tests.LogsFixture;

namespace Minato.Logs.Tests;

public sealed class PutLogEventsTests
{
    private const long Hour = 3_600_000;
    private const long Day = 24 * Hour;

    [Fact]
    public async Task A_sequence_token_is_ignored_and_one_is_answered()
    {
        await using var logs = await StartAsync();
        await logs.GroupAsync("web", "a");
        var answer = await logs.Logs.PutLogEventsAsync(
            new() { LogGroupName = "web", LogStreamName = "a", SequenceToken = "of another life", LogEvents = [Event(NoonMs)] }, logs.Caller, default);
        answer.NextSequenceToken.ShouldNotBeNull().Length.ShouldBe(56);
        answer.NextSequenceToken.ShouldAllBe(c => char.IsAsciiDigit(c));
        answer.RejectedLogEventsInfo.ShouldBeNull();
    }

    [Fact]
    public async Task Events_out_of_order_are_refused_as_a_batch()
    {
        await using var logs = await StartAsync();
        await logs.GroupAsync("web", "a");
        await RefusedAsync(logs.PutAsync("web", "a", [Event(NoonMs), Event(NoonMs - 1)]), "InvalidParameterException",
            "Log events in a single PutLogEvents request must be in chronological order.");
        (await logs.GetAsync(new() { LogGroupName = "web", LogStreamName = "a" })).Events.ShouldBe([]);
    }

    [Fact]
    public async Task A_batch_spans_a_day_at_most()
    {
        await using var logs = await StartAsync();
        await logs.GroupAsync("web", "a");
        await logs.PutAsync("web", "a", [Event(NoonMs - Day), Event(NoonMs)]);
        await RefusedAsync(logs.PutAsync("web", "a", [Event(NoonMs - Day - 1), Event(NoonMs)]), "InvalidParameterException",
            "The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
    }

    [Fact]
    public async Task Each_event_counts_26_bytes_more_than_its_message()
    {
        await using var logs = await StartAsync();
        await logs.GroupAsync("web", "a");
        await logs.PutAsync("web", "a", [Event(NoonMs, new('x', 524_288 - 26)), Event(NoonMs, new('x', 524_288 - 26))]);
        await RefusedAsync(logs.PutAsync("web", "a", [Event(NoonMs, new('x', 524_288 - 26)), Event(NoonMs, new('x', 524_288 - 25))]),
            "InvalidParameterException", "Upload too large: 1048577 bytes exceeds limit of 1048576");
    }

    [Fact]
    public async Task An_event_may_be_a_megabyte_of_UTF8()
    {
        await using var logs = await StartAsync();
        await logs.GroupAsync("web", "a");
        await logs.PutAsync("web", "a", [Event(NoonMs, new('é', (1_048_576 - 26) / 2))]);
        await RefusedAsync(logs.PutAsync("web", "a", [Event(NoonMs, new('é', (1_048_576 - 24) / 2))]),
            "InvalidParameterException", "Log event too large: 1048578 bytes exceeds limit of 1048576");
    }

    [Fact]
    public async Task Events_too_far_ahead_are_rejected_one_by_one()
    {
        await using var logs = await StartAsync();
        await logs.GroupAsync("web", "a");
        var answer = await logs.PutAsync("web", "a", [Event(NoonMs), Event(NoonMs + (2 * Hour)), Event(NoonMs + (2 * Hour) + 1)]);
        answer.RejectedLogEventsInfo.ShouldBe(new() { TooNewLogEventStartIndex = 2 });
        (await logs.GetAsync(new() { LogGroupName = "web", LogStreamName = "a" })).Events?.Length.ShouldBe(2);
    }

    [Fact]
    public async Task Events_older_than_14_days_are_rejected_one_by_one()
    {
        await using var logs = await StartAsync();
        await logs.GroupAsync("web", "a");
        var answer = await logs.PutAsync("web", "a", [Event(NoonMs - (14 * Day) - 1), Event(NoonMs - (14 * Day))]);
        answer.RejectedLogEventsInfo.ShouldBe(new() { TooOldLogEventEndIndex = 1 });
    }

    [Fact]
    public async Task Events_beyond_retention_are_rejected_one_by_one()
    {
        await using var logs = await StartAsync();
        await logs.GroupAsync("web", "a");
        await logs.Logs.PutRetentionPolicyAsync(new() { LogGroupName = "web", RetentionInDays = 1 }, logs.Caller, default);
        var answer = await logs.PutAsync("web", "a", [Event(NoonMs - Day - 2), Event(NoonMs - Day - 1), Event(NoonMs - Day)]);
        answer.RejectedLogEventsInfo.ShouldBe(new() { ExpiredLogEventEndIndex = 2 });
    }

    [Fact]
    public async Task When_all_events_are_rejected_the_call_still_succeeds()
    {
        await using var logs = await StartAsync();
        await logs.GroupAsync("web", "a");
        var answer = await logs.PutAsync("web", "a", [Event(NoonMs - (20 * Day))]);
        answer.RejectedLogEventsInfo.ShouldBe(new() { TooOldLogEventEndIndex = 1 });
        (await logs.GetAsync(new() { LogGroupName = "web", LogStreamName = "a" })).Events.ShouldBe([]);
    }

    [Fact]
    public async Task Missing_groups_and_streams_are_told_apart()
    {
        await using var logs = await StartAsync();
        await RefusedAsync(logs.PutAsync("web", "a", [Event(NoonMs)]), "ResourceNotFoundException", "The specified log group does not exist.");
        await logs.GroupAsync();
        await RefusedAsync(logs.PutAsync("web", "a", [Event(NoonMs)]), "ResourceNotFoundException", "The specified log stream does not exist.");
    }

    [Fact]
    public async Task Ingestion_does_not_write_the_store()
    {
        await using var logs = await StartAsync();
        await logs.GroupAsync("web", "a");
        var before = logs.Store.Current.Version;
        for (var i = 0; i < 50; i++) await logs.PutAsync("a", NoonMs + i, "x");
        logs.Store.Current.Version.ShouldBe(before);
    }

    [Fact]
    public async Task Parallel_writers_of_a_stream_lose_nothing()
    {
        await using var logs = await StartAsync();
        await logs.GroupAsync("web", "a");
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => logs.PutAsync("a", NoonMs, $"{i}")));
        var events = (await logs.GetAsync(new() { LogGroupName = "web", LogStreamName = "a" })).Events.ShouldNotBeNull();
        events.Select(e => int.Parse(e.Message ?? "")).Order().ShouldBe(Enumerable.Range(0, 200));
    }

    internal static InputLogEvent Event(long at, string message = "x") => new() { Timestamp = at, Message = message };
}
