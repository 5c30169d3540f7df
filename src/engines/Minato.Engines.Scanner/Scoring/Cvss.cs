using Minato.Engines.Scanning;

namespace Minato.Engines.Scanner.Scoring;

/// <summary>Base scores of CVSS vectors, by the formulas of its versions 2.0, 3.0, 3.1 and 4.0.</summary>
internal static class Cvss
{
    /// <returns>Null for what is no vector, or one with a base metric missing.</returns>
    public static ScanScore? Score(string vector)
    {
        var metrics = new Dictionary<string, string>(StringComparer.Ordinal);
        var parts = vector.Trim().Trim('(', ')').Split('/');
        foreach (var part in parts)
        {
            if (part.Split(':') is not [{ Length: > 0 } name, { Length: > 0 } value] || !metrics.TryAdd(name, value)) return null;
        }

        var version = metrics.GetValueOrDefault("CVSS") ?? "2.0";
        double? score = version switch
        {
            "4.0" => Cvss4.Score(metrics),
            "3.0" or "3.1" => Cvss3(metrics, isRoundedExactly: version == "3.1"),
            "2.0" => Cvss2(metrics),
            _ => null,
        };
        return score is { } known ? new(version, vector, known) : null;
    }

    /// <summary>The bands of CVSS 3 and 4. Version 2 has none above high.</summary>
    public static ScanSeverity Severity(ScanScore score) => score.Score switch
    {
        <= 0 => ScanSeverity.Informational,
        < 4 => ScanSeverity.Low,
        < 7 => ScanSeverity.Medium,
        < 9 => ScanSeverity.High,
        _ => score.Version == "2.0" ? ScanSeverity.High : ScanSeverity.Critical,
    };

    private static double? Cvss3(Dictionary<string, string> metrics, bool isRoundedExactly)
    {
        var isChanged = metrics.GetValueOrDefault("S") == "C";
        if (!isChanged && metrics.GetValueOrDefault("S") != "U") return null;
        var values = new[]
        {
            Value(metrics, "AV", ("N", 0.85), ("A", 0.62), ("L", 0.55), ("P", 0.2)),
            Value(metrics, "AC", ("L", 0.77), ("H", 0.44)),
            Value(metrics, "PR", ("N", 0.85), ("L", isChanged ? 0.68 : 0.62), ("H", isChanged ? 0.5 : 0.27)),
            Value(metrics, "UI", ("N", 0.85), ("R", 0.62)),
            Value(metrics, "C", ("H", 0.56), ("L", 0.22), ("N", 0)),
            Value(metrics, "I", ("H", 0.56), ("L", 0.22), ("N", 0)),
            Value(metrics, "A", ("H", 0.56), ("L", 0.22), ("N", 0)),
        };
        if (values.Any(v => v is null)) return null;
        double At(int i) => values[i] ?? 0;
        var sub = 1 - ((1 - At(4)) * (1 - At(5)) * (1 - At(6)));
        var impact = isChanged ? (7.52 * (sub - 0.029)) - (3.25 * Math.Pow(sub - 0.02, 15)) : 6.42 * sub;
        if (impact <= 0) return 0;
        var exploitability = 8.22 * At(0) * At(1) * At(2) * At(3);
        var score = Math.Min(isChanged ? 1.08 * (impact + exploitability) : impact + exploitability, 10);
        return isRoundedExactly ? RoundUp(score) : Math.Ceiling(score * 10) / 10;
    }

    // Version 3.1 says how, so that no machine's fractions count.
    private static double RoundUp(double score)
    {
        var whole = (long)Math.Round(score * 100_000, MidpointRounding.AwayFromZero);
        return whole % 10_000 == 0 ? whole / 100_000.0 : ((whole / 10_000) + 1) / 10.0;
    }

    private static double? Cvss2(Dictionary<string, string> metrics)
    {
        var values = new[]
        {
            Value(metrics, "AV", ("N", 1), ("A", 0.646), ("L", 0.395)),
            Value(metrics, "AC", ("L", 0.71), ("M", 0.61), ("H", 0.35)),
            Value(metrics, "Au", ("N", 0.704), ("S", 0.56), ("M", 0.45)),
            Value(metrics, "C", ("C", 0.66), ("P", 0.275), ("N", 0)),
            Value(metrics, "I", ("C", 0.66), ("P", 0.275), ("N", 0)),
            Value(metrics, "A", ("C", 0.66), ("P", 0.275), ("N", 0)),
        };
        if (values.Any(v => v is null)) return null;
        double At(int i) => values[i] ?? 0;
        var impact = 10.41 * (1 - ((1 - At(3)) * (1 - At(4)) * (1 - At(5))));
        var exploitability = 20 * At(0) * At(1) * At(2);
        return Math.Round(((0.6 * impact) + (0.4 * exploitability) - 1.5) * (impact == 0 ? 0 : 1.176), 1, MidpointRounding.AwayFromZero);
    }

    private static double? Value(Dictionary<string, string> metrics, string name, params ReadOnlySpan<(string Word, double Value)> values)
    {
        if (!metrics.TryGetValue(name, out var word)) return null;
        foreach (var value in values) if (value.Word == word) return value.Value;
        return null;
    }
}
