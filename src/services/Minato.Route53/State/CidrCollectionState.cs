using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Minato.Route53.Planning.Answers;

namespace Minato.Route53.State;

/// <summary>Ranges of askers, each with the location that it belongs to.</summary>
internal sealed record CidrCollectionState
{
    /// <summary>The location of everybody whom no range holds.</summary>
    public const string DefaultLocation = "*";

    private ImmutableSortedSet<string>? _locations;
    private CidrMap? _map;

    public required string Id { get; init; }
    public required string AccountId { get; init; }
    public required string Name { get; init; }
    public required string CallerReference { get; init; }
    public long Version { get; init; } = 1;

    /// <summary>Location by range.</summary>
    public ImmutableSortedDictionary<string, string> Blocks
    {
        get;
        init
        {
            field = value.WithComparers(StringComparer.Ordinal);
            _locations = null; // A changed copy begins with what was made of the original.
            _map = null;
        }
    } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    [JsonIgnore]
    public string Arn => $"arn:aws:route53:::cidrcollection/{Id}";

    /// <summary>AWS: a location is there while it has a range.</summary>
    [JsonIgnore]
    public ImmutableSortedSet<string> Locations => _locations ??= Blocks.Values.ToImmutableSortedSet(StringComparer.Ordinal);

    [JsonIgnore]
    public CidrMap Map => _map ??= new(Blocks);
}
