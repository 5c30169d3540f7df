using System.Globalization;
using Minato.Aws;
using Minato.CloudWatch.Planning;
using Minato.CloudWatch.State;
using Minato.Contracts.CloudWatch;
using Minato.Platform;

namespace Minato.CloudWatch.Api;

internal sealed partial class CloudWatchApi
{
    private const int HistoryOnAPage = 100;

    public async Task<DescribeAlarmHistoryResponse> DescribeAlarmHistoryAsync(DescribeAlarmHistoryRequest request, Caller caller, CancellationToken ct)
    {
        var types = request.AlarmTypes is { Length: > 0 } asked ? asked : [AlarmType.MetricAlarm]; // AWS: those of composite alarms only when asked for.
        var home = Home.Of(caller);
        var partition = request.AlarmName is { } name ? AlarmHistory.PartitionOf(new AlarmKey(home, name)) : AlarmHistory.PartitionOf(home);
        var operation = $"DescribeAlarmHistory:{partition}:{request.ScanBy}";
        var isDescending = request.ScanBy != ScanBy.TimestampAscending;
        var size = request.MaxRecords ?? HistoryOnAPage;
        var range = new AppendRange
        {
            FromMs = Math.Max(request.StartDate?.ToUnixTimeMilliseconds() ?? 0, (clock.GetUtcNow() - AlarmHistory.Kept).ToUnixTimeMilliseconds()),
            ToMs = request.EndDate?.ToUnixTimeMilliseconds(), Descending = isDescending, Limit = size + 1,
        };
        if (Position(operation, request.NextToken) is { } token) range = isDescending ? range with { Before = At(token) } : range with { After = At(token) };
        var items = new List<(Position At, AlarmHistory Line)>();
        // A kind is a filter: pages are read until enough of it is found.
        while (items.Count <= size)
        {
            var page = await log.ReadAsync(partition, range, ct);
            items.AddRange(page.Select(e => (e.Position, AlarmHistory.Read(e.Entry))).Where(i => types.Contains(i.Item2.AlarmType) && (request.HistoryItemType is not { } kind || i.Item2.Type == kind)));
            if (page.Count <= size) break;
            range = isDescending ? range with { Before = page[^1].Position } : range with { After = page[^1].Position };
        }

        return new()
        {
            AlarmHistoryItems = [.. items.Take(size).Select(i => ToWire(i.Line))],
            NextToken = items.Count > size ? tokens.Encode(operation, Text(items[size - 1].At)) : null,
        };
    }

    private static string Text(Position at) => string.Create(CultureInfo.InvariantCulture, $"{at.TimestampMs}.{at.Sequence}");

    private static Position At(string text)
    {
        var parts = text.Split('.');
        return new(long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private static AlarmHistoryItem ToWire(AlarmHistory line) => new()
    {
        AlarmName = line.AlarmName, AlarmType = line.AlarmType, Timestamp = line.At, HistoryItemType = line.Type, HistorySummary = line.Summary, HistoryData = line.Data,
    };
}
