using System.Globalization;

namespace Minato.Ecs.Planning.Placement.Query;

/// <summary>How values of a subject compare.</summary>
internal enum QueryScale
{
    Text,
    Number,
    Version,
    Date,
}

internal static class QueryScales
{
    private static readonly string[] s_dateFormats =
    [
        "yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mmK",
    ];

    public static bool IsOrdered(this QueryScale scale) => scale != QueryScale.Text;

    public static bool CanRead(this QueryScale scale, string text) => scale switch
    {
        QueryScale.Number => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
        QueryScale.Version => TryVersion(text, out _),
        QueryScale.Date => TryDate(text, out _),
        _ => true,
    };

    /// <summary>Below, equal or above zero; null when one of them is nothing of the kind.</summary>
    public static int? Compare(this QueryScale scale, string left, string right) => scale switch
    {
        QueryScale.Number => Number(left) is { } l && Number(right) is { } r ? l.CompareTo(r) : null,
        QueryScale.Version => TryVersion(left, out var l) && TryVersion(right, out var r) ? Compare(l, r) : null,
        QueryScale.Date => TryDate(left, out var l) && TryDate(right, out var r) ? l.CompareTo(r) : null,
        _ => string.CompareOrdinal(left, right),
    };

    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null;

    // A date without a zone is one of UTC.
    private static bool TryDate(string text, out DateTimeOffset date) => DateTimeOffset.TryParseExact(
        text, s_dateFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out date);

    private static bool TryVersion(string text, out int[] parts)
    {
        var words = text.TrimStart('v').Split('-', '+')[0].Split('.');
        parts = new int[words.Length];
        for (var i = 0; i < words.Length; i++)
            if (!int.TryParse(words[i], NumberStyles.None, CultureInfo.InvariantCulture, out parts[i])) return false;
        return true;
    }

    private static int Compare(int[] left, int[] right)
    {
        for (var i = 0; i < Math.Max(left.Length, right.Length); i++)
        {
            var order = (i < left.Length ? left[i] : 0).CompareTo(i < right.Length ? right[i] : 0);
            if (order != 0) return order;
        }

        return 0;
    }
}
