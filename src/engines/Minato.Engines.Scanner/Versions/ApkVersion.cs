namespace Minato.Engines.Scanner.Versions;

/// <summary>
/// Alpine's order: numbers, one letter, suffixes of which <c>_alpha</c>, <c>_beta</c>, <c>_pre</c> and <c>_rc</c> sort before the plain version and
/// <c>_cvs</c> to <c>_p</c> after it, then <c>-r</c> and the build.
/// </summary>
internal static class ApkVersion
{
    private static readonly string[] s_before = ["alpha", "beta", "pre", "rc"];
    private static readonly string[] s_after = ["cvs", "svn", "git", "hg", "p"];

    public static int Compare(string a, string b)
    {
        var (left, right) = (Parsed.Of(a), Parsed.Of(b));
        for (var i = 0; i < Math.Max(left.Numbers.Count, right.Numbers.Count); i++)
        {
            if (i >= left.Numbers.Count) return -1;
            if (i >= right.Numbers.Count) return 1;
            var number = CompareNumber(left.Numbers[i], right.Numbers[i], isFirst: i == 0);
            if (number != 0) return number;
        }

        var letter = left.Letter.CompareTo(right.Letter);
        if (letter != 0) return letter;
        for (var i = 0; i < Math.Max(left.Suffixes.Count, right.Suffixes.Count); i++)
        {
            // No suffix weighs 0: between those before and those after the plain version.
            var (one, other) = (Suffix(left, i), Suffix(right, i));
            var order = one.Weight != other.Weight ? one.Weight.CompareTo(other.Weight) : Digits.Compare(one.Number, other.Number);
            if (order != 0) return order;
        }

        var build = Digits.Compare(left.Build, right.Build);
        return build != 0 ? build : string.CompareOrdinal(left.Rest, right.Rest);
    }

    private static (int Weight, string Number) Suffix(Parsed version, int index) => index < version.Suffixes.Count ? version.Suffixes[index] : (0, "");

    // A later number that begins with 0 is a fraction: 1.05 is before 1.5.
    private static int CompareNumber(string a, string b, bool isFirst)
    {
        if (isFirst || (a[0] != '0' && b[0] != '0')) return Digits.Compare(a, b);
        return string.CompareOrdinal(a.TrimEnd('0'), b.TrimEnd('0')) is not 0 and var order ? order : a.Length.CompareTo(b.Length);
    }

    private sealed record Parsed(List<string> Numbers, char Letter, List<(int Weight, string Number)> Suffixes, string Build, string Rest)
    {
        public static Parsed Of(string version)
        {
            var text = version.AsSpan().Trim();
            List<string> numbers = [];
            while (text.Length > 0 && char.IsAsciiDigit(text[0]))
            {
                numbers.Add(Digits.Take(ref text).ToString());
                if (text.Length < 2 || text[0] != '.' || !char.IsAsciiDigit(text[1])) break;
                text = text[1..];
            }

            var letter = '\0';
            if (numbers.Count > 0 && text.Length > 0 && char.IsAsciiLetterLower(text[0]))
            {
                letter = text[0];
                text = text[1..];
            }

            var suffixes = new List<(int, string)>();
            while (TakeSuffix(ref text) is { } suffix) suffixes.Add(suffix);
            var build = "";
            if (text.StartsWith("-r") && Digits.AreAll(text[2..]))
            {
                build = text[2..].ToString();
                text = "";
            }

            return new(numbers, letter, suffixes, build, text.ToString());
        }

        private static (int Weight, string Number)? TakeSuffix(ref ReadOnlySpan<char> text)
        {
            if (text.Length == 0 || text[0] != '_') return null;
            var end = 1;
            while (end < text.Length && char.IsAsciiLetterLower(text[end])) end++;
            var name = text[1..end].ToString();
            var (before, after) = (Array.IndexOf(s_before, name), Array.IndexOf(s_after, name));
            if (before < 0 && after < 0) return null;
            text = text[end..];
            return (before >= 0 ? before - s_before.Length : after + 1, Digits.Take(ref text).ToString());
        }
    }
}
