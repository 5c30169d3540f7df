using System.Collections.Immutable;
using Minato.Elb.State;
using Minato.Engines.Proxy;

namespace Minato.Elb.Planning;

/// <summary>Attributes that only HTTPS listeners have: what the headers are called that tell targets of TLS and of client certificates.</summary>
internal static class SecureAttributes
{
    private const int LongestName = 40;

    public static readonly ImmutableArray<AttributeSpec> Listener =
    [
        .. Attributes.Listener,
        .. new[] { "mtls_clientcert", "mtls_clientcert_issuer", "mtls_clientcert_leaf", "mtls_clientcert_serial_number", "mtls_clientcert_subject", "mtls_clientcert_validity", "tls_cipher_suite", "tls_version" }
            .Select(name => new AttributeSpec(KeyOf(name), "", IsHeaderName)),
    ];

    public static ProxyTlsHeaders HeadersOf(ListenerState listener)
    {
        var usual = ProxyTlsHeaders.Usual;
        string Name(string attribute, string otherwise) => listener.Attributes.GetValueOrDefault(KeyOf(attribute), "") is { Length: > 0 } name ? name : otherwise;
        return new()
        {
            Certificate = Name("mtls_clientcert", usual.Certificate),
            Issuer = Name("mtls_clientcert_issuer", usual.Issuer),
            Leaf = Name("mtls_clientcert_leaf", usual.Leaf),
            SerialNumber = Name("mtls_clientcert_serial_number", usual.SerialNumber),
            Subject = Name("mtls_clientcert_subject", usual.Subject),
            Validity = Name("mtls_clientcert_validity", usual.Validity),
            CipherSuite = Name("tls_cipher_suite", usual.CipherSuite),
            Version = Name("tls_version", usual.Version),
        };
    }

    private static string KeyOf(string name) => $"routing.http.request.x_amzn_{name}.header_name";

    private static bool IsHeaderName(string name) => name.Length is > 0 and <= LongestName && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
