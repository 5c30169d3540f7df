using System.Text;

namespace Minato.Lint.Dockerfiles;

/// <summary>Words of an instruction: blanks part them, quotes and the escape hold them together.</summary>
internal static class Words
{
    public static List<string> Split(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var (quote, isWord) = ('\0', false);
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quote == '\0' && char.IsWhiteSpace(c))
            {
                if (isWord) words.Add(word.ToString());
                word.Clear();
                isWord = false;
                continue;
            }

            isWord = true;
            if (c == '\\' && quote != '\'' && i + 1 < text.Length) word.Append(text[++i]);
            else if (quote == '\0' && c is '"' or '\'') quote = c;
            else if (quote == c && quote != '\0') quote = '\0';
            else word.Append(c);
        }

        if (isWord) words.Add(word.ToString());
        return words;
    }

    /// <summary>The variables of ENV, ARG and LABEL: <c>NAME=value NAME=value</c>, or the old <c>NAME value</c>.</summary>
    public static List<(string Name, string? Value)> Assignments(string text)
    {
        var words = Split(text);
        if (words.Count == 0) return [];
        if (!words[0].Contains('=', StringComparison.Ordinal) && words.Count > 1 && !words.Skip(1).All(w => w.Contains('=', StringComparison.Ordinal)))
            return [(words[0], string.Join(' ', words.Skip(1)))];
        return [.. words.Select(w => w.Split('=', 2)).Select(p => (p[0], p.Length > 1 ? p[1] : null))];
    }
}
