using System.Globalization;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>
/// How many headers a request or an answer may have, and how much of a URL is told. All headers have to fit into one buffer of HAProxy, 16 KiB, where AWS takes
/// 64 KiB of a request and 32 KiB of an answer: buffers twice as large are not kept at hand for the next request by HAProxy 2.6, and every request would pay
/// for it (one in twenty fewer a second).
/// </summary>
internal static class HeaderLimits
{
    /// <summary>Of what is told; AWS tells up to 16 KiB. Every request has such a piece of memory at hand while it lasts, beside its buffers.</summary>
    public const int LongestUrl = 4 * 1024;

    /// <summary>AWS knows no bound of their number; HAProxy needs one.</summary>
    private const int MostHeaders = 1_000;

    public static IEnumerable<string> Lines =>
    [
        $"tune.http.maxhdr {Text(MostHeaders)}",
        $"tune.http.logurilen {Text(LongestUrl)}", // Of what is told for a log; it would end after a kibibyte.
    ];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
