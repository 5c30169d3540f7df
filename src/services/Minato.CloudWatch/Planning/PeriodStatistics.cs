using System.Globalization;
using Minato.Contracts.CloudWatch;

namespace Minato.CloudWatch.Planning;

/// <summary>All points of one metric in one period.</summary>
internal sealed class PeriodStatistics
{
    private readonly List<(double Value, double Count)> _values = [];
    private bool _isEveryValueKnown = true;

    public double SampleCount { get; private set; }
    public double Sum { get; private set; }
    public double Minimum { get; private set; } = double.PositiveInfinity;
    public double Maximum { get; private set; } = double.NegativeInfinity;
    public StandardUnit Unit { get; private set; } = StandardUnit.None;

    public void Add(MetricPoint point)
    {
        SampleCount += point.SampleCount;
        Sum += point.Sum;
        Minimum = Math.Min(Minimum, point.Minimum);
        Maximum = Math.Max(Maximum, point.Maximum);
        Unit = point.Unit;
        _values.AddRange(point.Values);
        _isEveryValueKnown &= !point.Values.IsEmpty;
    }

    /// <returns>Null for a percentile that these points cannot give.</returns>
    public double? Value(string statistic) => statistic switch
    {
        "SampleCount" => SampleCount,
        "Sum" => Sum,
        "Average" => SampleCount > 0 ? Sum / SampleCount : null,
        "Minimum" => Minimum,
        "Maximum" => Maximum,
        _ => StatisticNames.Percentile(statistic) is { } percent ? Percentile(percent) : null,
    };

    // AWS: percentiles need every value, and no negative one.
    private double? Percentile(double percent)
    {
        if (!_isEveryValueKnown || _values.Count == 0 || Minimum < 0) return null;
        var rank = percent / 100 * SampleCount;
        var seen = 0.0;
        foreach (var (value, count) in _values.OrderBy(v => v.Value))
        {
            seen += count;
            if (seen >= rank) return value;
        }

        return Maximum;
    }
}

internal static class StatisticNames
{
    /// <returns>The number in <c>p99.9</c>; null for what is no percentile.</returns>
    public static double? Percentile(string statistic) =>
        statistic.StartsWith('p') && double.TryParse(statistic.AsSpan(1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent)
        && percent is >= 0 and <= 100 ? percent : null;

    public static bool IsServed(string statistic) => StatisticExtensions.Parse(statistic) is not null || Percentile(statistic) is not null;
}
