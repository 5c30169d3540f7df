using Minato.Platform;

namespace Minato.S3.State;

/// <summary>
/// Ids of versions. An id begins with the place of its version in time, so that it leads to the record without an index; the rest is
/// chance, so that none can be guessed.
/// </summary>
internal static class VersionIds
{
    public const string Null = "null";
    private const int PlaceDigits = 11;
    private const int ChanceDigits = 21;
    private const string Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._";

    public static string Make(long order, Ids ids)
    {
        Span<char> place = stackalloc char[PlaceDigits];
        for (var i = PlaceDigits - 1; i >= 0; i--, order >>= 6) place[i] = Digits[(int)(order & 63)];
        return $"{place}{ids.UrlSafe(ChanceDigits).Replace('-', '.')}";
    }

    /// <returns>Null for what cannot be an id.</returns>
    public static long? OrderOf(string id)
    {
        if (id.Length != PlaceDigits + ChanceDigits) return null;
        var order = 0L;
        foreach (var c in id.AsSpan(0, PlaceDigits))
        {
            var digit = Digits.IndexOf(c, StringComparison.Ordinal);
            if (digit < 0) return null;
            order = order << 6 | (long)digit;
        }
        return order;
    }
}
