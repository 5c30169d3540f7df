using System.Text.RegularExpressions;

namespace Minato.Engines.Scanner.Versions;

/// <summary>The order of PEP 440: epoch, release, then development, alpha, beta, candidate, final, post and local versions.</summary>
internal sealed partial class PythonVersion
{
    // Within a release: .dev alone, a, b, rc, the release itself. Then .post; then .dev of each of them before it.
    private const int DevelopmentOnly = -1;
    private const int Final = 3;

    internal required string Epoch { get; init; }
    internal required string[] Release { get; init; }
    internal required int Phase { get; init; }
    internal required string PhaseNumber { get; init; }
    private string? Post { get; init; }
    private string? Dev { get; init; }
    internal required string[] Local { get; init; }

    public static int Compare(string a, string b)
    {
        var (left, right) = (Parse(a), Parse(b));
        if (left is null || right is null) return left is null && right is null ? string.CompareOrdinal(a, b) : left is null ? -1 : 1;
        return left.CompareTo(right);
    }

    private static PythonVersion? Parse(string text)
    {
        if (Pattern().Match(text.Trim().ToLowerInvariant()) is not { Success: true } match) return null;
        string? Value(string group) => match.Groups[group] is { Success: true } found ? found.Value : null;
        var (pre, post, dev) = (Value("pre"), match.Groups["post"].Success ? Value("postn") ?? Value("postimplicit") ?? "0" : null, match.Groups["dev"].Success ? Value("devn") ?? "0" : null);
        return new()
        {
            Epoch = Value("epoch") ?? "",
            Release = Trimmed(match.Groups["release"].Value.Split('.')),
            Phase = pre switch { null => post is null && dev is not null ? DevelopmentOnly : Final, "a" or "alpha" => 0, "b" or "beta" => 1, _ => 2 },
            PhaseNumber = Value("pren") ?? "",
            Post = post, Dev = dev,
            Local = Value("local")?.Split('.', '-', '_') ?? [],
        };
    }

    private int CompareTo(PythonVersion other)
    {
        ReadOnlySpan<int> orders =
        [
            Digits.Compare(Epoch, other.Epoch), CompareRelease(other), Phase.CompareTo(other.Phase), Digits.Compare(PhaseNumber, other.PhaseNumber),
            Optional(Post, other.Post, missing: -1), Optional(Dev, other.Dev, missing: 1), CompareLocal(other),
        ];
        foreach (var order in orders) if (order != 0) return order;
        return 0;
    }

    private int CompareRelease(PythonVersion other)
    {
        for (var i = 0; i < Math.Max(Release.Length, other.Release.Length); i++)
        {
            var order = Digits.Compare(i < Release.Length ? Release[i] : "", i < other.Release.Length ? other.Release[i] : "");
            if (order != 0) return order;
        }

        return 0;
    }

    private static int Optional(string? a, string? b, int missing) => (a, b) switch
    {
        (null, null) => 0,
        (null, _) => missing,
        (_, null) => -missing,
        _ => Digits.Compare(a, b),
    };

    // Numbers after words, and more after less.
    private int CompareLocal(PythonVersion other)
    {
        for (var i = 0; i < Math.Min(Local.Length, other.Local.Length); i++)
        {
            var (a, b) = (Local[i], other.Local[i]);
            var order = (Digits.AreAll(a), Digits.AreAll(b)) switch
            {
                (true, true) => Digits.Compare(a, b),
                (true, false) => 1,
                (false, true) => -1,
                _ => string.CompareOrdinal(a, b),
            };
            if (order != 0) return order;
        }

        return Local.Length.CompareTo(other.Local.Length);
    }

    private static string[] Trimmed(string[] release)
    {
        var length = release.Length;
        while (length > 1 && release[length - 1].All(c => c == '0')) length--;
        return release[..length];
    }

    [GeneratedRegex("""
        ^v?(?:(?<epoch>[0-9]+)!)?(?<release>[0-9]+(?:\.[0-9]+)*)
        (?:[-_.]?(?<pre>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?<pren>[0-9]+)?)?
        (?<post>-(?<postimplicit>[0-9]+)|[-_.]?(?:post|rev|r)[-_.]?(?<postn>[0-9]+)?)?
        (?<dev>[-_.]?dev[-_.]?(?<devn>[0-9]+)?)?
        (?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();
}
