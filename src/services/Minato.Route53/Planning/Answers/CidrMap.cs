using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;

namespace Minato.Route53.Planning.Answers;

/// <summary>Which locations of a CIDR collection an asker is in, the longest range first. Askers have IPv4 addresses: ranges of IPv6 hold nobody.</summary>
internal sealed class CidrMap(IEnumerable<KeyValuePair<string, string>> blocks)
{
    private readonly ImmutableArray<(uint First, uint Mask, int Length, string Location)> _ranges =
        [.. blocks.Select(b => (Network: IPNetwork.Parse(b.Key), Location: b.Value)).Where(b => b.Network.BaseAddress.AddressFamily == AddressFamily.InterNetwork)
            .OrderByDescending(b => b.Network.PrefixLength)
            .Select(b => (BinaryPrimitives.ReadUInt32BigEndian(b.Network.BaseAddress.GetAddressBytes()), uint.MaxValue << (32 - b.Network.PrefixLength), b.Network.PrefixLength, b.Location))];

    /// <returns>How many bits of the longest range of the location that holds the asker are fixed; 0 when none does.</returns>
    public int Within(uint address, string location)
    {
        foreach (var (first, mask, length, name) in _ranges)
        {
            if ((address & mask) == first && name == location) return length;
        }

        return 0;
    }
}
