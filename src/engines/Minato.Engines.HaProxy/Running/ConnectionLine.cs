using System.Globalization;
using Minato.Engines.HaProxy.Configuration;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Running;

/// <summary>Reads what HAProxy writes of connections: those with TLS that it forwarded, and those whose handshake failed.</summary>
internal static class ConnectionLine
{
    private const int Words = 17;
    private const int WordsOfFailure = 5;

    /// <returns>Null when a word is missing.</returns>
    public static ProxyRequest? Parse(List<string> words, DateTimeOffset now)
    {
        if (words[0] == RequestLines.FailedHandshake) return words.Count < WordsOfFailure ? null : Failed(words, now);
        if (words.Count < Words) return null;
        var duration = TimeSpan.FromMilliseconds(Math.Max(0, RequestLine.Number(words[10])));
        var server = words[3] is ['<', ..] ? null : words[3];
        return new()
        {
            Listener = words[1][2..], Backend = words[2] is ['b', '_', .. var backend] ? backend : null, Server = server,
            EndedAt = now, Status = 0, End = server is null ? RequestEnd.Unreached : RequestEnd.Answered,
            Connection = new()
            {
                ClientAddress = words[5], ClientPort = RequestLine.Number(words[6]),
                ServerAddress = server is null ? null : RequestLine.Given(words[7]), ServerPort = server is not null && RequestLine.Number(words[8]) is > 0 and var port ? port : null,
                HandshakeTime = RequestLine.Number(words[9]) is >= 0 and var handshake ? TimeSpan.FromMilliseconds(handshake) : null,
                BeganAt = now - duration, Duration = duration, BytesIn = RequestLine.Long(words[11]), BytesOut = RequestLine.Long(words[12]),
                TlsProtocol = RequestLine.Given(words[13]), TlsCipher = RequestLine.Given(words[14]), ServerName = RequestLine.Given(words[15]), Alpn = RequestLine.Given(words[16]),
            },
        };
    }

    /// <summary>A date of a certificate as OpenSSL writes it, <c>YYMMDDhhmmssZ</c> or with four digits of the year.</summary>
    public static DateTimeOffset? Date(string text) =>
        DateTimeOffset.TryParseExact(text, ["yyMMddHHmmss'Z'", "yyyyMMddHHmmss'Z'"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date) ? date : null;

    private static ProxyRequest Failed(List<string> words, DateTimeOffset now) => new()
    {
        Listener = words[1][2..], EndedAt = now, Status = 0, End = RequestEnd.Malformed,
        Connection = new() { ClientAddress = words[2], ClientPort = RequestLine.Number(words[3]), BeganAt = now, HandshakeFault = Math.Max(0, RequestLine.Number(words[4])) },
    };
}
