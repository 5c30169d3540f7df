using System.Collections.Immutable;
using Minato.Contracts.CloudWatchLogs;
using static Minato.Logs.Tests.LogsFixture;

namespace Minato.Logs.Tests;

public sealed class ReadingTests
{
    [Fact]
    public async Task GetLogEvents_gives_the_newest_page_with_its_events_ascending()
    {
        await using var logs = await FilledAsync();
        (await logs.GetAsync(Of("a") with { Limit = 2 })).Events.ShouldNotBeNull().Select(e => e.Message).ShouldBe(["3", "4"]);
        (await logs.GetAsync(Of("a") with { Limit = 2, StartFromHead = true })).Events.ShouldNotBeNull().Select(e => e.Message).ShouldBe(["0", "1"]);
    }

    [Fact]
    public async Task Tokens_walk_back_and_forth_over_every_event_once()
    {
        await using var logs = await FilledAsync();
        var seen = new List<string?>();
        var page = await logs.GetAsync(Of("a") with { Limit = 2 });
        for (; page.Events is [_, ..] events; page = await logs.GetAsync(Of("a") with { Limit = 2, NextToken = page.NextBackwardToken }))
            seen.InsertRange(0, events.Select(e => e.Message));
        seen.ShouldBe(["0", "1", "2", "3", "4"]);
        seen.Clear();
        page = await logs.GetAsync(Of("a") with { Limit = 2, StartFromHead = true, NextToken = page.NextForwardToken });
        for (; page.Events is [_, ..] events; page = await logs.GetAsync(Of("a") with { Limit = 2, StartFromHead = true, NextToken = page.NextForwardToken }))
            seen.AddRange(events.Select(e => e.Message));
        seen.ShouldBe(["0", "1", "2", "3", "4"]);
    }

    [Fact]
    public async Task At_the_end_the_same_token_comes_back_until_there_is_more()
    {
        await using var logs = await FilledAsync();
        var last = (await logs.GetAsync(Of("a"))).NextForwardToken;
        var empty = await logs.GetAsync(Of("a") with { NextToken = last, StartFromHead = true });
        empty.Events.ShouldBe([]);
        empty.NextForwardToken.ShouldBe(last);
        empty.NextBackwardToken.ShouldNotBeNull();
        await logs.PutAsync("a", NoonMs + 10_000, "new");
        (await logs.GetAsync(Of("a") with { NextToken = last, StartFromHead = true })).Events.ShouldNotBeNull().Single().Message.ShouldBe("new");
    }

    [Fact]
    public async Task At_the_start_the_same_backward_token_comes_back()
    {
        await using var logs = await FilledAsync();
        var first = (await logs.GetAsync(Of("a"))).NextBackwardToken;
        var empty = await logs.GetAsync(Of("a") with { NextToken = first });
        (empty.Events?.Length, empty.NextBackwardToken).ShouldBe((0, first));
    }

    [Fact]
    public async Task An_empty_stream_gives_tokens_that_see_what_comes()
    {
        await using var logs = await StartAsync();
        await logs.GroupAsync("web", "a");
        var empty = await logs.GetAsync(Of("a"));
        await logs.PutAsync("a", NoonMs, "first");
        (await logs.GetAsync(Of("a") with { NextToken = empty.NextForwardToken })).Events.ShouldNotBeNull().Single().Message.ShouldBe("first");
        (await logs.GetAsync(Of("a") with { NextToken = empty.NextBackwardToken })).Events.ShouldBe([]);
    }

    [Fact]
    public async Task The_end_time_is_exclusive_for_one_stream_and_inclusive_for_a_group()
    {
        await using var logs = await FilledAsync();
        (await logs.GetAsync(Of("a") with { StartTime = NoonMs + 1000, EndTime = NoonMs + 2000 })).Events.ShouldNotBeNull().Select(e => e.Message).ShouldBe(["1"]);
        Messages(await logs.FilterAsync(new() { LogGroupName = "web", StartTime = NoonMs + 1000, EndTime = NoonMs + 2000, LogStreamNames = ["a"] })).ShouldBe(["1", "2"]);
    }

    [Fact]
    public async Task A_page_holds_a_megabyte()
    {
        await using var logs = await StartAsync();
        await logs.GroupAsync("web", "a");
        for (var i = 0; i < 5; i++) await logs.PutAsync("a", NoonMs + i, new string('x', 400_000));
        (await logs.GetAsync(Of("a"))).Events?.Length.ShouldBe(2);
    }

