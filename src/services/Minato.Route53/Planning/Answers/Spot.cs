using System.Globalization;
using Minato.Contracts.Route53;

namespace Minato.Route53.Planning.Answers;

/// <summary>A point on the globe that a geoproximity record stands at, and how much nearer than it is it counts.</summary>
/// <param name="Bias">-99 to 99. AWS: the way to it counts as long as it is, less so many per cent.</param>
internal sealed record Spot(double Latitude, double Longitude, int Bias)
{
    /// <returns>Null without a location, and for one that is not known.</returns>
    public static Spot? Of(GeoProximityLocation? location)
    {
        var place = location switch
        {
            { AWSRegion: { } region } => Regions.PlaceOf(region),
            { Coordinates: { } at } => (Degrees(at.Latitude), Degrees(at.Longitude)) is ({ } latitude, { } longitude) ? (latitude, longitude) : null,
            _ => ((double, double)?)null,
        };
        return place is var (north, east) ? new(north, east, location?.Bias ?? 0) : null;
    }

    public double From(string region) => Regions.PlaceOf(region) is { } asker ? Regions.Distance(asker, (Latitude, Longitude)) * (1 - Bias / 100.0) : double.MaxValue / 2;

    private static double? Degrees(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;
}
