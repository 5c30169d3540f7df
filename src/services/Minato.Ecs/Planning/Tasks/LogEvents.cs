using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace Minato.Ecs.Planning.Tasks;

/// <param name="Time">Of its first line.</param>
/// <param name="LastTime">Of its last line: what has been read up to it.</param>
internal sealed record JoinedEvent(DateTimeOffset Time, DateTimeOffset LastTime, byte[] Text);

/// <summary>The multi-line options of awslogs: lines belong to the event before them until one looks like the start of another.</summary>
internal sealed class LogEvents(Regex start)
{
    private const int MostBytes = 256 * 1024 - 26; // AWS: as much as one event may have.
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(100); // For a pattern that runs away on a line.

    private readonly ArrayBufferWriter<byte> _text = new();
    private DateTimeOffset _first;
    private DateTimeOffset _last;

    public bool IsEmpty => _text.WrittenCount == 0;

    /// <returns>The event that is complete by this line, or null.</returns>
    public JoinedEvent? Add(DateTimeOffset time, ReadOnlySpan<byte> line)
    {
        var done = !IsEmpty && (_text.WrittenCount + line.Length >= MostBytes || IsStart(line)) ? Take() : null;
        if (IsEmpty) _first = time;
        else _text.Write("\n"u8);
        _text.Write(line);
        _last = time;
        return done;
    }

    /// <returns>What there is of an event, whether or not more would come; null when there is nothing.</returns>
    public JoinedEvent? Take()
    {
        if (IsEmpty) return null;
        var taken = new JoinedEvent(_first, _last, _text.WrittenSpan.ToArray());
        _text.ResetWrittenCount();
        return taken;
    }

    /// <returns>The pattern of the options, null when every line is an event.</returns>
    public static (Regex? Start, string? Problem) Read(IReadOnlyDictionary<string, string> options)
    {
        var pattern = options.GetValueOrDefault("awslogs-multiline-pattern");
        if (options.GetValueOrDefault("awslogs-datetime-format") is { Length: > 0 } format)
        {
            if (pattern is not null) return (null, "you cannot configure log opt 'awslogs-datetime-format' and 'awslogs-multiline-pattern' at the same time");
            pattern = OfDates(format);
        }

        if (string.IsNullOrEmpty(pattern)) return (null, null);
        try
        {
            return (new(pattern, RegexOptions.CultureInvariant, s_patience), null);
        }
        catch (ArgumentException e)
        {
            return (null, $"awslogs could not parse multiline pattern key \"{pattern}\": {e.Message}");
        }
    }

    private bool IsStart(ReadOnlySpan<byte> line)
    {
        try
        {
            return start.IsMatch(Encoding.UTF8.GetString(line));
        }
        catch (RegexMatchTimeoutException)
        {
            return true; // Better one event too many than a follower that stands still.
        }
    }

    // The directives of strftime that the driver knows.
    private static string OfDates(string format)
    {
        var pattern = new StringBuilder();
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                pattern.Append(Regex.Escape(format[i].ToString()));
                continue;
            }

            pattern.Append(format[++i] switch
            {
                'A' => "(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)",
                'a' => "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)",
                'B' => "(?:January|February|March|April|May|June|July|August|September|October|November|December)",
                'b' => "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)",
                'd' => "(?:0[1-9]|[12][0-9]|3[01])",
                'f' => "\\d{6}",
                'H' => "(?:[01][0-9]|2[0-4])",
                'I' => "(?:0[1-9]|1[0-2])",
                'j' => "(?:0[0-9][1-9]|[12][0-9]{2}|3[0-5][0-9]|36[0-6])",
                'L' => "\\.\\d{3}",
                'M' => "[0-5][0-9]",
                'm' => "(?:0[1-9]|1[0-2])",
                'p' => "[AP]M",
                'S' => "[0-5][0-9]",
                'w' => "[0-6]",
                'Y' => "\\d{4}",
                'y' => "\\d{2}",
                'Z' => "[A-Z]{1,4}T",
                'z' => "[+-]\\d{4}",
                var other => Regex.Escape(other.ToString()),
            });
        }

        return pattern.ToString();
    }
}
