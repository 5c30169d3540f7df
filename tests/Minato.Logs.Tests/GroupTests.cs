using System.Collections.Immutable;
using Minato.Contracts.CloudWatchLogs;
using Minato.Logs.Reconcile;
using Minato.Logs.State;
using Minato.Platform;
using static Minato.Logs.Tests.LogsFixture;

namespace Minato.Logs.Tests;

public sealed class GroupTests
{
    private const string Arn = "arn:aws:logs:us-east-1:123456789012:log-group:web";

    [Fact]
    public async Task A_group_is_described_as_AWS_does()
    {
        await using var logs = await StartAsync();
        await logs.GroupAsync();
        var group = (await logs.Logs.DescribeLogGroupsAsync(new(), logs.Caller, default)).LogGroups.ShouldNotBeNull().Single();
        group.ShouldBe(new()
        {
            LogGroupName = "web", Arn = $"{Arn}:*", LogGroupArn = Arn, CreationTime = NoonMs, MetricFilterCount = 0, StoredBytes = 0,
            LogGroupClass = LogGroupClass.Standard, DeletionProtectionEnabled = false,
        });
    }

    [Fact]
    public async Task Names_are_taken_once_an_account_and_region()
    {
        await using var logs = await StartAsync();
        await logs.GroupAsync("web", "a");
        await RefusedAsync(logs.GroupAsync(), "ResourceAlreadyExistsException", "The specified log group already exists");
        await RefusedAsync(logs.StreamAsync("web", "a"), "ResourceAlreadyExistsException", "The specified log stream already exists");
        await logs.Logs.CreateLogGroupAsync(new() { LogGroupName = "web" }, CallerIn("eu-west-1"), default);
        await logs.Logs.CreateLogGroupAsync(new() { LogGroupName = "web" }, CallerIn("us-east-1", "210987654321"), default);
        (await logs.Logs.DescribeLogGroupsAsync(new(), logs.Caller, default)).LogGroups?.Length.ShouldBe(1);
        await RefusedAsync(logs.GroupAsync("aws/mine"), "InvalidParameterException");
    }

    [Fact]
    public async Task Groups_are_listed_in_ASCII_order_by_page_prefix_and_part()
    {
        await using var logs = await StartAsync();
        foreach (var name in new[] { "b", "/x/b", "Z", "/x/a", "/x", "a" }) await logs.GroupAsync(name);
        (await PagesAsync(logs, new() { Limit = 2 })).ShouldBe(["/x", "/x/a", "/x/b", "Z", "a", "b"]);
        (await PagesAsync(logs, new() { LogGroupNamePrefix = "/x", Limit = 1 })).ShouldBe(["/x", "/x/a", "/x/b"]);
        (await PagesAsync(logs, new() { LogGroupNamePattern = "b", Limit = 1 })).ShouldBe(["/x/b", "b"]);
        (await PagesAsync(logs, new() { LogGroupIdentifiers = ["a", "missing", "Z"], Limit = 1 })).ShouldBe(["Z", "a"]);
        await RefusedAsync(PagesAsync(logs, new() { LogGroupNamePrefix = "a", LogGroupNamePattern = "b" }), "InvalidParameterException",
            "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.");
        await RefusedAsync(PagesAsync(logs, new() { NextToken = "nonsense" }), "InvalidParameterException", "The specified nextToken is invalid.");
    }

    [Fact]
    public async Task Streams_are_listed_by_name_or_by_last_event()
    {
        await using var logs = await StartAsync();
        await logs.GroupAsync("web", "c", "a", "b", "quiet");
        await logs.PutAsync("a", NoonMs + 2, "x");
        await logs.PutAsync("b", NoonMs + 1, "x");
        await logs.PutAsync("c", NoonMs + 3, "x");
        (await StreamsAsync(logs, new() { Limit = 1 })).ShouldBe(["a", "b", "c", "quiet"]);
        (await StreamsAsync(logs, new() { Limit = 3, Descending = true })).ShouldBe(["quiet", "c", "b", "a"]);
        (await StreamsAsync(logs, new() { LogStreamNamePrefix = "q" })).ShouldBe(["quiet"]);
        (await StreamsAsync(logs, new() { OrderBy = OrderBy.LastEventTime, Descending = true, Limit = 1 })).ShouldBe(["c", "a", "b", "quiet"]);
        (await StreamsAsync(logs, new() { OrderBy = OrderBy.LastEventTime, Limit = 2 })).ShouldBe(["quiet", "b", "a", "c"]);
        await RefusedAsync(StreamsAsync(logs, new() { OrderBy = OrderBy.LastEventTime, LogStreamNamePrefix = "a" }), "InvalidParameterException",
            "Cannot order by LastEventTime with a logStreamNamePrefix.");
    }

