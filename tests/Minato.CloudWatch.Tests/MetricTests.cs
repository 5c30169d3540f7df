using Minato.Contracts.CloudWatch;
using Minato.Testing;
using static Minato.CloudWatch.Tests.CloudWatchWorld;

namespace Minato.CloudWatch.Tests;

public sealed class MetricTests
{
    [Fact]
    public void Statistics_are_those_of_all_points_of_a_period() => Run(async (w, cloudWatch) =>
    {
        await cloudWatch.PutMetricDataAsync(
            new() { Namespace = "Shop", MetricData = [new() { MetricName = "Errors", Values = [1, 2, 10], Counts = [2, 1, 1], Unit = StandardUnit.Count }] }, w.Caller, default);
        var point = (await StatisticsAsync(w, cloudWatch, new() { Namespace = "Shop", MetricName = "Errors", StartTime = default, EndTime = default, Period = 60,
            Statistics = [Statistic.Sum, Statistic.Average, Statistic.Minimum, Statistic.Maximum, Statistic.SampleCount], ExtendedStatistics = ["p50", "p99"] })).Single();
        (point.Sum, point.Average, point.Minimum, point.Maximum, point.SampleCount).ShouldBe((14, 3.5, 1, 10, 4));
        (point.ExtendedStatistics?["p50"], point.ExtendedStatistics?["p99"]).ShouldBe((1, 10));
        point.Timestamp.ShouldNotBeNull().Second.ShouldBe(0);
    });

    [Fact]
    public void A_finished_set_of_statistics_gives_no_percentile() => Run(async (w, cloudWatch) =>
    {
        await cloudWatch.PutMetricDataAsync(
            new() { Namespace = "Shop", MetricData = [new() { MetricName = "Errors", StatisticValues = new() { SampleCount = 4, Sum = 14, Minimum = 1, Maximum = 10 } }] }, w.Caller, default);
        var point = (await StatisticsAsync(w, cloudWatch, new() { Namespace = "Shop", MetricName = "Errors", StartTime = default, EndTime = default, Period = 60,
            Statistics = [Statistic.Average], ExtendedStatistics = ["p50"] })).Single();
        (point.Average, point.ExtendedStatistics).ShouldBe((3.5, null));
    });

    [Fact]
    public void A_metric_is_its_exact_set_of_dimensions_and_a_unit_is_a_filter() => Run(async (w, cloudWatch) =>
    {
        await PutAsync(w, cloudWatch, 1, new Dimension { Name = "A", Value = "1" }, new Dimension { Name = "B", Value = "2" });
        (await SumAsync([])).ShouldBeEmpty();
        (await SumAsync([new() { Name = "B", Value = "2" }, new() { Name = "A", Value = "1" }])).ShouldBe([1]);
        (await SumAsync([new() { Name = "B", Value = "2" }, new() { Name = "A", Value = "1" }], StandardUnit.Seconds)).ShouldBeEmpty();
        var listed = (await cloudWatch.ListMetricsAsync(new() { Namespace = "Shop", Dimensions = [new() { Name = "A" }] }, w.Caller, default)).Metrics ?? [];
        listed.Single().Dimensions?.Select(d => d.Name).ShouldBe(["A", "B"]);
        (await cloudWatch.ListMetricsAsync(new() { Namespace = "Shop", Dimensions = [new() { Name = "C" }] }, w.Caller, default)).Metrics?.Length.ShouldBe(0);

        async Task<double[]> SumAsync(Dimension[] dimensions, StandardUnit? unit = null)
        {
            var now = w.Time.GetUtcNow();
            var answer = await cloudWatch.GetMetricDataAsync(new()
            {
                StartTime = now.AddHours(-1), EndTime = now.AddMinutes(1),
                MetricDataQueries = [new() { Id = "m1", MetricStat = new() { Metric = new() { Namespace = "Shop", MetricName = "Errors", Dimensions = [.. dimensions] }, Period = 60, Stat = "Sum", Unit = unit } }],
            }, w.Caller, default);
            return [.. answer.MetricDataResults?[0].Values ?? []];
        }
    });

    [Fact]
    public void Newer_points_come_first_unless_asked_otherwise() => Run(async (w, cloudWatch) =>
    {
        await PutAsync(w, cloudWatch, 1);
        await w.RunFor(TimeSpan.FromMinutes(2));
        await PutAsync(w, cloudWatch, 2);
        (await ValuesAsync(null)).ShouldBe([2, 1]);
        (await ValuesAsync(ScanBy.TimestampAscending)).ShouldBe([1, 2]);

        async Task<double[]> ValuesAsync(ScanBy? scanBy) => [.. (await cloudWatch.GetMetricDataAsync(new()
        {
            StartTime = w.Time.GetUtcNow().AddHours(-1), EndTime = w.Time.GetUtcNow().AddMinutes(1), ScanBy = scanBy,
            MetricDataQueries = [new() { Id = "m1", MetricStat = new() { Metric = new() { Namespace = "Shop", MetricName = "Errors" }, Period = 60, Stat = "Sum" } }],
        }, w.Caller, default)).MetricDataResults?[0].Values ?? []];
    });

    [Fact]
    public void What_no_point_can_be_is_refused() => Run(async (w, cloudWatch) =>
    {
        var now = w.Time.GetUtcNow();
        await Refused<InvalidParameterValueException>(new() { MetricName = "m", Value = double.NaN });
        await Refused<InvalidParameterValueException>(new() { MetricName = "m", Value = Math.Pow(2, 361) });
        await Refused<InvalidParameterValueException>(new() { MetricName = "m", Value = 1, Timestamp = now.AddDays(-15) });
        await Refused<InvalidParameterValueException>(new() { MetricName = "m", Value = 1, Timestamp = now.AddHours(3) });
        await Refused<InvalidParameterValueException>(new() { MetricName = "m", Value = 1, StorageResolution = 5 });
        await Refused<InvalidParameterCombinationException>(new() { MetricName = "m", Value = 1, Values = [1] });
        await Refused<MissingRequiredParameterException>(new() { MetricName = "m" });
        await w.Throws<InvalidParameterValueException>(() => cloudWatch.PutMetricDataAsync(
            new() { Namespace = "AWS/ECS", MetricData = [new() { MetricName = "m", Value = 1 }] }, w.Caller, default));

        Task Refused<T>(MetricDatum datum) where T : Exception =>
            w.Throws<T>(() => cloudWatch.PutMetricDataAsync(new() { Namespace = "Shop", MetricData = [datum] }, w.Caller, default));
    });

    private static async Task<Datapoint[]> StatisticsAsync(World w, ICloudWatch cloudWatch, GetMetricStatisticsRequest request) =>
        [.. (await cloudWatch.GetMetricStatisticsAsync(
            request with { StartTime = w.Time.GetUtcNow().AddHours(-1), EndTime = w.Time.GetUtcNow().AddMinutes(1) }, w.Caller, default)).Datapoints ?? []];
}
