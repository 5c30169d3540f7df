using System.Text;

namespace Minato.Aws.Shapes;

/// <summary>AWS writes patterns for Java's regular expressions; a few of its classes have other names here.</summary>
internal static class JavaPatterns
{
    private static readonly Dictionary<string, string> Classes = new(StringComparer.Ordinal)
    {
        ["ASCII"] = @"\x00-\x7F", ["Alpha"] = "a-zA-Z", ["Digit"] = "0-9", ["Alnum"] = "a-zA-Z0-9", ["Upper"] = "A-Z", ["Lower"] = "a-z",
        ["Punct"] = @"!-/:-@\[-`{-~", ["Graph"] = "!-~", ["Print"] = " -~", ["Blank"] = @" \t", ["Cntrl"] = @"\x00-\x1F\x7F", ["XDigit"] = "0-9a-fA-F",
        ["Space"] = @" \t\n\x0B\f\r", ["IsAlphabetic"] = @"\p{L}", ["IsDigit"] = @"\p{Nd}", ["LD"] = @"\p{L}\p{Nd}",
    };

    // Java reads these two pairs as one range of signs beyond the first plane, and nothing of them stands alone.
    private const string BeyondFirstPlane = @"\uD800\uDC00-\uDBFF\uDFFF";
    private const string Surrogates = @"\uD800-\uDFFF";

    public static string Translate(string pattern)
    {
        if (!pattern.Contains('\\')) return pattern;
        pattern = pattern.Replace(BeyondFirstPlane, Surrogates, StringComparison.OrdinalIgnoreCase);
        var text = new StringBuilder(pattern.Length + 16);
        var inClass = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var c = pattern[i];
            if (c is '\\' && i + 1 < pattern.Length)
            {
                i += Escape(pattern, i, inClass, text);
                continue;
            }
            if (c is '[') inClass = true;
            else if (c is ']') inClass = false;
            text.Append(c);
        }
        return text.ToString();
    }

    // Returns how many characters beyond the backslash were taken.
    private static int Escape(string pattern, int at, bool inClass, StringBuilder into)
    {
        if (pattern[at + 1] is 'p' or 'P' && pattern.IndexOf('}', at) is var close and > 0 && pattern[at + 2] is '{'
            && Classes.TryGetValue(pattern[(at + 3)..close], out var ranges))
        {
            into.Append(inClass ? ranges : pattern[at + 1] is 'P' ? $"[^{ranges}]" : $"[{ranges}]");
            return close - at;
        }
        // Java lets any sign be escaped, also one that means nothing.
        if (pattern[at + 1] is '_') into.Append('_');
        else into.Append(pattern, at, 2);
        return 1;
    }
}
