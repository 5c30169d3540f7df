namespace Minato.Ec2.Planning;

/// <summary>Names of regions and zones. Every region name works; the list is what <c>DescribeRegions</c> shows.</summary>
internal static class Places
{
    public static IReadOnlyList<string> Regions { get; } =
    [
        "ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1", "ap-southeast-2", "ca-central-1",
        "eu-central-1", "eu-north-1", "eu-west-1", "eu-west-2", "eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2",
    ];

    public static IReadOnlyList<string> ZoneLetters { get; } = ["a", "b", "c"];

    /// <summary><c>us-east-1</c> and 1 give <c>use1-az1</c>.</summary>
    public static string ZoneId(string region, int number)
    {
        var parts = region.Split('-');
        var middle = string.Concat(parts.Skip(1).Take(parts.Length - 2).Select(Short));
        return parts.Length < 3 ? $"{region}-az{number}" : $"{parts[0]}{middle}{parts[^1]}-az{number}";
    }

    /// <param name="zone">By its name; null for one that is not here.</param>
    public static string? IdOfZone(string region, string zone)
    {
        for (var i = 0; i < ZoneLetters.Count; i++)
            if (zone == region + ZoneLetters[i]) return ZoneId(region, i + 1);
        return null;
    }

    private static string Short(string word) => word switch
    {
        "northeast" => "ne",
        "northwest" => "nw",
        "southeast" => "se",
        "southwest" => "sw",
        "" => "",
        _ => word[..1],
    };
}
