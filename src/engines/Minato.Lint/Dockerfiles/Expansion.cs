using System.Text;

namespace Minato.Lint.Dockerfiles;

/// <summary>Fills in <c>$NAME</c>, <c>${NAME}</c>, <c>${NAME:-word}</c> and <c>${NAME:+word}</c>. What nobody set stays as it is written.</summary>
internal static class Expansion
{
    private const int MaxLength = 64 << 10;
    private const int MaxDepth = 8;

    public static string Expand(string text, IReadOnlyDictionary<string, string> variables, int depth = 0)
    {
        if (depth > MaxDepth || !text.Contains('$', StringComparison.Ordinal)) return text;
        var result = new StringBuilder();
        for (var i = 0; i < text.Length && result.Length < MaxLength; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] == '$') result.Append(text[++i]);
            else if (text[i] != '$' || i + 1 >= text.Length) result.Append(text[i]);
            else if (text[i + 1] == '{') i = Braced(text, i, variables, depth, result);
            else i = Plain(text, i, variables, result);
        }

        return result.ToString();
    }

    // Both leave the index on the last character that they read.
    private static int Plain(string text, int at, IReadOnlyDictionary<string, string> variables, StringBuilder result)
    {
        var end = at + 1;
        while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_')) end++;
        var name = text[(at + 1)..end];
        result.Append(variables.TryGetValue(name, out var value) && name.Length > 0 ? value : text[at..end]);
        return end - 1;
    }

    private static int Braced(string text, int at, IReadOnlyDictionary<string, string> variables, int depth, StringBuilder result)
    {
        var (end, open) = (at + 2, 1);
        for (; end < text.Length; end++)
        {
            open += text[end] == '{' ? 1 : text[end] == '}' ? -1 : 0;
            if (open == 0) break;
        }

        if (end >= text.Length)
        {
            result.Append(text[at]);
            return at;
        }

        var inside = text[(at + 2)..end];
        var length = inside.TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c == '_').Count();
        var (name, rest) = (inside[..length], inside[length..]);
        var isSet = variables.TryGetValue(name, out var value);
        var isFull = isSet && (value?.Length > 0 || !rest.StartsWith(':'));
        var word = rest.TrimStart(':');
        result.Append(word switch
        {
            ['-', ..] => isFull ? value : Expand(word[1..], variables, depth + 1),
            ['+', ..] => isFull ? Expand(word[1..], variables, depth + 1) : "",
            _ => isSet ? value : text[at..(end + 1)],
        });
        return end;
    }
}
