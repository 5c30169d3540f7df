using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.Contracts.CloudWatch;
using Minato.Elb.State;
using Minato.Platform;

namespace Minato.Elb.Traffic;

/// <summary>Puts the metrics of every load balancer at the end of each minute.</summary>
internal sealed partial class TrafficReporter(
    Store store, ProxyMeter proxy, RequestMeter meter, FunctionMeter functions, IServiceProvider rooms, TimeProvider clock, ILogger<TrafficReporter> log) : IRoomService
{
    private const int MostAtATime = 1000;
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    public async Task RunAsync(CancellationToken ct)
    {
        if (rooms.GetService<ICloudWatch>() is not { } cloudWatch)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, clock, ct);
            return;
        }
        await proxy.TakeAwayAsync(ct);
        while (!ct.IsCancellationRequested)
        {
            var minute = new DateTimeOffset(clock.GetUtcNow().Ticks / s_minute.Ticks * s_minute.Ticks, TimeSpan.Zero);
            await clock.UntilAsync(minute + s_minute, ct);
            await ReportAsync(cloudWatch, minute, ct);
        }
    }

    private async Task ReportAsync(ICloudWatch cloudWatch, DateTimeOffset minute, CancellationToken ct)
    {
        var state = store.Current;
        var (times, tallies) = meter.TakeAway();
        var faults = functions.TakeAway();
        if (state.Count(ElbTables.Balancers) == 0) return;
        var counted = await proxy.TakeAwayAsync(ct) with { Times = times, Tallies = tallies, Faults = faults };
        foreach (var traffic in TrafficView.Read(state, counted))
        {
            var home = traffic.Balancer.Home;
            var caller = Caller.ForService(home.AccountId, home.Region, "elasticloadbalancing.amazonaws.com");
            foreach (var part in TrafficMetrics.Plan(traffic, minute).Chunk(MostAtATime))
            {
                try { await cloudWatch.PutMetricDataAsync(new() { Namespace = TrafficMetrics.NamespaceOf(traffic.Balancer), MetricData = [.. part] }, caller, ct); }
                catch (AwsException e) { LogNotPut(traffic.Balancer.Arn, e.Message); }
            }
        }
    }

    [LoggerMessage(2320, LogLevel.Warning, "The metrics of {Balancer} could not be put: {Reason}")]
    private partial void LogNotPut(string balancer, string reason);
}
