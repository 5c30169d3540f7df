using System.Collections.Immutable;
using System.Globalization;
using Minato.Platform;

namespace Minato.Route53.Planning;

/// <summary>The four servers that a zone is told to have, spread over four top-level domains as AWS does.</summary>
internal static class NameServers
{
    /// <summary>AWS: of every private zone.</summary>
    public static readonly ImmutableArray<string> Private = ["ns-0.awsdns-00.com", "ns-512.awsdns-00.net", "ns-1024.awsdns-00.org", "ns-1536.awsdns-00.co.uk"];

    private static readonly string[] s_domains = ["com", "net", "org", "co.uk"];

    public static ImmutableArray<string> New(Ids ids) => [.. s_domains.Select((domain, i) =>
        string.Create(CultureInfo.InvariantCulture, $"ns-{(i * 512) + ids.Next(512)}.awsdns-{ids.Next(64):00}.{domain}"))];
}
