using System.Buffers.Binary;
using System.Collections.Immutable;
using Minato.Contracts.CloudWatch;

namespace Minato.CloudWatch.Planning;

/// <summary>What PutMetricData brought for one metric at one moment: values with their counts, or a finished set of statistics.</summary>
/// <param name="Values">Empty for a set of statistics, of which nobody knows the values any more.</param>
internal sealed record MetricPoint(StandardUnit Unit, double SampleCount, double Sum, double Minimum, double Maximum, ImmutableArray<(double Value, double Count)> Values)
{
    private const int Head = sizeof(int) + 4 * sizeof(double);
    private const int Pair = 2 * sizeof(double);

    public static MetricPoint Of(MetricDatum datum)
    {
        var unit = datum.Unit ?? StandardUnit.None;
        if (datum.StatisticValues is { } set)
        {
            // AWS: a set of one sample, or of equal ones, is as good as values.
            var isKnown = set.SampleCount == 1 || set.Minimum == set.Maximum;
            return new(unit, set.SampleCount, set.Sum, set.Minimum, set.Maximum, isKnown ? [(set.Minimum, set.SampleCount)] : []);
        }

        var values = datum.Values is { Length: > 0 } many ? many : [datum.Value ?? 0];
        ImmutableArray<(double Value, double Count)> pairs = [.. values.Select((v, i) => (v, datum.Counts is { } counts && i < counts.Length ? counts[i] : 1))];
        return new(unit, pairs.Sum(p => p.Count), pairs.Sum(p => p.Value * p.Count), pairs.Min(p => p.Value), pairs.Max(p => p.Value), pairs);
    }

    public byte[] ToBytes()
    {
        var bytes = new byte[Head + Values.Length * Pair];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, (int)Unit);
        Span<double> numbers = [SampleCount, Sum, Minimum, Maximum];
        for (var i = 0; i < numbers.Length; i++) BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(sizeof(int) + i * sizeof(double)), numbers[i]);
        for (var i = 0; i < Values.Length; i++)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(Head + i * Pair), Values[i].Value);
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(Head + i * Pair + sizeof(double)), Values[i].Count);
        }

        return bytes;
    }

    public static MetricPoint Read(ReadOnlySpan<byte> bytes)
    {
        var values = ImmutableArray.CreateBuilder<(double, double)>((bytes.Length - Head) / Pair);
        for (var at = Head; at < bytes.Length; at += Pair) values.Add((Number(bytes, at), Number(bytes, at + sizeof(double))));
        return new(
            (StandardUnit)BinaryPrimitives.ReadInt32LittleEndian(bytes), Number(bytes, sizeof(int)), Number(bytes, sizeof(int) + sizeof(double)),
            Number(bytes, sizeof(int) + 2 * sizeof(double)), Number(bytes, sizeof(int) + 3 * sizeof(double)), values.ToImmutable());
    }

    private static double Number(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadDoubleLittleEndian(bytes[at..]);
}
