using System.Text.RegularExpressions;

namespace Minato.Elb.Planning;

/// <summary>
/// Regular expressions of rules. AWS takes those without look-around, back references, atomic groups, possessive quantifiers, recursion and
/// Unicode classes; what is left means the same to every proxy, and none of it can take long.
/// </summary>
internal static class Regexes
{
    private const int MostRepeats = 1000;
    private const string Escapes = "dDwWsSbBtnrfv";

    public static bool IsValid(string regex) => regex.All(c => c is >= ' ' and not (char)127) && UsesWhatIsServed(regex) && Compiles(regex);

    /// <param name="regex">A valid one.</param>
    public static int GroupsOf(string regex) => new Regex(regex, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant).GetGroupNumbers().Length - 1;

    private static bool UsesWhatIsServed(string regex)
    {
        var repeats = 1L;
        for (var i = 0; i < regex.Length; i++)
        {
            var rest = regex.AsSpan(i + 1);
            switch (regex[i])
            {
                case '\\' when rest.IsEmpty || (char.IsAsciiLetterOrDigit(rest[0]) && !Escapes.Contains(rest[0], StringComparison.Ordinal)):
                case '(' when rest.StartsWith("?") && !rest.StartsWith("?:"):
                case '(' when rest.StartsWith("*"): // A verb of some libraries.
                case '[' when rest.StartsWith(":") || rest.StartsWith(".") || rest.StartsWith("="): // A class of some libraries.
                case '*' or '+' or '?' or '}' when rest.StartsWith("+"): // Possessive in some libraries.
                    return false;
                case '\\':
                    i++;
                    break;
                case '{':
                    if ((repeats *= Most(rest)) > MostRepeats) return false;
                    break;
            }
        }
        return true;
    }

    /// <summary>The larger number of a quantifier: nested ones multiply.</summary>
    private static long Most(ReadOnlySpan<char> quantifier)
    {
        var end = quantifier.IndexOf('}');
        if (end < 0) return 1;
        var most = 1L;
        foreach (var part in quantifier[..end].ToString().Split(','))
        {
            if (long.TryParse(part, out var number)) most = Math.Max(most, Math.Min(number, MostRepeats + 1));
        }
        return most;
    }

    private static bool Compiles(string regex)
    {
        try
        {
            _ = new Regex(regex, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
            return true;
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException) { return false; }
    }
}
