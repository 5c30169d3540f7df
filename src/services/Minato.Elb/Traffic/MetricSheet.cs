using System.Collections.Immutable;
using Minato.Contracts.CloudWatch;

namespace Minato.Elb.Traffic;

/// <summary>Takes down metrics that are of the same dimensions.</summary>
internal sealed class MetricSheet(List<MetricDatum> metrics, params ReadOnlySpan<Dimension> of)
{
    private const int MostValues = 150; // Of a datum.
    private readonly ImmutableArray<Dimension> dimensions = [.. of];

    public void Put(string name, double value, StandardUnit unit = StandardUnit.Count) =>
        metrics.Add(new() { MetricName = name, Dimensions = dimensions, Value = value, Unit = unit });

    /// <summary>AWS: most are told only when there is something to count.</summary>
    public void Count(string name, double value, StandardUnit unit = StandardUnit.Count)
    {
        if (value > 0) Put(name, value, unit);
    }

    /// <summary>Of many requests only some tell their time: each of those stands for as many as makes the sum right.</summary>
    public void Times(string name, IEnumerable<TargetTimes> times, long answers)
    {
        var values = times.SelectMany(t => t.Values()).GroupBy(t => t.Seconds).Select(g => (Seconds: g.Key, Requests: g.Sum(t => t.Requests))).OrderBy(t => t.Seconds).ToList();
        var told = values.Sum(v => v.Requests);
        var factor = told > 0 && answers > told ? (double)answers / told : 1;
        foreach (var part in values.Chunk(MostValues))
        {
            metrics.Add(new()
            {
                MetricName = name, Dimensions = dimensions, Unit = StandardUnit.Seconds,
                Values = [.. part.Select(v => v.Seconds)], Counts = [.. part.Select(v => v.Requests * factor)],
            });
        }
    }
}
