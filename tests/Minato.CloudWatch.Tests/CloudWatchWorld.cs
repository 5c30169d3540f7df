using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.CloudWatch;
using Minato.Testing;

namespace Minato.CloudWatch.Tests;

internal static class CloudWatchWorld
{
    public static void Run(Func<World, ICloudWatch, Task> test) => World.Run(1, world => test(world, world.Client<ICloudWatch>()), services =>
        services.AddSingleton(new PageTokens("a secret of the test"u8)).AddCloudWatch());

    public static PutMetricAlarmRequest Alarm(string name = "errors") => new()
    {
        AlarmName = name, Namespace = "Shop", MetricName = "Errors", Statistic = Statistic.Sum, Period = 60, EvaluationPeriods = 1, Threshold = 50,
        ComparisonOperator = ComparisonOperator.GreaterThanThreshold,
    };

    public static Task PutAsync(World w, ICloudWatch cloudWatch, double value, params Dimension[] dimensions) => cloudWatch.PutMetricDataAsync(
        new() { Namespace = "Shop", MetricData = [new() { MetricName = "Errors", Value = value, Dimensions = [.. dimensions] }] }, w.Caller, default);

    public static async Task<MetricAlarm> DescribeAsync(World w, ICloudWatch cloudWatch, string name = "errors") =>
        (await cloudWatch.DescribeAlarmsAsync(new() { AlarmNames = [name] }, w.Caller, default)).MetricAlarms?.SingleOrDefault()
        ?? throw new InvalidOperationException($"There is no alarm {name}.");
}
