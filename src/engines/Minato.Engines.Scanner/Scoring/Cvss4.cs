namespace Minato.Engines.Scanner.Scoring;

/// <summary>
/// CVSS 4.0: a vector falls into one of 270 groups (its macro vector), each with a published score; where it lies between the group's gravest vector and
/// the next lower groups is interpolated.
/// </summary>
internal static class Cvss4
{
    // By group, in tenths: the digits EQ1 to EQ6 count up, without those of EQ3=2 and EQ6=0, which cannot be.
    private static readonly byte[] s_scores =
    [
        100, 99, 98, 95, 95, 92, 100, 96, 93, 87, 91, 81, 93, 90, 89, 80, 81, 68, 98, 95, 95, 92, 90, 84, 93, 92, 89, 81, 81, 65, 88, 80, 78, 70, 69, 48, 92, 82, 72, 79, 69, 50, 69, 55, 27,
        99, 97, 95, 92, 92, 85, 95, 91, 90, 83, 84, 71, 92, 81, 82, 71, 72, 53, 95, 93, 92, 85, 85, 73, 92, 82, 80, 72, 70, 59, 84, 70, 71, 52, 50, 30, 86, 75, 52, 71, 52, 29, 63, 29, 17,
        98, 95, 94, 87, 91, 81, 94, 89, 86, 74, 77, 64, 87, 75, 74, 63, 63, 49, 94, 89, 88, 77, 76, 67, 86, 76, 74, 58, 59, 50, 72, 57, 57, 52, 52, 25, 83, 70, 54, 65, 58, 26, 53, 21, 13,
        95, 90, 88, 76, 76, 70, 90, 77, 75, 62, 61, 53, 77, 66, 68, 59, 52, 30, 89, 78, 76, 67, 62, 58, 74, 59, 57, 57, 47, 23, 61, 52, 57, 29, 24, 16, 71, 59, 30, 58, 26, 15, 23, 13, 6,
        93, 87, 86, 72, 75, 58, 86, 74, 74, 61, 56, 34, 70, 54, 52, 40, 40, 22, 85, 75, 74, 55, 62, 51, 72, 57, 55, 41, 46, 19, 53, 36, 34, 19, 19, 8, 64, 51, 20, 47, 21, 11, 24, 9, 4,
        88, 75, 73, 53, 60, 50, 73, 55, 59, 40, 41, 20, 54, 43, 45, 22, 20, 11, 75, 55, 58, 45, 40, 21, 61, 51, 48, 18, 20, 9, 46, 18, 17, 7, 8, 2, 53, 24, 14, 24, 12, 5, 10, 3, 1,
    ];

    // From grave to harmless; what is not said counts as the first.
    private static readonly Dictionary<string, string> s_levels = new(StringComparer.Ordinal)
    {
        ["AV"] = "NALP", ["PR"] = "NLH", ["UI"] = "NPA", ["AC"] = "LH", ["AT"] = "NP", ["VC"] = "HLN", ["VI"] = "HLN", ["VA"] = "HLN",
        ["SC"] = "SHLN", ["SI"] = "SHLN", ["SA"] = "SHLN", ["CR"] = "HML", ["IR"] = "HML", ["AR"] = "HML", ["E"] = "APU",
    };

    private static readonly string[] s_required = ["AV", "AC", "AT", "PR", "UI", "VC", "VI", "VA", "SC", "SI", "SA"];
    private static readonly string[][] s_gravest1 = [["AV:N/PR:N/UI:N"], ["AV:A/PR:N/UI:N", "AV:N/PR:L/UI:N", "AV:N/PR:N/UI:P"], ["AV:P/PR:N/UI:N", "AV:A/PR:L/UI:P"]];
    private static readonly string[][] s_gravest2 = [["AC:L/AT:N"], ["AC:H/AT:N", "AC:L/AT:P"]];
    private static readonly string[][] s_gravest4 = [["SC:H/SI:S/SA:S"], ["SC:H/SI:H/SA:H"], ["SC:L/SI:L/SA:L"]];

    private static readonly Dictionary<(int, int), string[]> s_gravest36 = new()
    {
        [(0, 0)] = ["VC:H/VI:H/VA:H/CR:H/IR:H/AR:H"],
        [(0, 1)] = ["VC:H/VI:H/VA:L/CR:M/IR:M/AR:H", "VC:H/VI:H/VA:H/CR:M/IR:M/AR:M"],
        [(1, 0)] = ["VC:L/VI:H/VA:H/CR:H/IR:H/AR:H", "VC:H/VI:L/VA:H/CR:H/IR:H/AR:H"],
        [(1, 1)] =
        [
            "VC:L/VI:H/VA:L/CR:H/IR:M/AR:H", "VC:L/VI:H/VA:H/CR:H/IR:M/AR:M", "VC:H/VI:L/VA:H/CR:M/IR:H/AR:M", "VC:H/VI:L/VA:L/CR:M/IR:H/AR:H",
            "VC:L/VI:L/VA:H/CR:H/IR:H/AR:M",
        ],
        [(2, 1)] = ["VC:L/VI:L/VA:L/CR:H/IR:H/AR:H"],
    };

    private static readonly int[] s_depth1 = [1, 4, 5], s_depth2 = [1, 2], s_depth4 = [6, 5, 4];
    private static readonly Dictionary<(int, int), int> s_depth36 = new() { [(0, 0)] = 7, [(0, 1)] = 6, [(1, 0)] = 8, [(1, 1)] = 8, [(2, 1)] = 10 };

