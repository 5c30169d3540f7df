using System.Collections.Immutable;
using System.Globalization;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>
/// Shares of a weighted forward as a map from tickets to backends. Each request draws the next ticket of a counter; the counter
/// walks the tickets in a stride near the golden ratio, so that shares are exact over a round and even within it. HAProxy swaps
/// the entries of a map in one step, so a change of weights takes no reload and loses no request.
/// </summary>
internal static class Weights
{
    public const int Tickets = 10_000;

    /// <summary>Prime to <see cref="Tickets"/>: every ticket is drawn once in a round.</summary>
    public const int Stride = 6_181;

    public const string NoBackend = "m_none";

    public static bool IsDirect(ProxyAction.Forward forward) => forward.Backends is [{ Weight: > 0 }];

    public static string MapName(ProxyListener listener, string rule) => $"w_{listener.Id}_{rule}.map";

    /// <summary>The maps of a whole configuration.</summary>
    public static ImmutableSortedDictionary<string, ImmutableArray<WeightRange>> MapsOf(ProxyConfiguration configuration)
    {
        var known = configuration.Backends.Select(b => b.Id).ToHashSet(StringComparer.Ordinal);
        return configuration.Listeners.SelectMany(l => l.Rules.Select(r => (Rule: RuleName(r), r.Action)).Append((DefaultRule, l.DefaultAction)).Select(r => (l, r)))
            .Where(p => p.r.Item2 is ProxyAction.Forward forward && !IsDirect(forward))
            .ToImmutableSortedDictionary(p => MapName(p.l, p.r.Item1), p => p.r.Item2 is ProxyAction.Forward forward ? Ranges(forward, known) : [], StringComparer.Ordinal);
    }

    public const string DefaultRule = "default";

    public static string RuleName(ProxyRule rule) => rule.Priority.ToString(CultureInfo.InvariantCulture);

    /// <param name="known">Backends that exist; a share of another answers 503.</param>
    public static ImmutableArray<WeightRange> Ranges(ProxyAction.Forward forward, IReadOnlySet<string> known)
    {
        var sum = forward.Backends.Sum(b => (long)b.Weight);
        if (sum == 0) return [];
        var ranges = ImmutableArray.CreateBuilder<WeightRange>();
        long before = 0;
        foreach (var (backend, weight) in forward.Backends)
        {
            var first = At(before, sum);
            before += weight;
            if (At(before, sum) is var next && next > first)
                ranges.Add(new($"{first}:{next - 1}", known.Contains(backend) ? ConfigurationWriter.BackendName(backend) : NoBackend));
        }
        return ranges.ToImmutable();
    }

    public static string FileText(IEnumerable<WeightRange> ranges) => string.Concat(ranges.Select(r => $"{r.Tickets} {r.Backend}\n"));

    private static int At(long weight, long sum) => (int)Math.Round((double)weight * Tickets / sum, MidpointRounding.AwayFromZero);
}

/// <param name="Tickets">First and last, as HAProxy writes a range.</param>
internal readonly record struct WeightRange(string Tickets, string Backend);
