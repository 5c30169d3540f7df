using System.Collections.Immutable;
using Minato.Elb.State;

namespace Minato.Elb.Planning;

/// <summary>Names that the attributes of an HTTPS listener give to the headers that tell targets of TLS and of the client's certificate.</summary>
internal static class RequestHeaderNames
{
    private const string Prefix = "routing.http.request.";
    private const string Suffix = ".header_name";
    private const int LongestName = 128;

    private static readonly ImmutableArray<string> s_headers =
    [
        "X-Amzn-Mtls-Clientcert", "X-Amzn-Mtls-Clientcert-Issuer", "X-Amzn-Mtls-Clientcert-Leaf", "X-Amzn-Mtls-Clientcert-Serial-Number",
        "X-Amzn-Mtls-Clientcert-Subject", "X-Amzn-Mtls-Clientcert-Validity", "X-Amzn-Tls-Cipher-Suite", "X-Amzn-Tls-Version",
    ];

    public static IEnumerable<AttributeSpec> Specs => s_headers.Select(h => new AttributeSpec(KeyOf(h), "", IsName));

    public static ImmutableArray<(string Header, string Name)> Of(ListenerState listener) => listener.Attributes.IsEmpty ? []
        : [.. s_headers.Select(h => (Header: h, Name: listener.Attributes.GetValueOrDefault(KeyOf(h), ""))).Where(h => h.Name.Length > 0)];

    private static string KeyOf(string header) => Prefix + header.ToLowerInvariant().Replace('-', '_') + Suffix;

    private static bool IsName(string text) => text.Length is > 0 and <= LongestName && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
