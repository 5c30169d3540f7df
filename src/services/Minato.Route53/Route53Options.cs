using System.Collections.Immutable;

namespace Minato.Route53;

/// <summary>What Route 53 is to know of the world.</summary>
public sealed record Route53Options
{
    /// <summary>Where askers are, for latency and geolocation routing. Everybody else is near us-east-1 and in no country.</summary>
    public ImmutableArray<SourceRange> Sources { get; init; } = [];
}

/// <param name="Cidr">IPv4.</param>
/// <param name="Region">The AWS region it is nearest to.</param>
/// <param name="Continent">As in GeoLocation, e.g. <c>EU</c>.</param>
/// <param name="Country">e.g. <c>DE</c>.</param>
/// <param name="Subdivision">e.g. <c>WA</c>, of the United States or Ukraine.</param>
public sealed record SourceRange(string Cidr, string? Region = null, string? Continent = null, string? Country = null, string? Subdivision = null);
