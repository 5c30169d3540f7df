namespace Minato.Engines.Scanner.Versions;

/// <summary>RPM's order: epoch, version, release; segments of digits or letters, a tilde before and a caret after the end.</summary>
internal static class RpmVersion
{
    public static int Compare(string a, string b)
    {
        var (left, right) = (Split(a), Split(b));
        var epoch = Digits.Compare(left.Epoch, right.Epoch);
        if (epoch != 0) return epoch;
        var version = CompareSegments(left.Version, right.Version);
        return version != 0 ? version : CompareSegments(left.Release, right.Release);
    }

    private static (string Epoch, string Version, string Release) Split(string text)
    {
        text = text.Trim();
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var epoch = colon > 0 && Digits.AreAll(text.AsSpan(0, colon)) ? text[..colon] : "";
        var rest = epoch.Length > 0 ? text[(colon + 1)..] : text;
        var dash = rest.LastIndexOf('-');
        return dash < 0 ? (epoch, rest, "") : (epoch, rest[..dash], rest[(dash + 1)..]);
    }

    private static int CompareSegments(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        while (a.Length > 0 || b.Length > 0)
        {
            a = SkipSeparators(a);
            b = SkipSeparators(b);
            if (StartsWith(a, '~') || StartsWith(b, '~'))
            {
                if (!StartsWith(a, '~')) return 1;
                if (!StartsWith(b, '~')) return -1;
            }
            else if (StartsWith(a, '^') || StartsWith(b, '^'))
            {
                // After the end, but before any other continuation.
                if (a.Length == 0) return -1;
                if (b.Length == 0) return 1;
                if (!StartsWith(a, '^')) return 1;
                if (!StartsWith(b, '^')) return -1;
            }
            else
            {
                if (a.Length == 0 || b.Length == 0) break;
                var order = CompareSegment(ref a, ref b);
                if (order != 0) return order;
                continue;
            }

            a = a[1..];
            b = b[1..];
        }

        return a.Length.CompareTo(0) - b.Length.CompareTo(0);
    }

    private static int CompareSegment(ref ReadOnlySpan<char> a, ref ReadOnlySpan<char> b)
    {
        var (isNumber, isOtherNumber) = (char.IsAsciiDigit(a[0]), char.IsAsciiDigit(b[0]));
        if (isNumber != isOtherNumber) return isNumber ? 1 : -1;
        return isNumber ? Digits.Compare(Digits.Take(ref a), Digits.Take(ref b)) : TakeLetters(ref a).SequenceCompareTo(TakeLetters(ref b));
    }

    private static ReadOnlySpan<char> TakeLetters(ref ReadOnlySpan<char> text)
    {
        var length = 0;
        while (length < text.Length && char.IsAsciiLetter(text[length])) length++;
        var letters = text[..length];
        text = text[length..];
        return letters;
    }

    private static ReadOnlySpan<char> SkipSeparators(ReadOnlySpan<char> text)
    {
        while (text.Length > 0 && !char.IsAsciiLetterOrDigit(text[0]) && text[0] is not ('~' or '^')) text = text[1..];
        return text;
    }

    private static bool StartsWith(ReadOnlySpan<char> text, char c) => text.Length > 0 && text[0] == c;
}
