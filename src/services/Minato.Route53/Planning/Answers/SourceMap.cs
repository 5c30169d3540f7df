using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Net;
using Minato.Contracts.Route53;

namespace Minato.Route53.Planning.Answers;

/// <summary>Where askers are, by their addresses: of several ranges the longest counts. AWS measures; here it is told.</summary>
internal sealed class SourceMap
{
    private const string DefaultRegion = "us-east-1";

    public static readonly SourceMap Empty = new([]);

    private readonly ImmutableArray<(uint First, uint Mask, SourceRange Range)> _ranges;

    public SourceMap(IEnumerable<SourceRange> ranges) => _ranges =
        [.. ranges.Select(r => (Network: IPNetwork.Parse(r.Cidr), Range: r)).OrderByDescending(r => r.Network.PrefixLength)
            .Select(r => (BinaryPrimitives.ReadUInt32BigEndian(r.Network.BaseAddress.GetAddressBytes()), Mask(r.Network.PrefixLength), r.Range))];

    public string RegionOf(uint address) => Find(address)?.Region ?? DefaultRegion;

    public Place PlaceOf(uint address) => Find(address) is { } range ? new(range.Continent, range.Country, range.Subdivision) : default;

    private static uint Mask(int length) => length == 0 ? 0 : uint.MaxValue << (32 - length);

    private SourceRange? Find(uint address)
    {
        foreach (var (first, mask, range) in _ranges)
        {
            if ((address & mask) == first) return range;
        }

        return null;
    }
}

/// <summary>A place on earth, as far as it is known.</summary>
internal readonly record struct Place(string? Continent, string? Country, string? Subdivision)
{
    /// <returns>0 when the area does not hold it; the smaller the area the larger.</returns>
    public int Within(GeoLocation area) => area switch
    {
        { CountryCode: "*" } => 1,
        { ContinentCode: { } continent } => continent == Continent ? 2 : 0,
        { CountryCode: { } country, SubdivisionCode: null } => country == Country ? 3 : 0,
        { CountryCode: { } country, SubdivisionCode: { } part } => country == Country && part == Subdivision ? 4 : 0,
        _ => 0,
    };
}
