using System.CommandLine;
using System.Text.Json.Nodes;
using Minato.Cli.Output;
using Minato.Cli.Running;
using Minato.Contracts.CloudWatchLogs;

namespace Minato.Cli.Commands;

/// <summary>Log lines of containers, of one group or all; <c>-f</c> goes on with what comes.</summary>
internal static class LogsCommand
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(300);
    private static readonly Argument<string?> Group = new("group") { Description = "Log group (default: all).", Arity = ArgumentArity.ZeroOrOne };
    private static readonly Option<bool> Follow = new("--follow", "-f") { Description = "Go on with what comes." };
    private static readonly Option<string?> Stream = new("--stream") { Description = "Streams whose name begins so.", HelpName = "PREFIX" };
    private static readonly Option<string?> Filter = new("--filter") { Description = "Filter pattern, as CloudWatch Logs has it.", HelpName = "PATTERN" };
    private static readonly Option<int> Minutes = new("--minutes") { Description = "How far back (default 10).", DefaultValueFactory = _ => 10 };

    public static Command Create()
    {
        var command = new Command("logs", "Shows log lines of containers; -f follows.") { Group, Follow, Stream, Filter, Minutes };
        command.SetAction((parsed, ct) => Reader.WhileThereAsync(token => ShowAsync(parsed, token), ct));
        return command;
    }

    private static async Task<int> ShowAsync(ParseResult parsed, CancellationToken ct)
    {
        using var minato = new MinatoClient(new ServerFiles(parsed.DataDirectory()), parsed.GetRequiredValue(Options.Region));
        var since = Math.Max(0, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - (long)TimeSpan.FromMinutes(parsed.GetValue(Minutes)).TotalMilliseconds);
        // Lines may arrive a little late: look back a second each time and show each event once.
        var seen = new Dictionary<string, long>(StringComparer.Ordinal);
        do
        {
            var events = new List<(string Group, FilteredLogEvent Event)>();
            foreach (var group in await GroupsAsync(minato, parsed.GetValue(Group), ct))
                events.AddRange((await EventsAsync(minato, group, since, parsed, ct)).Select(e => (group, e)));
            foreach (var (group, line) in events.OrderBy(e => e.Event.Timestamp))
                if (seen.TryAdd(line.EventId ?? "", line.Timestamp ?? 0)) Print(group, line, parsed.GetValue(Options.Json));
            if (events.Count > 0) since = Math.Max(since, events.Max(e => e.Event.Timestamp ?? 0) - 1000);
            foreach (var old in seen.Where(s => s.Value < since).Select(s => s.Key).ToArray()) seen.Remove(old);
            if (parsed.GetValue(Follow)) await Task.Delay(Interval, ct);
        }
        while (parsed.GetValue(Follow));
        return 0;
    }

    private static async Task<List<string>> GroupsAsync(MinatoClient minato, string? only, CancellationToken ct)
    {
        if (only is not null) return [only];
        var groups = new List<string>();
        string? next = null;
        do
        {
            var page = await minato.Logs.DescribeLogGroupsAsync(new() { NextToken = next }, minato.Caller, ct);
            groups.AddRange((page.LogGroups ?? []).Select(g => g.LogGroupName ?? ""));
            next = page.NextToken;
        }
        while (next is not null);
        return groups;
    }

    private static async Task<List<FilteredLogEvent>> EventsAsync(MinatoClient minato, string group, long since, ParseResult parsed, CancellationToken ct)
    {
        var events = new List<FilteredLogEvent>();
        string? next = null;
        do
        {
            try
            {
                var page = await minato.Logs.FilterLogEventsAsync(new()
                {
                    LogGroupName = group, LogStreamNamePrefix = parsed.GetValue(Stream), FilterPattern = parsed.GetValue(Filter), StartTime = since, NextToken = next,
                }, minato.Caller, ct);
                events.AddRange(page.Events ?? []);
                next = page.NextToken;
            }
            catch (ResourceNotFoundException) when (!parsed.GetValue(Follow))
            {
                throw new UserException($"there is no log group {group}. ./minato logs shows all of them.");
            }
            catch (ResourceNotFoundException)
            {
                return events; // It may come: somebody follows it already.
            }
        }
        while (next is not null);
        return events;
    }

    private static void Print(string group, FilteredLogEvent line, bool json)
    {
        var time = DateTimeOffset.FromUnixTimeMilliseconds(line.Timestamp ?? 0);
        if (json)
            Console.WriteLine(new JsonObject { ["time"] = time.ToString("O"), ["group"] = group, ["stream"] = line.LogStreamName, ["message"] = line.Message }.ToJsonString());
        else
            Console.WriteLine($"{Screen.Time(time)} {group} {line.LogStreamName}  {line.Message}");
    }
}
