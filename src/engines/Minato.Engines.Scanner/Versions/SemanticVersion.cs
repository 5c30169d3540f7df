namespace Minato.Engines.Scanner.Versions;

/// <summary>
/// Semantic versions, as npm and Go write them: a leading <c>v</c> and missing parts are let pass, the build does not count. NuGet's have a fourth
/// number and letters of either case.
/// </summary>
internal sealed class SemanticVersion
{
    private readonly string[] _numbers;
    private readonly string[] _prerelease;

    private SemanticVersion(string[] numbers, string[] prerelease) => (_numbers, _prerelease) = (numbers, prerelease);

    public static int Compare(string a, string b) => CompareAll(a, b, maxNumbers: 3, ignoresCase: false);

    public static int CompareNuGet(string a, string b) => CompareAll(a, b, maxNumbers: 4, ignoresCase: true);

    /// <summary>What is no version sorts before all versions, among its like by character.</summary>
    private static int CompareAll(string a, string b, int maxNumbers, bool ignoresCase)
    {
        var (left, right) = (Parse(a, maxNumbers), Parse(b, maxNumbers));
        if (left is null || right is null) return left is null && right is null ? string.CompareOrdinal(a, b) : left is null ? -1 : 1;
        return left.CompareTo(right, ignoresCase);
    }

    public static SemanticVersion? Parse(string text, int maxNumbers)
    {
        text = text.Trim();
        if (text.StartsWith('v') || text.StartsWith('=')) text = text.TrimStart('=', 'v');
        var plus = text.IndexOf('+', StringComparison.Ordinal);
        if (plus >= 0) text = text[..plus];
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var numbers = (dash < 0 ? text : text[..dash]).Split('.');
        var prerelease = dash < 0 ? [] : text[(dash + 1)..].Split('.');
        return numbers.Length <= maxNumbers && numbers.All(n => Digits.AreAll(n)) && prerelease.All(IsIdentifier) ? new(numbers, prerelease) : null;
    }

    private int CompareTo(SemanticVersion other, bool ignoresCase)
    {
        for (var i = 0; i < Math.Max(_numbers.Length, other._numbers.Length); i++)
        {
            var number = Digits.Compare(i < _numbers.Length ? _numbers[i] : "", i < other._numbers.Length ? other._numbers[i] : "");
            if (number != 0) return number;
        }

        if (_prerelease.Length == 0 || other._prerelease.Length == 0) return other._prerelease.Length.CompareTo(0) - _prerelease.Length.CompareTo(0);
        for (var i = 0; i < Math.Min(_prerelease.Length, other._prerelease.Length); i++)
        {
            var identifier = CompareIdentifier(_prerelease[i], other._prerelease[i], ignoresCase);
            if (identifier != 0) return identifier;
        }

        return _prerelease.Length.CompareTo(other._prerelease.Length);
    }

    // Numbers before words.
    private static int CompareIdentifier(string a, string b, bool ignoresCase) => (Digits.AreAll(a), Digits.AreAll(b)) switch
    {
        (true, true) => Digits.Compare(a, b),
        (true, false) => -1,
        (false, true) => 1,
        _ => string.Compare(a, b, ignoresCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal),
    };

    private static bool IsIdentifier(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