    [Theory]
    [InlineData("f/nonsense"), InlineData("nonsense"), InlineData("x/"), InlineData("")]
    public async Task A_token_of_another_making_is_refused(string token)
    {
        await using var logs = await FilledAsync();
        await RefusedAsync(logs.GetAsync(Of("a") with { NextToken = token }), "InvalidParameterException", "The specified nextToken is invalid.");
    }

    [Fact]
    public async Task FilterLogEvents_interleaves_streams_by_time()
    {
        await using var logs = await FilledAsync();
        var answer = await logs.FilterAsync(new() { LogGroupName = "web" });
        Messages(answer).ShouldBe(["0", "b0", "1", "b1", "2", "3", "4"]);
        answer.SearchedLogStreams.ShouldBe([]);
        answer.NextToken.ShouldBeNull();
        var ids = answer.Events.ShouldNotBeNull().Select(e => e.EventId ?? "").ToList();
        ids.ShouldAllBe(id => id.Length == 56 && id.All(char.IsAsciiDigit));
        ids.Distinct().Count().ShouldBe(7);
        ids.ShouldBe(ids.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task FilterLogEvents_pages_give_every_event_once()
    {
        await using var logs = await FilledAsync();
        for (var limit = 1; limit <= 7; limit++)
        {
            var seen = new List<string?>();
            string? token = null;
            do
            {
                var page = await logs.FilterAsync(new() { LogGroupName = "web", Limit = limit, NextToken = token });
                seen.AddRange(Messages(page));
                token = page.NextToken;
            }
            while (token is not null);
            seen.ShouldBe(["0", "b0", "1", "b1", "2", "3", "4"], $"limit {limit}");
        }
    }

    [Fact]
    public async Task FilterLogEvents_gives_the_newest_first_where_startFromHead_is_false()
    {
        await using var logs = await FilledAsync();
        var newest = new FilterLogEventsRequest { LogGroupName = "web", StartFromHead = false, StartTime = NoonMs };
        List<string?> reverse = [.. Messages(await logs.FilterAsync(newest with { StartFromHead = true })).Reverse()];
        for (var limit = 1; limit <= 7; limit++)
        {
            var seen = new List<string?>();
            string? token = null;
            do
            {
                var page = await logs.FilterAsync(newest with { Limit = limit, NextToken = token });
                seen.AddRange(Messages(page));
                token = page.NextToken;
            }
            while (token is not null);
            seen.ShouldBe(reverse, $"limit {limit}");
        }

        Messages(await logs.FilterAsync(newest with { StartTime = NoonMs + 1000, EndTime = NoonMs + 2000, LogStreamNames = ["a"] })).ShouldBe(["2", "1"]);
        Messages(await logs.FilterAsync(newest with { FilterPattern = "?b1 ?3" })).ShouldBe(["3", "b1"]);
    }

    [Fact]
    public async Task FilterLogEvents_goes_back_through_many_events_of_a_millisecond()
    {
        await using var logs = await StartAsync();
        await logs.GroupAsync("web", "a", "b");
        for (var i = 0; i < 50; i++)
        {
            await logs.PutAsync("a", NoonMs, $"a{i}");
            await logs.PutAsync("b", NoonMs, $"b{i}");
        }

        var newest = new FilterLogEventsRequest { LogGroupName = "web", StartFromHead = false, StartTime = NoonMs, Limit = 33 };
        var seen = new List<string?>();
        var page = await logs.FilterAsync(newest);
        for (seen.AddRange(Messages(page)); page.NextToken is { } token; seen.AddRange(Messages(page))) page = await logs.FilterAsync(newest with { NextToken = token });
        seen.ShouldBe([.. Enumerable.Range(0, 50).Reverse().Select(i => $"b{i}"), .. Enumerable.Range(0, 50).Reverse().Select(i => $"a{i}")]);
    }

    [Theory]
    [InlineData(null), InlineData(1_704_067_199_999)]
    public async Task FilterLogEvents_gives_the_newest_first_only_from_2024_on(long? startTime)
    {
        await using var logs = await FilledAsync();
        await RefusedAsync(logs.FilterAsync(new() { LogGroupName = "web", StartFromHead = false, StartTime = startTime }), "InvalidParameterException");
        (await logs.FilterAsync(new() { LogGroupName = "web", StartFromHead = false, StartTime = 1_704_067_200_000 })).Events?.Length.ShouldBe(7);
    }

    [Fact]
    public async Task FilterLogEvents_searches_named_streams_or_a_prefix_but_not_both()
    {
        await using var logs = await FilledAsync();
        Messages(await logs.FilterAsync(new() { LogGroupName = "web", LogStreamNames = ["b"] })).ShouldBe(["b0", "b1"]);
        Messages(await logs.FilterAsync(new() { LogGroupName = "web", LogStreamNamePrefix = "b" })).ShouldBe(["b0", "b1"]);
        await RefusedAsync(logs.FilterAsync(new() { LogGroupName = "web", LogStreamNamePrefix = "b", LogStreamNames = ["b"] }), "InvalidParameterException");
        await RefusedAsync(logs.FilterAsync(new() { LogGroupName = "web", LogStreamNames = ["c"] }), "ResourceNotFoundException",
            "The specified log stream does not exist.");
    }

    [Fact]
    public async Task FilterLogEvents_gives_what_the_pattern_matches()
    {
        await using var logs = await FilledAsync();
        Messages(await logs.FilterAsync(new() { LogGroupName = "web", FilterPattern = "?b1 ?3" })).ShouldBe(["b1", "3"]);
    }

    [Fact]
    public async Task A_long_scan_ends_with_an_empty_page_and_a_token()
    {
        await using var logs = await StartAsync();
        await logs.GroupAsync("web", "a");
        for (var i = 0; i < 20; i++) await logs.PutAsync("a", NoonMs + i, new string('x', 1_000_000));
        await logs.PutAsync("a", NoonMs + 100, "needle");
        var first = await logs.FilterAsync(new() { LogGroupName = "web", FilterPattern = "needle" });
        first.Events.ShouldBe([]);
        var second = await logs.FilterAsync(new() { LogGroupName = "web", FilterPattern = "needle", NextToken = first.NextToken.ShouldNotBeNull() });
        Messages(second).ShouldBe(["needle"]);
    }

    [Fact]
    public async Task A_follower_costs_no_read_while_nothing_happens()
    {
        await using var logs = await StartAsync();
        await logs.GroupAsync("web", [.. Enumerable.Range(0, 100).Select(i => $"s{i}")]);
        for (var i = 0; i < 100; i++) await logs.PutAsync($"s{i}", NoonMs + i, "x");
        var before = logs.Log.Reads;
        Messages(await logs.FilterAsync(new() { LogGroupName = "web", StartTime = NoonMs + 100 })).ShouldBe([]);
        logs.Log.Reads.ShouldBe(before);
        Messages(await logs.FilterAsync(new() { LogGroupName = "web", StartTime = NoonMs + 99 })).ShouldBe(["x"]);
        logs.Log.Reads.ShouldBe(before + 1);
    }

    [Fact]
    public async Task Groups_are_found_by_ARN_too()
    {
        await using var logs = await FilledAsync();
        const string Arn = "arn:aws:logs:us-east-1:123456789012:log-group:web";
        (await logs.GetAsync(new() { LogGroupIdentifier = Arn + ":*", LogStreamName = "b" })).Events?.Length.ShouldBe(2);
        Messages(await logs.FilterAsync(new() { LogGroupIdentifier = Arn, LogStreamNames = ["b"] })).Count().ShouldBe(2);
        await RefusedAsync(logs.FilterAsync(new() { LogGroupIdentifier = Arn.Replace("us-east-1", "eu-west-1") }), "ResourceNotFoundException");
        await RefusedAsync(logs.FilterAsync(new()), "InvalidParameterException");
    }

    private static async Task<LogsFixture> FilledAsync()
    {
        var logs = await StartAsync();
        await logs.GroupAsync("web", "a", "b");
        await logs.PutAsync("a", NoonMs, "0", "1", "2", "3", "4");
        await logs.PutAsync("b", NoonMs, "b0", "b1");
        return logs;
    }

    private static GetLogEventsRequest Of(string stream) => new() { LogGroupName = "web", LogStreamName = stream };

    private static IEnumerable<string?> Messages(FilterLogEventsResponse answer) => answer.Events.ShouldNotBeNull().Select(e => e.Message);
}
