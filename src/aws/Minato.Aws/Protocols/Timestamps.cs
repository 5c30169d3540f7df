using System.Globalization;
using Minato.Aws.Shapes;

namespace Minato.Aws.Protocols;

/// <summary>Points in time as AWS writes them.</summary>
internal static class Timestamps
{
    private const string WithMilliseconds = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const string WholeSeconds = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    public static string Iso8601(DateTimeOffset at) =>
        at.UtcDateTime.ToString(at.Millisecond == 0 ? WholeSeconds : WithMilliseconds, CultureInfo.InvariantCulture);

    public static string Rfc822(DateTimeOffset at) => at.UtcDateTime.ToString("R", CultureInfo.InvariantCulture);

    public static long UnixMilliseconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds();

    /// <summary>Seconds with milliseconds where there are any, e.g. <c>1700000000.25</c>.</summary>
    public static decimal UnixSeconds(DateTimeOffset at)
    {
        var milliseconds = at.ToUnixTimeMilliseconds();
        return milliseconds % 1000 == 0 ? milliseconds / 1000 : milliseconds / 1000m;
    }

    /// <exception cref="MalformedException">No calendar has it.</exception>
    public static DateTimeOffset FromUnixSeconds(double seconds)
    {
        // DateTimeOffset holds the years 1 to 9999.
        if (!(seconds is >= -62135596800 and < 253402300800)) throw new MalformedException("The timestamp is out of range.");
        return DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Round(seconds * 1000));
    }

    /// <summary>ISO 8601, RFC 822 or Unix seconds.</summary>
    /// <exception cref="MalformedException">It is none of them.</exception>
    public static DateTimeOffset Parse(string text)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)) return FromUnixSeconds(seconds);
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out var at)) return at;
        throw new MalformedException($"Unparseable date: \"{text}\"");
    }

    public static string ToText(DateTimeOffset at, TimestampFormat asked, TimestampFormat otherwise) =>
        (asked is TimestampFormat.Default ? otherwise : asked) switch
        {
            TimestampFormat.UnixSeconds => UnixSeconds(at).ToString(CultureInfo.InvariantCulture),
            TimestampFormat.Rfc822 => Rfc822(at),
            _ => Iso8601(at),
        };
}
