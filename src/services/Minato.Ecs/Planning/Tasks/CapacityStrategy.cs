using System.Collections.Immutable;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>How tasks are split over the capacity providers of a strategy: the base first, then by weight.</summary>
internal static class CapacityStrategy
{
    /// <summary>The provider of the next task.</summary>
    /// <param name="strategy">Checked already: at least one weight above 0.</param>
    /// <param name="running">Tasks that each provider has, by its name.</param>
    public static string Next(ImmutableArray<CapacityProviderStrategyItem> strategy, IReadOnlyDictionary<string, int> running)
    {
        foreach (var item in strategy)
        {
            if (Count(item) < (item.Base ?? 0)) return item.CapacityProvider;
        }

        // The one whose share lies furthest below its weight; the earlier one when two lie alike.
        return strategy.Where(i => (i.Weight ?? 0) > 0)
            .MinBy(i => (double)(Count(i) - (i.Base ?? 0) + 1) / (i.Weight ?? 1))?.CapacityProvider ?? strategy[0].CapacityProvider;

        int Count(CapacityProviderStrategyItem item) => running.GetValueOrDefault(item.CapacityProvider);
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
