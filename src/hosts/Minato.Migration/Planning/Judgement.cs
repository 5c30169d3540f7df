using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Minato.Migration.Journal;
using Minato.Migration.Plans;

namespace Minato.Migration.Planning;

[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
internal enum Verdict
{
    Pass,

    /// <summary>Not enough was seen to say either.</summary>
    Unclear,
    Fail,
}

/// <param name="Words">The numbers it rests on, in a sentence.</param>
internal sealed record Judgement(string Gate, Verdict Verdict, string Words);

/// <summary>What one side did in a period. Percentiles in milliseconds.</summary>
internal sealed record SideSample(long Requests, long Errors, double? P50, double? P95, double? P99)
{
    public static readonly SideSample None = new(0, 0, null, null, null);

    public double? Percentile(int which) => which switch { 50 => P50, 95 => P95, _ => P99 };
}

/// <param name="Weight">Of the new side when the period was read.</param>
/// <param name="Source">metrics or probes.</param>
internal sealed record Sample(DateTimeOffset From, TimeSpan Period, int Weight, SideSample Old, SideSample New, string Source);

/// <summary>What a judgement rests on.</summary>
internal sealed record Observations
{
    /// <summary>Of an attempt that stands in a stage: what its samples say.</summary>
    public static Observations Of(MigrationPlan plan, MigrationState state)
    {
        var attempt = state.Samples.Values.Where(s => s.From >= state.BegunAt - plan.Timing.Period).ToList();
        return new() { Window = [.. attempt.Where(s => s.From >= state.ReadyAt)], Before = [.. attempt.Where(s => s.From < state.ReadyAt)] };
    }

    /// <summary>Full periods since the last change of weights.</summary>
    public ImmutableArray<Sample> Window { get; init; } = [];

    /// <summary>Earlier ones of this attempt: what the old side was like when it still had traffic.</summary>
    public ImmutableArray<Sample> Before { get; init; } = [];

    /// <summary>State by alarm; null for one that is not there.</summary>
    public ImmutableSortedDictionary<string, string?> Alarms { get; init; } = ImmutableSortedDictionary<string, string?>.Empty;

    /// <summary>Why CloudWatch could not be read; null when it could.</summary>
    public string? Unread { get; init; }

    /// <summary>Healthy targets of the new side; null when it could not be asked.</summary>
    public int? HealthyNew { get; init; }
}
