namespace Minato.Ec2.Planning;

/// <summary>Finds the range of a new default VPC. VPCs are real networks of one host, so no two may overlap.</summary>
internal static class VpcRanges
{
    /// <returns>AWS's own 172.31.0.0/16 when nobody has it, else the next free /16 of private space; null when there is none.</returns>
    public static Ipv4Range? Choose(IEnumerable<string> used)
    {
        // A default route (0.0.0.0/0) says nothing about who uses a range; IPv6 ranges do not concern us.
        var taken = used.Select(text => Ipv4Range.TryParse(text, out var range) ? range : default).Where(r => r.Prefix > 0).ToList();
        foreach (var candidate in Candidates())
        {
            if (!taken.Exists(candidate.Overlaps)) return candidate;
        }
        return null;
    }

    private static IEnumerable<Ipv4Range> Candidates()
    {
        yield return Block(172, 31);
        for (uint second = 16; second <= 30; second++) yield return Block(172, second);
        for (uint second = 0; second <= 255; second++) yield return Block(10, second);
    }

    private static Ipv4Range Block(uint first, uint second) => new(first << 24 | second << 16, 16);
}
