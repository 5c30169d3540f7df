using System.Collections.Immutable;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>How tasks are split over the capacity providers of a strategy: the base first, then by weight.</summary>
internal static class CapacityStrategy
{
    /// <summary>The provider of the next task.</summary>
    /// <param name="strategy">Checked already: of several items at least one has a weight above 0.</param>
    /// <param name="running">Tasks that each provider has, by its name.</param>
    public static string Next(ImmutableArray<CapacityProviderStrategyItem> strategy, IReadOnlyDictionary<string, int> running)
    {
        foreach (var item in strategy)
        {
            if (Count(item) < (item.Base ?? 0)) return item.CapacityProvider;
        }

        // The one whose share lies furthest below that of its weight. When several lie alike, as they do before the first task, the
        // largest weight, then the earlier one. In whole numbers: nothing is rounded.
        var weights = strategy.Sum(i => (long)(i.Weight ?? 0));
        var tasks = strategy.Sum(Above);
        return strategy.Where(i => i.Weight > 0).MaxBy(i => (((i.Weight ?? 0) * tasks) - (Above(i) * weights), i.Weight))?.CapacityProvider
            ?? strategy[0].CapacityProvider;

        int Count(CapacityProviderStrategyItem item) => running.GetValueOrDefault(item.CapacityProvider);
        long Above(CapacityProviderStrategyItem item) => item.Weight > 0 ? Math.Max(0, Count(item) - (item.Base ?? 0)) : 0;
    }

    public static ImmutableArray<string> Split(ImmutableArray<CapacityProviderStrategyItem> strategy, int count)
    {
        var given = new Dictionary<string, int>(StringComparer.Ordinal);
        var split = ImmutableArray.CreateBuilder<string>(count);
        for (var i = 0; i < count; i++)
        {
            var provider = Next(strategy, given);
            given[provider] = given.GetValueOrDefault(provider) + 1;
            split.Add(provider);
        }

        return split.MoveToImmutable();
    }
}
