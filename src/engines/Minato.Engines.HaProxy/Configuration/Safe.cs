using System.Net;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>What may stand in the configuration as it is. Everything else is refused or encoded.</summary>
internal static class Safe
{
    public static bool IsId(string text) =>
        text.Length is > 0 and <= 128 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    public static bool IsHeaderName(string text) =>
        text.Length is > 0 and <= 128 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');

    /// <returns>The name of a request's header as HAProxy's parser takes it; null when it is none, or has an apostrophe, which no parser of its leaves alone.</returns>
    public static string? FieldName(string text) => text.Length is > 0 and <= 128 && text.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&*+-.^_`|~".Contains(c, StringComparison.Ordinal))
        ? text.Replace("#", "\\#", StringComparison.Ordinal) : null;

    public static bool IsHostName(string text) =>
        text.Length is > 0 and <= 255 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.');

    /// <summary>A word that means nothing but itself, wherever it stands.</summary>
    public static bool IsPlain(string text) =>
        text.Length is > 0 and <= 128 && text[0] != '-' && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '.' or '-' or '_');

    public static bool IsContentType(string text) =>
        text.Length is > 0 and <= 128 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '/' or '+' or '.' or ';' or '=' or ' ');

    /// <returns>Address and port as HAProxy writes them; null when the address is not one.</returns>
    public static string? Endpoint(string address, int port) => !IPAddress.TryParse(address, out var ip) || port is < 1 or > 65535
        ? null
        : new IPEndPoint(ip, port).ToString();

    public static string? Network(string cidr) => IPNetwork.TryParse(cidr, out var network) ? network.ToString()
        : IPAddress.TryParse(cidr, out var ip) ? ip.ToString() : null;

    public static bool IsCookieName(string text) =>
        text.Length is > 0 and <= 256 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    /// <returns>Text that HAProxy puts out as it is, without what is not printable; null when nothing is left.</returns>
    public static string? LogFormat(string text)
    {
        var printable = string.Concat(text.Where(c => c is >= ' ' and < (char)127));
        // A quote ends the quotes: it stands outside of them, behind a backslash.
        return printable.Length == 0 ? null : "'" + printable.Replace("%", "%%", StringComparison.Ordinal).Replace("'", "'\\''", StringComparison.Ordinal) + "'";
    }
}