    [Fact]
    public async Task A_stream_shows_when_it_was_written()
    {
        await using var logs = await StartAsync();
        await logs.GroupAsync("web", "a");
        await logs.PutAsync("a", NoonMs - 5000, "x", "y");
        var stream = (await logs.Logs.DescribeLogStreamsAsync(new() { LogGroupName = "web" }, logs.Caller, default)).LogStreams.ShouldNotBeNull().Single();
        (stream.FirstEventTimestamp, stream.LastEventTimestamp, stream.LastIngestionTime, stream.StoredBytes, stream.CreationTime)
            .ShouldBe((NoonMs - 5000, NoonMs - 4000, NoonMs, 0, NoonMs));
        stream.Arn.ShouldBe($"{Arn}:log-stream:a");
    }

    [Fact]
    public async Task What_a_stream_shows_survives_a_crash()
    {
        var (journal, events) = (new MemoryJournal(), new MemoryAppendLog());
        await using var before = await StartAsync(journal, events);
        await before.GroupAsync("web", "a");
        await before.PutAsync("a", NoonMs, "x", "y");
        await using var after = await StartAsync(journal, events);
        var stream = (await after.Logs.DescribeLogStreamsAsync(new() { LogGroupName = "web" }, after.Caller, default)).LogStreams.ShouldNotBeNull().Single();
        (stream.FirstEventTimestamp, stream.LastEventTimestamp, stream.LastIngestionTime).ShouldBe((NoonMs, NoonMs + 1000, NoonMs));
        (await after.FilterAsync(new() { LogGroupName = "web" })).Events?.Length.ShouldBe(2);
    }

    [Fact]
    public async Task Stored_bytes_follow_ingestion_and_deletion()
    {
        await using var logs = await StartAsync();
        await logs.GroupAsync("web", "a", "b");
        await logs.PutAsync("a", NoonMs, "1234");
        await logs.PutAsync("b", NoonMs, "12");
        foreach (var stream in logs.Store.Current.All(LogsTables.Streams))
            await logs.Service<FlushReconciler>().ReconcileAsync(new(stream.Key, stream.Partition), default);
        (await BytesAsync(logs)).ShouldBe(58);
        await logs.Logs.DeleteLogStreamAsync(new() { LogGroupName = "web", LogStreamName = "a" }, logs.Caller, default);
        (await BytesAsync(logs)).ShouldBe(28);
    }

    [Fact]
    public async Task Retention_hides_and_then_deletes_old_events()
    {
        await using var logs = await StartAsync();
        await logs.GroupAsync("web", "a");
        await logs.PutAsync("a", NoonMs, "old");
        await logs.Logs.PutRetentionPolicyAsync(new() { LogGroupName = "web", RetentionInDays = 1 }, logs.Caller, default);
        logs.Clock.Now = Noon.AddDays(1).AddSeconds(1);
        await logs.PutAsync("a", NoonMs + 90_000_000, "new");
        (await logs.GetAsync(new() { LogGroupName = "web", LogStreamName = "a" })).Events.ShouldNotBeNull().Single().Message.ShouldBe("new");
        await logs.Service<RetentionReconciler>().ReconcileAsync(new("123456789012", "us-east-1", "web"), default);
        await logs.Logs.DeleteRetentionPolicyAsync(new() { LogGroupName = "web" }, logs.Caller, default);
        (await logs.FilterAsync(new() { LogGroupName = "web" })).Events.ShouldNotBeNull().Single().Message.ShouldBe("new");
    }

    [Fact]
    public async Task Retention_knows_AWSs_numbers_of_days_only()
    {
        await using var logs = await StartAsync();
        await logs.GroupAsync();
        var error = await RefusedAsync(
            logs.Logs.PutRetentionPolicyAsync(new() { LogGroupName = "web", RetentionInDays = 2 }, logs.Caller, default), "InvalidParameterException");
        error.Message.ShouldStartWith("1 validation error detected: Value '2' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [1, 3, 5");
    }

