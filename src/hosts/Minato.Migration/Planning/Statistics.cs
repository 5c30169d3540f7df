namespace Minato.Migration.Planning;

/// <summary>The little statistics that gates need, in closed form.</summary>
internal static class Statistics
{
    /// <summary>
    /// How far two shares lie apart, second minus first: Newcombe's interval from Wilson's scores, which also holds for few requests and
    /// for none that failed.
    /// </summary>
    public static (double Lower, double Upper) Difference(long firstHits, long first, long secondHits, long second, double z)
    {
        var (p1, l1, u1) = Wilson(firstHits, first, z);
        var (p2, l2, u2) = Wilson(secondHits, second, z);
        var d = p2 - p1;
        return (d - Math.Sqrt(Square(p2 - l2) + Square(u1 - p1)), d + Math.Sqrt(Square(u2 - p2) + Square(p1 - l1)));
    }

    /// <summary>The point that a standard normal value stays below with this probability (Acklam's approximation, 1e-9).</summary>
    public static double NormalQuantile(double p)
    {
        const double low = 0.02425;
        if (p < low) return Tail(Math.Sqrt(-2 * Math.Log(p)));
        if (p > 1 - low) return -Tail(Math.Sqrt(-2 * Math.Log(1 - p)));
        var q = p - 0.5;
        var r = q * q;
        return (((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.3577518672690) * r - 30.66479806614716) * r + 2.506628277459239) * q
            / (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r - 13.28068155288572) * r + 1);
    }

    /// <summary>How likely a fair coin shows heads at least this often.</summary>
    public static double AtLeast(int heads, int tosses)
    {
        var sum = 0.0;
        var term = Math.Pow(0.5, tosses);
        for (var k = 0; k <= tosses; k++)
        {
            if (k >= heads) sum += term;
            term *= (tosses - k) / (k + 1.0);
        }

        return Math.Min(1, sum);
    }

    private static (double Share, double Lower, double Upper) Wilson(long hits, long all, double z)
    {
        if (all == 0) return (0, 0, 1);
        var (n, p) = ((double)all, hits / (double)all);
        var scale = 1 + z * z / n;
        var centre = (p + z * z / (2 * n)) / scale;
        var half = z / scale * Math.Sqrt(p * (1 - p) / n + z * z / (4 * n * n));
        return (p, Math.Max(0, centre - half), Math.Min(1, centre + half));
    }

    private static double Tail(double q) =>
        (((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q + 4.374664141464968) * q + 2.938163982698783)
        / ((((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1);

    private static double Square(double x) => x * x;
}
