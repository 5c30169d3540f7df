using System.Collections.Immutable;
using Minato.ApplicationAutoScaling.State;
using Minato.Contracts.ApplicationAutoScaling;

namespace Minato.ApplicationAutoScaling.Planning;

/// <summary>Steps of step scaling: which one a metric falls into, and what it makes of a count.</summary>
internal static class StepAdjustments
{
    private const int MostSteps = 20;

    /// <param name="breach">How far the metric is from the alarm's threshold.</param>
    /// <returns>Null when no step reaches there.</returns>
    public static StepRule? Find(StepRules rules, double breach) => rules.Steps.FirstOrDefault(s => breach >= 0
        // AWS: above the threshold the lower bound belongs to a step, below it the upper one.
        ? breach >= (s.Lower ?? double.NegativeInfinity) && breach < (s.Upper ?? double.PositiveInfinity)
        : breach > (s.Lower ?? double.NegativeInfinity) && breach <= (s.Upper ?? double.PositiveInfinity));

    public static int Apply(StepRules rules, StepRule step, int count)
    {
        var wanted = rules.AdjustmentType switch
        {
            AdjustmentType.ExactCapacity => step.Adjustment,
            AdjustmentType.ChangeInCapacity => (long)count + step.Adjustment,
            _ => (long)count + Magnified(Percent(count, step.Adjustment), rules.MinMagnitude),
        };
        return (int)Math.Clamp(wanted, 0, int.MaxValue);
    }

    /// <summary>AWS: more than one is cut, less than one is one, in both directions.</summary>
    public static int Percent(int count, int percent)
    {
        var change = (decimal)count * percent / 100;
        return change switch
        {
            > 0 and < 1 => 1,
            < 0 and > -1 => -1,
            _ => (int)Math.Truncate(change),
        };
    }

    private static int Magnified(int change, int? least) => least is not { } min || change == 0 || Math.Abs(change) >= min ? change : Math.Sign(change) * min;

    /// <returns>What is wrong with the steps, in AWS's words; null when nothing is.</returns>
    public static string? Fault(AdjustmentType type, ImmutableArray<StepRule> steps)
    {
        if (steps.IsEmpty) return "At least one step adjustment must be specified";
        if (steps.Length > MostSteps) return $"The number of step adjustments must not be more than {MostSteps}";
        if (type is AdjustmentType.ExactCapacity && steps.Any(s => s.Adjustment < 0)) return "ScalingAdjustment must not be negative with AdjustmentType ExactCapacity";
        if (steps.Any(s => s is { Lower: null, Upper: null })) return steps.Length == 1 && steps[0] is { Lower: null, Upper: null }
            ? "At least one of MetricIntervalLowerBound and MetricIntervalUpperBound must be specified" : "Step adjustment intervals can't overlap";
        if (steps.Count(s => s.Lower is null) > 1 || steps.Count(s => s.Upper is null) > 1) return "At most one step adjustment can have an unspecified lower bound, and at most one an unspecified upper bound";
        if (steps.Any(s => s.Lower >= s.Upper)) return "The upper bound of a step must be greater than its lower bound";
        var sorted = steps.OrderBy(s => s.Lower ?? double.NegativeInfinity).ToArray();
        for (var i = 1; i < sorted.Length; i++)
        {
            if (sorted[i - 1].Upper is not { } end || sorted[i].Lower < end) return "Step adjustment intervals can't overlap";
            if (sorted[i].Lower > end) return "Step adjustment intervals can't have gaps between them";
        }

        if (sorted[0].Lower < 0) return "There must be a step adjustment with an unspecified lower bound when one has a negative lower bound";
        return sorted[^1].Upper > 0 ? "There must be a step adjustment with an unspecified upper bound when one has a positive upper bound" : null;
    }
}
