using System.Globalization;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>Answers that the load balancer makes itself, in the words of AWS's.</summary>
internal static class Pages
{
    public const string ServerHeader = "hdr Server awselb/2.0";

    private static readonly (int Status, string Reason)[] Errors =
    [
        (400, "Bad Request"), (403, "Forbidden"), (405, "Not Allowed"), (408, "Request Timeout"), (413, "Request Entity Too Large"),
        (500, "Internal Server Error"), (501, "Not Implemented"), (502, "Bad Gateway"), (503, "Service Temporarily Unavailable"),
        (504, "Gateway Time-out"),
    ];

    public static string Html(int status) => Html($"{status} {Reason(status)}");

    public static string Reason(int status) => status switch
    {
        301 => "Moved Permanently",
        302 => "Found",
        463 => "Too Many X-Forwarded-For Addresses",
        464 => "Incompatible Protocol Versions",
        _ => Errors.FirstOrDefault(e => e.Status == status).Reason ?? status.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>The arguments of <c>http-request return</c> for one of our own pages.</summary>
    public static string Return(int status) => $"status {status} content-type text/html string \"{Html(status)}\" {ServerHeader}";

    public static IEnumerable<string> ErrorLines() => Errors.Select(e => $"http-error {Return(e.Status)}");

    /// <summary>
    /// The whole answer in place of HAProxy's 503. In a backend that has usable servers that one only ever means that no connection could
    /// be made: 502 to a client of AWS's. A file may have another status than the one it stands for, and costs nothing when it is not needed.
    /// </summary>
    public static string Unreached
    {
        get
        {
            var page = Html(502).Replace("\\r\\n", "\r\n", StringComparison.Ordinal);
            return $"HTTP/1.1 502 Bad Gateway\r\nServer: awselb/2.0\r\nContent-Type: text/html\r\nContent-Length: {page.Length.ToString(CultureInfo.InvariantCulture)}\r\n\r\n{page}";
        }
    }

    private static string Html(string title) =>
        $"<html>\\r\\n<head><title>{title}</title></head>\\r\\n<body>\\r\\n<center><h1>{title}</h1></center>\\r\\n</body>\\r\\n</html>\\r\\n";
}
