using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Minato.Ec2.Planning;

/// <summary>A block of IPv6 addresses, as CIDR writes it. Nobody has such an address here: rules and routes say so, and are kept.</summary>
internal static class Ipv6Block
{
    /// <returns>The block without the bits that name a host in it; null when it is none.</returns>
    public static string? Canonical(string? text)
    {
        if (text?.Split('/') is not [var address, var length] || !IPAddress.TryParse(address, out var parsed)) return null;
        if (parsed.AddressFamily != AddressFamily.InterNetworkV6 || parsed.ScopeId != 0) return null;
        if (!int.TryParse(length, NumberStyles.None, CultureInfo.InvariantCulture, out var prefix) || prefix > 128) return null;
        var bytes = parsed.GetAddressBytes();
        for (var i = 0; i < bytes.Length; i++) bytes[i] &= (byte)(0xFF00 >> Math.Clamp(prefix - i * 8, 0, 8));
        return string.Create(CultureInfo.InvariantCulture, $"{new IPAddress(bytes)}/{prefix}");
    }
}