    [Fact]
    public async Task A_deleted_stream_leaves_nothing_to_a_new_one_of_its_name()
    {
        await using var logs = await StartAsync();
        await logs.GroupAsync("web", "a");
        await logs.PutAsync("a", NoonMs, "old");
        await logs.Logs.DeleteLogGroupAsync(new() { LogGroupName = "web" }, logs.Caller, default);
        await RefusedAsync(logs.FilterAsync(new() { LogGroupName = "web" }), "ResourceNotFoundException", "The specified log group does not exist.");
        await logs.GroupAsync("web", "a");
        (await logs.FilterAsync(new() { LogGroupName = "web" })).Events.ShouldBe([]);
        (await StreamsAsync(logs, new())).ShouldBe(["a"]);
    }

    [Fact]
    public async Task A_protected_group_is_not_deleted()
    {
        await using var logs = await StartAsync();
        await logs.Logs.CreateLogGroupAsync(new() { LogGroupName = "web", DeletionProtectionEnabled = true }, logs.Caller, default);
        await RefusedAsync(logs.Logs.DeleteLogGroupAsync(new() { LogGroupName = "web" }, logs.Caller, default), "ValidationException");
    }

    [Fact]
    public async Task Tags_are_the_same_by_ARN_and_by_name()
    {
        await using var logs = await StartAsync();
        await logs.Logs.CreateLogGroupAsync(new() { LogGroupName = "web", Tags = Tags(("a", "1")) }, logs.Caller, default);
        await logs.Logs.TagResourceAsync(new() { ResourceArn = Arn, Tags = Tags(("b", "2")) }, logs.Caller, default);
        await logs.Logs.TagLogGroupAsync(new() { LogGroupName = "web", Tags = Tags(("a", "3")) }, logs.Caller, default);
        await logs.Logs.UntagLogGroupAsync(new() { LogGroupName = "web", Tags = ["b", "missing"] }, logs.Caller, default);
        var tags = (await logs.Logs.ListTagsForResourceAsync(new() { ResourceArn = $"{Arn}:*" }, logs.Caller, default)).Tags.ShouldNotBeNull();
        tags.ShouldBe(Tags(("a", "3")));
        (await logs.Logs.ListTagsLogGroupAsync(new() { LogGroupName = "web" }, logs.Caller, default)).Tags.ShouldBe(tags);
        var many = Enumerable.Range(0, 50).ToImmutableDictionary(i => $"k{i}", _ => "v");
        var error = await RefusedAsync(logs.Logs.TagResourceAsync(new() { ResourceArn = Arn, Tags = many }, logs.Caller, default), "TooManyTagsException");
        error.ShouldBeOfType<TooManyTagsException>().ResourceName.ShouldBe(Arn);
    }

    [Fact]
    public async Task A_reset_forgets_events_too()
    {
        await using var logs = await StartAsync();
        await logs.GroupAsync("web", "a");
        await logs.PutAsync("a", NoonMs, "x");
        var partition = logs.Store.Current.All(LogsTables.Streams).Single().Partition;
        await logs.Platform.ResetAsync(default);
        (await logs.Log.ReadAsync(partition, new(), default)).Count.ShouldBe(0);
        (await logs.Logs.DescribeLogGroupsAsync(new(), logs.Caller, default)).LogGroups.ShouldBe([]);
    }

    private static ImmutableDictionary<string, string> Tags(params (string Key, string Value)[] tags) => tags.ToImmutableDictionary(t => t.Key, t => t.Value);

    private static async Task<long> BytesAsync(LogsFixture logs) =>
        (await logs.Logs.DescribeLogGroupsAsync(new(), logs.Caller, default)).LogGroups.ShouldNotBeNull().Single().StoredBytes ?? 0;

    private static async Task<List<string?>> PagesAsync(LogsFixture logs, DescribeLogGroupsRequest request)
    {
        var names = new List<string?>();
        string? token = request.NextToken;
        do
        {
            var page = await logs.Logs.DescribeLogGroupsAsync(request with { NextToken = token }, logs.Caller, default);
            names.AddRange(page.LogGroups.ShouldNotBeNull().Select(g => g.LogGroupName));
            token = page.NextToken;
        }
        while (token is not null);
        return names;
    }

    private static async Task<List<string?>> StreamsAsync(LogsFixture logs, DescribeLogStreamsRequest request)
    {
        var names = new List<string?>();
        string? token = null;
        do
        {
            var page = await logs.Logs.DescribeLogStreamsAsync(request with { LogGroupName = "web", NextToken = token }, logs.Caller, default);
            names.AddRange(page.LogStreams.ShouldNotBeNull().Select(s => s.LogStreamName));
            token = page.NextToken;
        }
        while (token is not null);
        return names;
    }
}
