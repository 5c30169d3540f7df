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
