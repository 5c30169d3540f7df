using System.Text.RegularExpressions;

namespace Minato.Migration.Planning;

/// <summary>Patterns as conditions of rules have them: <c>*</c> is anything, <c>?</c> one character.</summary>
internal static class Patterns
{
    private static readonly TimeSpan s_longestMatch = TimeSpan.FromSeconds(1);

    /// <param name="patterns">One a line; none matches all.</param>
    public static bool Match(string patterns, string text, bool ignoresCase = false) => patterns.Length == 0 || patterns.Split('\n').Any(p => Regex.IsMatch(
        text, $"^{Regex.Escape(p).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal)}$",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture | (ignoresCase ? RegexOptions.IgnoreCase | RegexOptions.CultureInvariant : RegexOptions.None), s_longestMatch));

    /// <summary>A path that a request line names, without its query.</summary>
    public static bool MatchPath(string patterns, string target) => Match(patterns, target.Split('?')[0]);

    /// <returns>A text that the first of them matches; null when there is none.</returns>
    public static string? Example(string patterns) => patterns.Length == 0 ? null
        : patterns.Split('\n')[0].Replace("*", "minato", StringComparison.Ordinal).Replace('?', 'x');
}
