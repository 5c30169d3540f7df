using System.Collections.Frozen;

namespace Minato.Route53.Planning.Answers;

/// <summary>How far regions are from each other. AWS measures latencies; the way along the globe stands in for them.</summary>
internal static class Regions
{
    private static readonly FrozenDictionary<string, (double Latitude, double Longitude)> s_places = new Dictionary<string, (double, double)>(StringComparer.Ordinal)
    {
        ["us-east-1"] = (39.0, -77.5), ["us-east-2"] = (40.0, -83.0), ["us-west-1"] = (37.4, -121.9), ["us-west-2"] = (45.9, -119.3),
        ["ca-central-1"] = (45.5, -73.6), ["ca-west-1"] = (51.0, -114.1), ["mx-central-1"] = (20.6, -100.4), ["sa-east-1"] = (-23.5, -46.6),
        ["eu-west-1"] = (53.3, -6.3), ["eu-west-2"] = (51.5, -0.1), ["eu-west-3"] = (48.9, 2.4), ["eu-central-1"] = (50.1, 8.7),
        ["eu-central-2"] = (47.4, 8.5), ["eu-north-1"] = (59.3, 18.1), ["eu-south-1"] = (45.5, 9.2), ["eu-south-2"] = (41.6, -0.9),
        ["ap-east-1"] = (22.3, 114.2), ["ap-east-2"] = (25.0, 121.5), ["ap-south-1"] = (19.1, 72.9), ["ap-south-2"] = (17.4, 78.5),
        ["ap-southeast-1"] = (1.4, 103.8), ["ap-southeast-2"] = (-33.9, 151.2), ["ap-southeast-3"] = (-6.2, 106.8), ["ap-southeast-4"] = (-37.8, 145.0),
        ["ap-southeast-5"] = (3.1, 101.7), ["ap-southeast-6"] = (-36.8, 174.8), ["ap-southeast-7"] = (13.8, 100.5), ["ap-northeast-1"] = (35.7, 139.7),
        ["ap-northeast-2"] = (37.6, 127.0), ["ap-northeast-3"] = (34.7, 135.5), ["me-south-1"] = (26.2, 50.6), ["me-central-1"] = (25.2, 55.3),
        ["il-central-1"] = (32.1, 34.8), ["af-south-1"] = (-33.9, 18.4), ["cn-north-1"] = (39.9, 116.4), ["cn-northwest-1"] = (37.5, 105.2),
        ["us-gov-east-1"] = (40.0, -83.0), ["us-gov-west-1"] = (45.9, -119.3), ["eusc-de-east-1"] = (52.4, 13.1),
    }.ToFrozenDictionary();

    /// <returns>0 for the same one; in no unit, but comparable.</returns>
    public static double Distance(string one, string other)
    {
        if (one == other) return 0;
        return s_places.TryGetValue(one, out var a) && s_places.TryGetValue(other, out var b) ? Distance(a, b) : double.MaxValue / 2;
    }

    /// <returns>Null for a region that nobody knows.</returns>
    public static (double Latitude, double Longitude)? PlaceOf(string region) => s_places.TryGetValue(region, out var place) ? place : null;

    public static double Distance((double Latitude, double Longitude) a, (double Latitude, double Longitude) b)
    {
        double latitude = Radians(b.Latitude - a.Latitude) / 2, longitude = Radians(b.Longitude - a.Longitude) / 2;
        var h = (Math.Sin(latitude) * Math.Sin(latitude)) + (Math.Cos(Radians(a.Latitude)) * Math.Cos(Radians(b.Latitude)) * Math.Sin(longitude) * Math.Sin(longitude));
        return 2 * Math.Asin(Math.Sqrt(h));
    }

    private static double Radians(double degrees) => degrees * Math.PI / 180;
}
