using System.Globalization;
using System.Text;
using Minato.Engines.HaProxy.Configuration;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Running;

/// <summary>Reads what <see cref="RequestLines"/> makes HAProxy write.</summary>
internal static class RequestLine
{
    private const int BriefWords = 8;
    private const int WholeWords = 28;

    /// <returns>Null for what is not about a request of a client: HAProxy also says when it starts, and what it handed over.</returns>
    public static ProxyRequest? Parse(ReadOnlySpan<byte> line, DateTimeOffset now)
    {
        var words = Words(Encoding.UTF8.GetString(line));
        if (words is [RequestLines.Connection or RequestLines.FailedHandshake, ['f', '_', ..], ..]) return ConnectionLine.Parse(words, now);
        if (words is not [RequestLines.Brief or RequestLines.Whole, ['f', '_', .. var listener], .. ] || words.Count < BriefWords) return null;
        var backend = words[2];
        if (backend.StartsWith("h_", StringComparison.Ordinal)) return null; // The worker that it was handed to tells of it.
        var (status, serverTime) = (Number(words[4]), Number(words[5]));
        var answered = serverTime >= 0 && backend.StartsWith("b_", StringComparison.Ordinal) && words[6] is not ['P', 'H'];
        var end = answered ? RequestEnd.Answered : EndOf(words[6], backend, status);
        return new()
        {
            Listener = listener,
            EndedAt = now,
            Backend = backend.StartsWith("b_", StringComparison.Ordinal) ? backend[2..] : null,
            Server = words[3] is ['<', ..] ? null : words[3],
            End = end,
            // HAProxy counts its 503, whose page is a 502.
            Status = end is RequestEnd.Unreached ? 502 : Math.Max(0, status),
            ServerStatus = answered ? status : null,
            ServerTime = answered ? TimeSpan.FromMilliseconds(serverTime) : null,
            Weight = words[0] == RequestLines.Brief && answered ? RequestLines.Weight(Number(words[7])) : 1,
            Details = words[0] == RequestLines.Whole && words.Count >= WholeWords ? Details(words, now) : null,
        };
    }

    /// <param name="state">How HAProxy says that a session ended: who ended it, and in which phase.</param>
    private static RequestEnd EndOf(string state, string backend, int status) => state switch
    {
        ['L', ..] when backend is ['a', '_', ..] || (status is not 405 && backend is ['f', '_', ..]) => RequestEnd.Told,
        ['L', ..] => RequestEnd.Error,
        [_, 'R'] => RequestEnd.Malformed,
        ['C' or 'c', ..] => RequestEnd.Abandoned,
        [_, 'C'] => RequestEnd.Unreached,
        _ => RequestEnd.Error,
    };

    private static ProxyRequestDetails Details(List<string> words, DateTimeOffset now)
    {
        const int From = BriefWords;
        var (total, queued, connected) = (Number(words[From + 4]), Number(words[From + 5]), Number(words[From + 6]));
        return new()
        {
            ClientAddress = words[From],
            ClientPort = Number(words[From + 1]),
            ServerAddress = Given(words[From + 2]),
            ServerPort = Number(words[From + 3]) is > 0 and var port ? port : null,
            BeganAt = now - TimeSpan.FromMilliseconds(Math.Max(0, total)),
            RequestTime = connected >= 0 ? TimeSpan.FromMilliseconds(Math.Max(0, Number(words[From + 7])) + Math.Max(0, queued) + connected) : null,
            BytesIn = Long(words[From + 8]),
            BytesOut = Long(words[From + 9]),
            TlsProtocol = Given(words[From + 10]),
            TlsCipher = Given(words[From + 11]),
            Priority = Number(words[From + 12]) is > 0 and var rule ? rule : null,
            Method = Given(words[From + 13]) ?? "-",
            Target = Given(words[From + 14]) ?? "-",
            Version = Given(words[From + 15]) ?? "-",
            Host = Given(words[From + 16]),
            UserAgent = Given(words[From + 17]),
            TraceId = Given(words[From + 18]),
            Location = Given(words[From + 19]),
            HandshakeTime = words.Count > From + 20 && Number(words[From + 20]) is >= 0 and var handshake ? TimeSpan.FromMilliseconds(handshake) : null,
            ConnectedAt = words.Count > From + 21 && Long(words[From + 21]) is > 0 and var since ? DateTimeOffset.FromUnixTimeSeconds(since) : null,
            ServerName = words.Count > From + 22 ? Given(words[From + 22]) : null,
            ClientCertificate = words.Count > From + 26 ? Certificate(words.GetRange(From + 23, 4)) : null,
        };
    }

    private static ProxyClientCertificate? Certificate(List<string> words) =>
        Given(words[0]) is { } subject && ConnectionLine.Date(words[2]) is { } from && ConnectionLine.Date(words[3]) is { } until ? new(subject, words[1], from, until) : null;

    /// <summary>Words between blanks; quoted ones may hold blanks, and quotes behind a backslash.</summary>
    private static List<string> Words(string line)
    {
        var words = new List<string>(WholeWords);
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] is ' ' or '\n') continue;
            if (line[i] != '"')
            {
                var end = line.AsSpan(i).IndexOfAny(' ', '\n') is >= 0 and var at ? i + at : line.Length;
                words.Add(line[i..end]);
                i = end;
                continue;
            }
            var text = new StringBuilder();
            for (i++; i < line.Length && line[i] != '"'; i++)
            {
                if (line[i] == '\\' && i + 1 < line.Length) i++;
                text.Append(line[i]);
            }
            words.Add(text.ToString());
        }
        return words;
    }

    internal static int Number(string word) => int.TryParse(word.AsSpan().TrimStart('+'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : -1;

    internal static long Long(string word) => long.TryParse(word.AsSpan().TrimStart('+'), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    internal static string? Given(string word) => word is "" or "-" ? null : word;
}
