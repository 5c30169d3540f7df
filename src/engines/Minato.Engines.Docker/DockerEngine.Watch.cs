using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Minato.Engines.Containers;

namespace Minato.Engines.Docker;

internal sealed partial class DockerEngine
{
    /// <summary>Docker says these of a container beside its labels.</summary>
    private static readonly ImmutableHashSet<string> NotLabels = ["image", "name", "exitCode", "signal", "execDuration"];

    /// <remarks>
    /// The subscription starts with this call, not with the first element, and asks for what happened since: call, list, then read.
    /// </remarks>
    public IAsyncEnumerable<ContainerChange> WatchAsync(CancellationToken ct)
    {
        var feed = new ChangeFeed();
        var reading = CancellationTokenSource.CreateLinkedTokenSource(ct);
        _ = PumpAsync(feed, DateTimeOffset.UtcNow, reading.Token);
        return feed.ReadAsync(reading, ct);
    }

    private async Task PumpAsync(ChangeFeed feed, DateTimeOffset since, CancellationToken ct)
    {
        try
        {
            // The daemon answers before it has subscribed; "since" makes it repeat what fell in between.
            using var response = await docker.OpenAsync(HttpMethod.Get, $"/events?since={UnixTime(since)}&{names.EventFilter}", ct);
            await using var stream = await response.Content.ReadAsStreamAsync(ct);
            await foreach (var line in JsonLines.ReadAsync(stream, ct))
            {
                if (JsonSerializer.Deserialize(line.Span, DockerJson.Default.EventLine) is not { Actor: { } actor } change) continue;
                ours[actor.Id] = true;
                if (change.Action == "destroy") ours.TryRemove(actor.Id, out _);
                feed.Add(new(actor.Id, Labels(actor)));
            }
            feed.End(docker.Away(null));
        }
        catch (Exception e) when (DockerClient.IsAway(e) && !ct.IsCancellationRequested)
        {
            feed.End(docker.Away(e));
        }
        catch (Exception e)
        {
            if (e is not (OperationCanceledException or EngineUnavailableException)) LogWatchFailed(e);
            feed.End(e);
        }
    }

    private static ImmutableSortedDictionary<string, string> Labels(EventActor actor) =>
        (actor.Attributes ?? []).Where(a => !NotLabels.Contains(a.Key)).ToImmutableSortedDictionary();

    /// <summary>Seconds with a fraction of nine digits, as the daemon reads times.</summary>
    private static string UnixTime(DateTimeOffset time)
    {
        var ticks = time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks;
        return string.Create(CultureInfo.InvariantCulture,
            $"{ticks / TimeSpan.TicksPerSecond}.{ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick:000000000}");
    }

    [LoggerMessage(3101, LogLevel.Warning, "Watching containers ended unexpectedly")]
    private partial void LogWatchFailed(Exception reason);
}
