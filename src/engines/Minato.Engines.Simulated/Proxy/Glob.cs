namespace Minato.Engines.Simulated;

/// <summary><c>*</c> is any text, <c>?</c> one character; the whole value must match.</summary>
internal static class Glob
{
    public static bool Matches(string pattern, string value, bool ignoreCase, bool escapes = false) =>
        Matches(Tokens(ignoreCase ? pattern.ToLowerInvariant() : pattern, escapes), ignoreCase ? value.ToLowerInvariant() : value);

    private static List<(char Char, bool Literal)> Tokens(string pattern, bool escapes)
    {
        var tokens = new List<(char, bool)>();
        for (var i = 0; i < pattern.Length; i++)
        {
            if (escapes && pattern[i] == '\\' && i + 1 < pattern.Length) tokens.Add((pattern[++i], true));
            else tokens.Add((pattern[i], pattern[i] is not ('*' or '?')));
        }
        return tokens;
    }

    private static bool Matches(List<(char Char, bool Literal)> pattern, string value)
    {
        int at = 0, from = 0, star = -1, retry = 0;
        while (from < value.Length)
        {
            if (at < pattern.Count && !pattern[at].Literal && pattern[at].Char == '*') { star = at++; retry = from; }
            else if (at < pattern.Count && (pattern[at].Literal ? pattern[at].Char == value[from] : pattern[at].Char == '?')) { at++; from++; }
            else if (star >= 0) { at = star + 1; from = ++retry; }
            else return false;
        }
        while (at < pattern.Count && !pattern[at].Literal && pattern[at].Char == '*') at++;
        return at == pattern.Count;
    }
}
