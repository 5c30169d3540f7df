using System.Globalization;
using System.Text;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>Writes a redirect: the placeholders become sample expressions, everything else is encoded for a URL.</summary>
internal static class RedirectWriter
{
    private const string WholeQuery = "#{query}";

    public static void Write(Action<string> line, ProxyAction.Redirect redirect, ProxyListener listener, string when)
    {
        var (protocol, port) = (listener.Tls is null ? "http" : "https", listener.Port.ToString(CultureInfo.InvariantCulture));
        string Part(string text) => RedirectWriter.Part(text, protocol, port);
        var path = redirect.Path.StartsWith('/') ? redirect.Path : "/" + redirect.Path;
        var place = $"{Part(redirect.Protocol.ToLowerInvariant())}://{Part(redirect.Host)}:{Part(redirect.Port)}{Part(path)}";
        var status = redirect.Status is 301 ? 301 : 302;
        var head = $"http-request return status {status} content-type text/html string \"{Pages.Html(status)}\" {Pages.ServerHeader} hdr Location";
        if (redirect.Query == WholeQuery)
        {
            // AWS: without a query there is no question mark either.
            var and = when.Length > 0 ? when + " " : " if ";
            line($"{head} {place}?%[query]{and}{{ query -m len gt 0 }}");
            line($"{head} {place}{when}");
            return;
        }
        var query = redirect.Query.Length > 0 ? "?" + Part(redirect.Query) : "";
        line($"{head} {place}{query}{when}");
    }

    private static string Part(string text, string protocol, string port)
    {
        var format = new StringBuilder();
        for (var i = 0; i < text.Length;)
        {
            var (name, sample) = Placeholders(protocol, port).FirstOrDefault(p => text.AsSpan(i).StartsWith(p.Name, StringComparison.Ordinal));
            if (name is not null) { format.Append(sample); i += name.Length; continue; }
            var rune = Rune.TryGetRuneAt(text, i, out var whole) ? whole : Rune.ReplacementChar;
            AppendLiteral(format, rune);
            i += char.IsSurrogatePair(text, i) ? 2 : 1;
        }
        return format.ToString();
    }

    private static IEnumerable<(string Name, string Sample)> Placeholders(string protocol, string port) =>
    [
        ("#{protocol}", protocol), ("#{host}", "%[req.hdr(host),field(1,:)]"), ("#{port}", port),
        ("#{path}", "%[path,regsub(^/,)]"), (WholeQuery, "%[query]"),
    ];

    private static void AppendLiteral(StringBuilder format, Rune rune)
    {
        const string Plain = "-._~/:@!&()*+,;=?";
        if (rune.Value == '%') format.Append("%%"); // The log format's way to say it.
        else if (rune.IsAscii && (char.IsAsciiLetterOrDigit((char)rune.Value) || Plain.Contains((char)rune.Value, StringComparison.Ordinal))) format.Append((char)rune.Value);
        else AppendEncoded(format, rune);
    }

    private static void AppendEncoded(StringBuilder format, Rune rune)
    {
        Span<byte> bytes = stackalloc byte[4];
        foreach (var b in bytes[..rune.EncodeToUtf8(bytes)]) format.Append(CultureInfo.InvariantCulture, $"%%{b:X2}");
    }
}
