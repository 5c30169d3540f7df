using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.Contracts.CloudWatch;
using Minato.Ecr.Images;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Reconcile;

/// <summary>Puts RepositoryPullCount at the end of each minute in which somebody pulled.</summary>
internal sealed partial class PullMetrics(PullCounts counts, IServiceProvider rooms, TimeProvider clock, ILogger<PullMetrics> log) : IRoomService
{
    private const int MostAtATime = 1000;
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            var minute = new DateTimeOffset(clock.GetUtcNow().Ticks / s_minute.Ticks * s_minute.Ticks, TimeSpan.Zero);
            await clock.UntilAsync(minute + s_minute, ct);
            await PutAsync(minute, ct);
        }
    }

    internal async Task PutAsync(DateTimeOffset minute, CancellationToken ct)
    {
        var taken = counts.TakeAway();
        if (taken.Count == 0 || rooms.GetService<ICloudWatch>() is not { } cloudWatch) return;
        foreach (var home in taken.GroupBy(c => c.Key.Home))
        {
            var caller = Caller.ForService(home.Key.AccountId, home.Key.Region, "ecr.amazonaws.com");
            foreach (var part in home.Select(c => Datum(c.Key, c.Value, minute)).Chunk(MostAtATime))
            {
                try { await cloudWatch.PutMetricDataAsync(new() { Namespace = "AWS/ECR", MetricData = [.. part] }, caller, ct); }
                catch (AwsException e) { LogNotPut(home.Key.Host, e.Message); }
            }
        }
    }

    private static MetricDatum Datum(RepositoryKey repository, long pulls, DateTimeOffset minute) => new()
    {
        MetricName = "RepositoryPullCount",
        Dimensions = [new() { Name = "RepositoryName", Value = repository.Name }],
        Timestamp = minute,
        Value = pulls,
        Unit = StandardUnit.Count,
    };

    [LoggerMessage(6030, LogLevel.Warning, "The metrics of {Registry} could not be put: {Reason}")]
    private partial void LogNotPut(string registry, string reason);
}
