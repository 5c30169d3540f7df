using System.Text;
using Minato.Contracts.CloudWatchLogs;

namespace Minato.Logs.Planning;

/// <summary>
/// Plain terms of a filter pattern: all of <c>a "b c"</c>, any of <c>?a ?b</c>, none of <c>-a</c>. Case-sensitive. Patterns on fields
/// (JSON, space-delimited) and regular expressions are refused, not guessed.
/// </summary>
internal sealed record FilterPattern
{
    public static readonly FilterPattern Everything = new([], [], []);

    private readonly string[] _all;
    private readonly string[] _any;
    private readonly string[] _none;

    private FilterPattern(string[] all, string[] any, string[] none)
    {
        _all = all;
        // AWS: beside other terms the optional ones count for nothing.
        _any = all.Length > 0 || none.Length > 0 ? [] : any;
        _none = none;
    }

    public bool Matches(string message)
    {
        foreach (var term in _none) if (message.Contains(term, StringComparison.Ordinal)) return false;
        foreach (var term in _all) if (!message.Contains(term, StringComparison.Ordinal)) return false;
        return _any.Length == 0 || Array.Exists(_any, term => message.Contains(term, StringComparison.Ordinal));
    }

    /// <exception cref="InvalidParameterException">The pattern is malformed, or of a kind that is not evaluated.</exception>
    public static FilterPattern Parse(string? pattern)
    {
        var text = (pattern ?? "").Trim();
        if (text.Length == 0) return Everything;
        if (text[0] is '{' or '[' or '%')
            throw new InvalidParameterException("Minato evaluates filter patterns of terms and phrases; JSON, space-delimited and regular expression patterns are not served yet.");
        List<string> all = [], any = [], none = [];
        for (var at = 0; Skip(text, ref at);)
        {
            var target = text[at] switch { '?' => any, '-' => none, _ => all };
            if (!ReferenceEquals(target, all)) at++;
            target.Add(at < text.Length && text[at] == '"' ? ReadPhrase(text, ref at) : ReadTerm(text, ref at));
        }

        return new([.. all], [.. any], [.. none]);
    }

    private static bool Skip(string text, ref int at)
    {
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
        return at < text.Length;
    }

    private static string ReadPhrase(string text, ref int at)
    {
        var phrase = new StringBuilder();
        for (at++; at < text.Length && text[at] != '"'; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length && text[at + 1] is '"' or '\\') at++;
            phrase.Append(text[at]);
        }

        if (at >= text.Length || phrase.Length == 0) throw new InvalidParameterException("Invalid filter pattern");
        at++;
        return phrase.ToString();
    }

    private static string ReadTerm(string text, ref int at)
    {
        var start = at;
        while (at < text.Length && !char.IsWhiteSpace(text[at])) at++;
        var term = text[start..at];
        if (term.Length == 0) throw new InvalidParameterException("Invalid filter pattern");
        if (!term.All(c => char.IsLetterOrDigit(c) || c == '_')) throw new InvalidParameterException($"Invalid character(s) in term '{term}'");
        return term;
    }
}
