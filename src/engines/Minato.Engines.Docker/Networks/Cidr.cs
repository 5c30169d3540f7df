using System.Net;

namespace Minato.Engines.Docker;

/// <summary>Ranges of IPv4.</summary>
internal static class Cidr
{
    /// <returns>Null for what is not a range of IPv4, such as one of IPv6.</returns>
    public static IPNetwork? Parse(string? text) =>
        IPNetwork.TryParse(text, out var range) && range.BaseAddress.AddressFamily is System.Net.Sockets.AddressFamily.InterNetwork
            ? range
            : null;

    public static bool Overlap(IPNetwork a, IPNetwork b) => a.Contains(b.BaseAddress) || b.Contains(a.BaseAddress);
}