    public static double? Score(Dictionary<string, string> metrics)
    {
        if (s_required.Any(r => !metrics.TryGetValue(r, out var value) || value.Length != 1 || !s_levels[r].Contains(value[0]) || (r[0] == 'S' && value == "S"))) return null;
        string Of(string metric) => Effective(metrics, metric);
        if (s_required[5..].All(m => Of(m) == "N")) return 0;
        var (eq1, eq2, eq3, eq4, eq5, eq6) = (Eq1(Of), Of("AC") == "L" && Of("AT") == "N" ? 0 : 1, Eq3(Of), Eq4(Of), "APU".IndexOf(Of("E"), StringComparison.Ordinal), Eq6(Of));
        if (Group(eq1, eq2, eq3, eq4, eq5, eq6) is not { } value) return null;
        var lower36 = (eq3, eq6) switch
        {
            (0, 0) => Max(Group(eq1, eq2, 0, eq4, eq5, 1), Group(eq1, eq2, 1, eq4, eq5, 0)),
            (1, 0) => Group(eq1, eq2, 1, eq4, eq5, 1),
            (0 or 1, 1) => Group(eq1, eq2, eq3 + 1, eq4, eq5, 1),
            _ => null,
        };
        ReadOnlySpan<(double? Lower, int Distance, int Depth)> steps =
        [
            (Group(eq1 + 1, eq2, eq3, eq4, eq5, eq6), Distance(Of, s_gravest1[eq1]), s_depth1[eq1]),
            (Group(eq1, eq2 + 1, eq3, eq4, eq5, eq6), Distance(Of, s_gravest2[eq2]), s_depth2[eq2]),
            (lower36, Distance(Of, s_gravest36[(eq3, eq6)]), s_depth36[(eq3, eq6)]),
            (Group(eq1, eq2, eq3, eq4 + 1, eq5, eq6), Distance(Of, s_gravest4[eq4]), s_depth4[eq4]),
            (Group(eq1, eq2, eq3, eq4, eq5 + 1, eq6), 0, 1),
        ];
        var (sum, count) = (0.0, 0);
        foreach (var (lower, distance, depth) in steps)
        {
            if (lower is not { } there) continue;
            sum += (value - there) * distance / depth;
            count++;
        }

        var score = Math.Clamp(count == 0 ? value : value - (sum / count), 0, 10);
        return Math.Round(score + 1e-9, 1, MidpointRounding.AwayFromZero);
    }

    // What an environment says in place of the base, and the gravest for what nobody says.
    private static string Effective(Dictionary<string, string> metrics, string metric)
    {
        if (metrics.TryGetValue("M" + metric, out var modified) && modified.Length == 1 && s_levels[metric].Contains(modified[0])) return modified;
        return metrics.TryGetValue(metric, out var value) && value.Length == 1 && s_levels[metric].Contains(value[0]) ? value : s_levels[metric][..1];
    }

    private static int Eq1(Func<string, string> of)
    {
        var (av, pr, ui) = (of("AV") == "N", of("PR") == "N", of("UI") == "N");
        return av && pr && ui ? 0 : (av || pr || ui) && of("AV") != "P" ? 1 : 2;
    }

    private static int Eq3(Func<string, string> of) =>
        of("VC") == "H" && of("VI") == "H" ? 0 : of("VC") == "H" || of("VI") == "H" || of("VA") == "H" ? 1 : 2;

    private static int Eq4(Func<string, string> of) =>
        of("SI") == "S" || of("SA") == "S" ? 0 : of("SC") == "H" || of("SI") == "H" || of("SA") == "H" ? 1 : 2;

    private static int Eq6(Func<string, string> of) =>
        (of("CR") == "H" && of("VC") == "H") || (of("IR") == "H" && of("VI") == "H") || (of("AR") == "H" && of("VA") == "H") ? 0 : 1;

    private static double? Group(int eq1, int eq2, int eq3, int eq4, int eq5, int eq6)
    {
        if (eq1 > 2 || eq2 > 1 || eq3 > 2 || eq4 > 2 || eq5 > 2 || eq6 > 1 || (eq3 == 2 && eq6 == 0)) return null;
        // 45 groups share EQ1 and EQ2: 18, 18 and 9 of them for the values of EQ3.
        var start = (((eq1 * 2) + eq2) * 45) + (eq3 * 18);
        var inside = eq3 == 2 ? (eq4 * 3) + eq5 : (((eq4 * 3) + eq5) * 2) + eq6;
        return s_scores[start + inside] / 10.0;
    }

    private static double? Max(double? a, double? b) => a is null ? b : b is null ? a : Math.Max(a.Value, b.Value);

    // Steps to the first of the gravest vectors that is nowhere more harmless.
    private static int Distance(Func<string, string> of, string[] gravest)
    {
        foreach (var vector in gravest)
        {
            var steps = vector.Split('/').Select(p => p.Split(':')).Select(p => s_levels[p[0]].IndexOf(of(p[0]), StringComparison.Ordinal) - s_levels[p[0]].IndexOf(p[1], StringComparison.Ordinal)).ToList();
            if (steps.All(s => s >= 0)) return steps.Sum();
        }

        return 0;
    }
}
