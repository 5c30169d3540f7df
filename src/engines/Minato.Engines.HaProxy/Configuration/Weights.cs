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

    /// <summary>Whether there is nothing to draw.</summary>
    public static bool IsDirect(ProxyAction.Forward forward) => forward is { Backends: [{ Weight: > 0 }], Stickiness: null };

    public static string MapName(ProxyListener listener, string rule) => $"w_{listener.Id}_{rule}.map";

    public const string DefaultRule = "default";

    public static string RuleName(ProxyRule rule) => rule.Priority.ToString(CultureInfo.InvariantCulture);

    /// <param name="known">Backends that exist; a share of another answers 503.</param>
    public static ImmutableArray<MapEntry> Ranges(ProxyAction.Forward forward, IReadOnlySet<string> known)
    {
        var sum = forward.Backends.Sum(b => (long)b.Weight);
        if (sum == 0) return [];
        var ranges = ImmutableArray.CreateBuilder<MapEntry>();
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

    private static int At(long weight, long sum) => (int)Math.Round((double)weight * Tickets / sum, MidpointRounding.AwayFromZero);
}
