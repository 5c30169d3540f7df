using System.Globalization;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>How much a request or an answer may say before its body. HAProxy's own limits are a fraction of AWS's.</summary>
internal static class HeaderLimits
{
    /// <summary>AWS: a request's line has 16 KiB at most.</summary>
    public const int LongestUrl = 16 * 1024;

    /// <summary>
    /// One buffer holds all headers: 32 KiB and what HAProxy adds. AWS takes as much of an answer, and twice as much of a request; but
    /// buffers as large as that are not kept at hand for the next request, and with many clients every request pays for it.
    /// </summary>
    private const int Buffer = 33 * 1024;

    /// <summary>AWS knows no bound of their number; HAProxy needs one.</summary>
    private const int MostHeaders = 1_000;

    public static IEnumerable<string> Lines =>
    [
        $"tune.bufsize {Text(Buffer)}",
        $"tune.http.maxhdr {Text(MostHeaders)}",
        $"tune.http.logurilen {Text(LongestUrl)}", // Of what is told for a log; it would end after a kibibyte.
    ];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
