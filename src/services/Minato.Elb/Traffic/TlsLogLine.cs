using System.Globalization;
using Minato.Engines.Proxy;

namespace Minato.Elb.Traffic;

/// <summary>A line of an access log of a Network Load Balancer. AWS: twenty-two fields of version 2.0, about a connection with TLS that ended.</summary>
internal static class TlsLogLine
{
    private const string None = "-";

    /// <param name="balancer"><c>net/NAME/ID</c>.</param>
    /// <param name="listener">Its id alone.</param>
    /// <param name="certificateArn">Of the certificate that was presented; null when that is not known.</param>
    public static string Write(DateTimeOffset end, ProxyConnectionDetails connection, string balancer, string listener, string? certificateArn) => string.Join(
        ' ', "tls", "2.0", Time(end), balancer, listener, $"{connection.ClientAddress}:{AccessLogLine.Text(connection.ClientPort)}",
        connection.ServerPort is { } port ? $"{connection.ServerAddress}:{AccessLogLine.Text(port)}" : None,
        Milliseconds(connection.Duration), connection.HandshakeTime is { } handshake ? Milliseconds(handshake) : None,
        AccessLogLine.Text(connection.BytesIn), AccessLogLine.Text(connection.BytesOut),
        None, certificateArn ?? None, None, // No alert came in; AWS never tells the serial number.
        connection.TlsCipher ?? None, connection.TlsProtocol?.Replace(".", "", StringComparison.Ordinal).ToLowerInvariant() ?? None, None,
        connection.ServerName is { } name ? AccessLogLine.Escaped(name) : None, connection.Alpn ?? None, None, None, Time(connection.BeganAt));

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Milliseconds(TimeSpan time) => AccessLogLine.Text((long)time.TotalMilliseconds);
}
