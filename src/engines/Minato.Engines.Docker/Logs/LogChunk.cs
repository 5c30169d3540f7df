namespace Minato.Engines.Docker;

/// <param name="Ticks">The engine's time in units of 100 ns since the year 1.</param>
/// <param name="Text">Ends with a line feed unless the engine split the line.</param>
internal readonly record struct LogChunk(long Ticks, ReadOnlyMemory<byte> Text, bool IsError);

/// <summary>The daemon puts <c>2026-01-02T03:04:05.123456789Z</c> and a space before every piece.</summary>
internal static class LogTimestamp
{
    public const int Length = 31;

    public static bool TryParse(ReadOnlySpan<byte> text, out long ticks)
    {
        ticks = 0;
        if (text.Length < Length || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':'
            || text[19] != '.' || text[29] != 'Z' || text[30] != ' ') return false;
        if (!Digits(text[..4], out var year) || !Digits(text[5..7], out var month) || !Digits(text[8..10], out var day)
            || !Digits(text[11..13], out var hour) || !Digits(text[14..16], out var minute) || !Digits(text[17..19], out var second)
            || !Digits(text[20..29], out var nanosecond)) return false;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month)
            || hour > 23 || minute > 59 || second > 59) return false;
        ticks = new DateTime(year, month, day, hour, minute, second, DateTimeKind.Utc).Ticks + nanosecond / TimeSpan.NanosecondsPerTick;
        return true;
    }

    private static bool Digits(ReadOnlySpan<byte> text, out int value)
    {
        value = 0;
        foreach (var digit in text)
        {
            if (digit is < (byte)'0' or > (byte)'9') return false;
            value = value * 10 + (digit - '0');
        }
        return true;
    }
}
