namespace Minato.Engines.Scanner.Versions;

/// <summary>Numbers of any length, as versions have them.</summary>
internal static class Digits
{
    /// <summary>Takes the digits at the beginning off the text.</summary>
    public static ReadOnlySpan<char> Take(ref ReadOnlySpan<char> text)
    {
        var length = text.IndexOfAnyExceptInRange('0', '9');
        if (length < 0) length = text.Length;
        var digits = text[..length];
        text = text[length..];
        return digits;
    }

    /// <summary>By value: leading zeros do not count, and nothing is zero.</summary>
    public static int Compare(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        a = a.TrimStart('0');
        b = b.TrimStart('0');
        return a.Length != b.Length ? a.Length.CompareTo(b.Length) : a.SequenceCompareTo(b);
    }

    public static bool AreAll(ReadOnlySpan<char> text) => text.Length > 0 && !text.ContainsAnyExceptInRange('0', '9');
}
