using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Minato.Contracts.CloudWatch;
using Minato.Ecs.State;

namespace Minato.Ecs.Reconcile;

/// <summary>The metric that managed scaling goes by, once a minute in CloudWatch.</summary>
internal sealed class CapacityMetric(IServiceProvider rooms, TimeProvider clock)
{
    private const string Namespace = "AWS/ECS/ManagedScaling";
    private const string Name = "CapacityProviderReservation";
    private static readonly TimeSpan s_period = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<ClusterCapacityKey, DateTimeOffset> _published = new();

    /// <param name="reservation">In percent.</param>
    public async ValueTask PublishAsync(ClusterCapacityKey key, double reservation, CancellationToken ct)
    {
        var minute = Minute(clock.GetUtcNow());
        if (rooms.GetService<ICloudWatch>() is not { } cloudWatch || (_published.TryGetValue(key, out var last) && last == minute)) return;
        _published[key] = minute;
        await cloudWatch.PutMetricDataAsync(new()
        {
            Namespace = Namespace,
            MetricData =
            [
                new()
                {
                    MetricName = Name, Value = reservation, Unit = StandardUnit.Percent, Timestamp = minute,
                    Dimensions = [new() { Name = "CapacityProviderName", Value = key.Provider }, new() { Name = "ClusterName", Value = key.Cluster.Name }],
                },
            ],
        }, key.Cluster.Scope.AsService(), ct);
    }

    private static DateTimeOffset Minute(DateTimeOffset time) => new(time.Ticks - (time.Ticks % s_period.Ticks), TimeSpan.Zero);
}
