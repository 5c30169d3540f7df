using System.Globalization;
using System.Text;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>
/// Turns text that people typed into regular expressions that cannot leave their quotes: whatever is not a letter or a digit
/// becomes <c>\xHH</c>, byte by byte, so that neither HAProxy's parser nor PCRE sees anything of it.
/// </summary>
internal static class Pattern
{
    /// <summary><c>*</c> is any text, <c>?</c> one character; the whole value must match.</summary>
    public static string Whole(string wildcards) => $"'(?s)^{Body(wildcards, ".", escapes: false)}\\z'";

    /// <returns>The same where it is a text that may stand as it is, compared whole, as a beginning or as an end; null for everything else.</returns>
    public static (string Method, string Text)? Plain(string wildcards) => wildcards switch
    {
        [.. var text, '*'] when Safe.IsPlain(text) => ("beg", text),
        ['*', .. var text] when Safe.IsPlain(text) => ("end", text),
        _ when Safe.IsPlain(wildcards) => ("str", wildcards),
        _ => null,
    };

    /// <summary>An expression as it is, with what would end its quotes or its line in other words; the same inside and outside of a class.</summary>
    public static string Expression(string regex)
    {
        var text = new StringBuilder("'");
        Span<byte> bytes = stackalloc byte[4];
        foreach (var rune in regex.EnumerateRunes())
        {
            if (rune.IsAscii && rune.Value is >= ' ' and not ('\'' or 127)) text.Append((char)rune.Value);
            else foreach (var b in bytes[..rune.EncodeToUtf8(bytes)]) text.Append(CultureInfo.InvariantCulture, $"\\x{b:X2}");
        }
        return text.Append('\'').ToString();
    }

    /// <summary>
    /// The two arguments of a <c>replace-…</c>. HAProxy exchanges the whole text, so what lies before and behind of what is found are groups
    /// that are put back. It knows nine groups: seven are left for the expression.
    /// </summary>
    public static string Replacing(string regex, string replacement)
    {
        var groups = Groups(regex);
        return $"'(?s)^(.*?)(?:{Expression(regex)[1..^1]})(.*)$' '\\1{Replacement(replacement, groups)}\\{(groups + 2).ToString(CultureInfo.InvariantCulture)}'";
    }

    /// <summary><c>$1</c> is the expression's first group, which is HAProxy's second; the rest stands for itself.</summary>
    private static string Replacement(string text, int groups)
    {
        var format = new StringBuilder();
        Span<byte> bytes = stackalloc byte[4];
        for (var i = 0; i < text.Length;)
        {
            if (text[i] == '$' && i + 1 < text.Length && char.IsAsciiDigit(text[i + 1]))
            {
                var group = text[i + 1] - '0';
                if (group >= 1 && group <= groups) format.Append('\\').Append(group + 1);
                i += 2;
                continue;
            }
            var rune = Rune.TryGetRuneAt(text, i, out var whole) ? whole : Rune.ReplacementChar;
            AppendLiteral(format, bytes[..rune.EncodeToUtf8(bytes)]);
            i += char.IsSurrogatePair(text, i) ? 2 : 1;
        }
        return format.ToString();
    }

    private static int Groups(string regex)
    {
        var (groups, inClass) = (0, false);
        for (var i = 0; i < regex.Length; i++)
        {
            if (regex[i] == '\\') i++;
            else if (inClass) inClass = regex[i] != ']';
            else if (regex[i] == '[') inClass = true;
            else if (regex[i] == '(' && !regex.AsSpan(i + 1).StartsWith("?")) groups++;
        }
        return groups;
    }

    /// <summary>One <c>key=value</c> of a query; any key when there is none. A backslash makes a wildcard literal.</summary>
    public static string QueryPart(string? key, string value)
    {
        var left = key is null ? "(?:[^&=]*=)?" : Body(key, "[^&]", escapes: true) + "\\x3D";
        return $"'(?s)(?:^|&){left}{Body(value, "[^&]", escapes: true)}(?:&|\\z)'";
    }

    private static string Body(string wildcards, string any, bool escapes)
    {
        var regex = new StringBuilder();
        Span<byte> bytes = stackalloc byte[4];
        var literal = false;
        foreach (var rune in wildcards.EnumerateRunes())
        {
            if (escapes && !literal && rune.Value == '\\') { literal = true; continue; }
            if (!literal && rune.Value == '*') regex.Append(any).Append('*');
            else if (!literal && rune.Value == '?') regex.Append(any);
            else AppendLiteral(regex, bytes[..rune.EncodeToUtf8(bytes)]);
            literal = false;
        }
        return regex.ToString();
    }

    private static void AppendLiteral(StringBuilder regex, ReadOnlySpan<byte> bytes)
    {
        foreach (var b in bytes)
        {
            if (char.IsAsciiLetterOrDigit((char)b)) regex.Append((char)b);
            else regex.Append(CultureInfo.InvariantCulture, $"\\x{b:X2}");
        }
    }
}
