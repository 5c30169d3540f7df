using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Numerics;

namespace Minato.CloudFormation.Templates;

/// <summary>Fn::Cidr: the first blocks of a size inside a block.</summary>
internal static class CidrBlocks
{
    private const int Most = 256;

    /// <param name="bits">How many bits of an address are the host's; IPv6 counts by 64 unless told.</param>
    public static IEnumerable<string> Split(string block, string count, string? bits)
    {
        if (!IPNetwork.TryParse(block, out var network)) throw TemplateErrors.Template($"Fn::Cidr: {block} is not a valid CIDR block");
        var wide = network.BaseAddress.AddressFamily is AddressFamily.InterNetworkV6 ? 128 : 32;
        if (!int.TryParse(count, out var blocks) || blocks is < 1 or > Most) throw TemplateErrors.Template($"Fn::Cidr: count must be between 1 and {Most}");
        var host = bits is null ? wide == 128 ? 64 : 0 : int.TryParse(bits, out var given) ? given : -1;
        if (host < 0 || host > wide) throw TemplateErrors.Template("Fn::Cidr: cidrBits must be a number of bits");
        var length = wide - host;
        if (length < network.PrefixLength || (length - network.PrefixLength < 9 && blocks > 1 << (length - network.PrefixLength)))
            throw TemplateErrors.Template($"Fn::Cidr: {block} does not have room for {blocks} blocks of /{length}");
        var first = new BigInteger(network.BaseAddress.GetAddressBytes(), isUnsigned: true, isBigEndian: true);
        return Enumerable.Range(0, blocks).Select(i => $"{AddressOf(first + (BigInteger.One << host) * i, wide)}/{length.ToString(CultureInfo.InvariantCulture)}");
    }

    private static IPAddress AddressOf(BigInteger number, int wide)
    {
        var bytes = number.ToByteArray(isUnsigned: true, isBigEndian: true);
        var full = new byte[wide / 8];
        bytes.CopyTo(full, full.Length - bytes.Length);
        return new(full);
    }
}
