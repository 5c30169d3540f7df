using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Minato.Contracts.Route53;
using Minato.Route53.State;

namespace Minato.Route53.Planning;

/// <summary>What ChangeCidrCollection demands, and what comes of it.</summary>
internal static class CidrRules
{
    public const int MostBlocks = 1000;
    private const int LongestV4 = 24;
    private const int LongestV6 = 48;

    /// <exception cref="InvalidInput">A range that is none, or is too small or too large.</exception>
    /// <exception cref="CidrBlockInUseException">The range belongs to another location.</exception>
    /// <exception cref="LimitsExceeded">There are too many.</exception>
    public static CidrCollectionState Apply(CidrCollectionState collection, ImmutableArray<CidrCollectionChange> changes)
    {
        var blocks = collection.Blocks.ToBuilder();
        foreach (var change in changes)
        {
            foreach (var text in change.CidrList)
            {
                var block = Demand(text);
                var holder = blocks.GetValueOrDefault(block);
                if (change.Action == CidrCollectionChangeAction.DeleteIfExists)
                {
                    if (holder == change.LocationName) blocks.Remove(block);
                }
                else if (holder is not null && holder != change.LocationName)
                    throw new CidrBlockInUseException($"The CIDR block {block} is already in use by location {holder}.");
                else blocks[block] = change.LocationName;
            }
        }

        return blocks.Count <= MostBlocks ? collection with { Blocks = blocks.ToImmutable() }
            : throw new LimitsExceeded($"Limits Exceeded: MAX_CIDR_BLOCKS_BY_COLLECTION - Cannot create more than {MostBlocks} CIDR blocks.");
    }

    // AWS: /1 to /24 and /1 to /48; a zero-bit range is the default location's.
    private static string Demand(string text)
    {
        if (!text.Contains('/', StringComparison.Ordinal) || !IPNetwork.TryParse(text, out var network) || !IPAddress.TryParse(text[..text.IndexOf('/', StringComparison.Ordinal)], out var written)
            || !written.Equals(network.BaseAddress)) throw new InvalidInput($"The CIDR block {text} is not valid.");
        var longest = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? LongestV4 : LongestV6;
        if (network.PrefixLength < 1 || network.PrefixLength > longest)
            throw new InvalidInput($"The CIDR block {text} is not valid: its prefix length has to be between 1 and {longest}.");
        return network.ToString();
    }
}
