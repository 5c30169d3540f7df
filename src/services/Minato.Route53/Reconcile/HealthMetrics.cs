using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.Route53;
using Minato.Platform;
using Minato.Route53.Planning;
using Minato.Route53.State;

namespace Minato.Route53.Reconcile;

/// <summary>Puts at the end of each minute how health checks stand. AWS: into us-east-1, as Route 53 belongs to no region.</summary>
internal sealed partial class HealthMetrics(Store store, HealthBoard board, TimeProvider clock, ILogger<HealthMetrics> log, ICloudWatch? cloudWatch = null) : IRoomService
{
    private const int MostAtATime = 1000;
    private const string Region = "us-east-1";
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    public async Task RunAsync(CancellationToken ct)
    {
        while (cloudWatch is not null && !ct.IsCancellationRequested)
        {
            var minute = new DateTimeOffset(clock.GetUtcNow().UtcTicks / s_minute.Ticks * s_minute.Ticks, TimeSpan.Zero);
            await clock.UntilAsync(minute + s_minute, ct);
            await PutAsync(cloudWatch, minute, ct);
        }
    }

    private async Task PutAsync(ICloudWatch metrics, DateTimeOffset minute, CancellationToken ct)
    {
        var state = store.Current;
        foreach (var account in state.All(Route53Tables.HealthChecks).GroupBy(h => h.AccountId))
        {
            foreach (var part in account.SelectMany(h => Data(state, h, minute)).Chunk(MostAtATime))
            {
                try { await metrics.PutMetricDataAsync(new() { Namespace = "AWS/Route53", MetricData = [.. part] }, Caller.ForService(account.Key, Region, "route53.amazonaws.com"), ct); }
                catch (AwsException e) { LogNotPut(account.Key, e.Message); }
            }
        }
    }

    private IEnumerable<MetricDatum> Data(IReadState state, HealthCheckState check, DateTimeOffset minute)
    {
        var isOfEndpoint = HealthCheckRules.IsOfEndpoint(check.Config.Type);
        var isDisabled = check.Config.Disabled == true;
        // Before its first probe nothing is known of an endpoint.
        if (isOfEndpoint && !isDisabled && board.Find(check.Id)?.Last is null) yield break;
        var isHealthy = IsHealthy(check.Id);
        yield return Datum("HealthCheckStatus", isHealthy ? 1 : 0, StandardUnit.None);
        // There is one checker. AWS: what it thinks of the endpoint is not inverted, and a disabled check has none.
        if (isOfEndpoint && !isDisabled) yield return Datum("HealthCheckPercentageHealthy", isHealthy == (check.Config.Inverted == true) ? 0 : 100, StandardUnit.Percent);
        if (check.Config.Type == HealthCheckType.Calculated) yield return Datum("ChildHealthCheckHealthyCount", (check.Config.ChildHealthChecks ?? []).Count(IsHealthy), StandardUnit.None);

        bool IsHealthy(string id) => state.Find(Route53Tables.HealthStatuses, id)?.IsHealthy ?? true;

        MetricDatum Datum(string name, double value, StandardUnit unit) => new()
        {
            MetricName = name, Dimensions = [new() { Name = "HealthCheckId", Value = check.Id }], Timestamp = minute, Value = value, Unit = unit,
        };
    }

    [LoggerMessage(2812, LogLevel.Warning, "The metrics of the health checks of {Account} could not be put: {Reason}")]
    private partial void LogNotPut(string account, string reason);
}
