using System.Collections.Immutable;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services.Traffic;

/// <summary>A listener rule as it is now.</summary>
internal abstract record RuleReading
{
    /// <summary>Nobody has it any more.</summary>
    public sealed record Gone : RuleReading;

    /// <summary>It redirects, or answers by itself.</summary>
    public sealed record NotForwarding : RuleReading;

    public sealed record Forwarding(ImmutableArray<GroupShare> Shares) : RuleReading;
}

/// <summary>Share-outs in a form in which two that mean the same are the same.</summary>
internal static class Shares
{
    public static ImmutableArray<GroupShare> Between(string? green, string? blue, double percent)
    {
        if (green == blue || blue is null) return Of([(green ?? "", TrafficSteps.All)]);
        return Of([(green ?? "", percent), (blue, TrafficSteps.All - percent)]);
    }

    /// <summary>In percent, without those that get nothing, in the order of their ARNs.</summary>
    public static ImmutableArray<GroupShare> Of(IReadOnlyCollection<(string Group, double Weight)> weights)
    {
        var sum = weights.Sum(w => w.Weight);
        if (sum <= 0) return [];
        return [.. weights.Where(w => w.Weight > 0).OrderBy(w => w.Group, StringComparer.Ordinal).Select(w => new GroupShare(w.Group, Math.Round(w.Weight * TrafficSteps.All / sum, 3)))];
    }

    public static bool IsSame(this ImmutableArray<GroupShare> one, ImmutableArray<GroupShare>? other) =>
        other is { } shares && one.AsSpan().SequenceEqual(shares.AsSpan());

    /// <summary>Whole numbers as a listener rule wants them, at most 999, that keep a tenth of a percent apart.</summary>
    public static int Weight(ImmutableArray<GroupShare> shares, string group)
    {
        var scale = shares.All(s => s.Percent % 1 == 0) ? 1 : 10;
        return (int)Math.Round(shares.FirstOrDefault(s => s.TargetGroup == group).Percent * scale);
    }
}

/// <summary>A rule that is to share out its requests in another way.</summary>
/// <param name="From">As it was when the plan was made: if it is something else by now, nothing is written.</param>
internal sealed record RuleShift(string Rule, ImmutableArray<GroupShare> From, ImmutableArray<GroupShare> To);
