using System.Globalization;
using Minato.Engines.Proxy;

namespace Minato.Elb.Traffic;

/// <summary>A line of a connection log of an Application Load Balancer. AWS: thirteen fields with blanks between them.</summary>
internal static class ConnectionLogLine
{
    private const string None = "-";

    /// <param name="first">The first request that came over it.</param>
    /// <param name="balancer"><c>app/NAME/ID</c>.</param>
    public static string Write(ProxyRequestDetails first, string balancer, int port)
    {
        var isSecure = first.TlsProtocol is not null;
        var certificate = first.ClientCertificate;
        return Join(
            first.ConnectedAt ?? first.BeganAt, first.ClientAddress, first.ClientPort, port, first.TlsProtocol, first.TlsCipher,
            isSecure && first.HandshakeTime is { } time ? time.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture) : null,
            certificate is null ? null : $"\"{AccessLogLine.Escaped(certificate.Subject)}\"",
            certificate is null ? null : string.Create(CultureInfo.InvariantCulture, $"NotBefore={certificate.NotBefore.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'};NotAfter={certificate.NotAfter.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss'Z'}"),
            certificate?.Serial, isSecure ? "Success" : null, balancer);
    }

    public static string WriteFailed(ProxyConnectionDetails connection, string balancer, int port) =>
        Join(connection.BeganAt, connection.ClientAddress, connection.ClientPort, port, null, null, null, null, null, null, "Failed:" + Fault(connection.HandshakeFault ?? 0), balancer);

    /// <summary>AWS's words for OpenSSL's numbers.</summary>
    private static string Fault(int number) => number switch
    {
        2 or 18 or 19 or 20 or 21 or 27 => "ClientCertUntrusted",
        9 => "ClientCertNotYetValid",
        10 => "ClientCertExpired",
        11 or 12 or 33 => "ClientCertCRLProcessingError",
        22 => "ClientCertMaxChainDepthExceeded",
        23 => "ClientCertCRLHit",
        24 or 26 => "ClientCertPurposeInvalid",
        28 => "ClientCertRejected",
        _ => "UnmappedConnectionError",
    };

    // The last field, which key exchange it was, the proxy does not tell.
    private static string Join(
        DateTimeOffset time, string client, int clientPort, int port, string? protocol, string? cipher, string? handshake, string? subject, string? validity, string? serial, string? status, string balancer) =>
        string.Join(' ', AccessLogLine.Time(time), client, AccessLogLine.Text(clientPort), AccessLogLine.Text(port), protocol ?? None, cipher ?? None, handshake ?? None,
            subject ?? None, validity ?? None, serial ?? None, status ?? None, AccessLogLine.Connection(client, clientPort, balancer), None);
}
