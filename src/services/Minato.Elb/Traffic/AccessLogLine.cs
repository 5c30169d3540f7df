using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Minato.Engines.Proxy;

namespace Minato.Elb.Traffic;

/// <summary>A line of an access log. AWS: thirty-three fields with blanks between them; new ones come at the end only.</summary>
internal static class AccessLogLine
{
    private const string None = "-";

    /// <param name="balancer"><c>app/NAME/ID</c>.</param>
    /// <param name="groupArn">Of the group the request was sent to; null when it was not.</param>
    /// <param name="isGrpc">Whether that group's targets speak gRPC.</param>
    /// <param name="certificateArn">Of the certificate that was presented; null when that is not known, or there was none.</param>
    public static string Write(
        ProxyRequest request, ProxyRequestDetails details, string balancer, int port, string? groupArn, bool isGrpc = false, string? certificateArn = null)
    {
        var scheme = details.TlsProtocol is null ? "http" : "https";
        var target = request.Server is not null && details.ServerPort is { } serverPort ? $"{details.ServerAddress}:{Text(serverPort)}" : null;
        var status = request.End is RequestEnd.Abandoned ? 460 : request.Status;
        var serverStatus = request.ServerStatus is { } given ? Text(given) : null;
        var isAnswered = request.ServerTime is not null;
        return string.Join(' ',
            TypeOf(request, details, scheme, isGrpc), Time(request.EndedAt), balancer, $"{details.ClientAddress}:{Text(details.ClientPort)}", target ?? None,
            Seconds(isAnswered ? details.RequestTime : null), Seconds(request.ServerTime), Seconds(isAnswered ? TimeSpan.Zero : null),
            status > 0 ? Text(status) : None, serverStatus ?? None, Text(details.BytesIn), Text(details.BytesOut),
            Quoted(Request(request, details, scheme, port)), Quoted(details.UserAgent), details.TlsCipher ?? None, details.TlsProtocol ?? None, groupArn ?? None,
            Quoted(details.TraceId), Quoted(details.ServerName), Quoted(certificateArn), Priority(request, details), Time(details.BeganAt),
            Quoted(Actions(request, groupArn)), Quoted(details.Location), Quoted(null), Quoted(target), Quoted(serverStatus),
            Quoted(null), Quoted(null), Connection(details.ClientAddress, details.ClientPort, balancer), Quoted(null), Quoted(null), Quoted(null));
    }

    private static string TypeOf(ProxyRequest request, ProxyRequestDetails details, string scheme, bool isGrpc) => (request.Status, details.Version) switch
    {
        (_, ['H', 'T', 'T', 'P', '/', '2', ..]) when isGrpc => "grpcs",
        (101, _) => scheme is "http" ? "ws" : "wss",
        (_, ['H', 'T', 'T', 'P', '/', '2', ..]) => "h2",
        _ => scheme,
    };

    /// <summary>AWS: always with the port, and dashes for what was no request.</summary>
    private static string Request(ProxyRequest request, ProxyRequestDetails details, string scheme, int port)
    {
        if (request.End is RequestEnd.Malformed) return $"- {scheme}://-:{Text(port)}- -";
        var host = details.Host is { } given ? given.Split(':')[0] : details.ClientAddress;
        return $"{details.Method} {scheme}://{host}:{Text(port)}{details.Target} {details.Version}";
    }

    private static string Priority(ProxyRequest request, ProxyRequestDetails details) =>
        request.End is RequestEnd.Malformed ? "-1" : Text(details.Priority ?? 0);

    private static string? Actions(ProxyRequest request, string? groupArn) => request switch
    {
        { End: RequestEnd.Told, Status: 301 or 302 } => "redirect",
        { End: RequestEnd.Told } => "fixed-response",
        _ => groupArn is null ? null : "forward",
    };

    /// <summary>The same for all requests of a connection.</summary>
    public static string Connection(string client, int port, string balancer) =>
        "TID_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{balancer} {client}:{Text(port)}")).AsSpan(0, 16));

    public static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan? time) => time is { } given ? given.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture) : "-1";

    private static string Quoted(string? text) => text is null ? "\"-\"" : "\"" + Escaped(text) + "\"";

    /// <summary>AWS: quotes, backslashes and what is not printable are written as <c>\xHH</c>.</summary>
    public static string Escaped(string text)
    {
        if (!text.AsSpan().ContainsAny('"', '\\') && !text.AsSpan().ContainsAnyExceptInRange(' ', '~')) return text;
        var escaped = new StringBuilder();
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (b is >= (byte)' ' and <= (byte)'~' and not (byte)'"' and not (byte)'\\') escaped.Append((char)b);
            else escaped.Append(CultureInfo.InvariantCulture, $"\\x{b:x2}");
        }
        return escaped.ToString();
    }

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
