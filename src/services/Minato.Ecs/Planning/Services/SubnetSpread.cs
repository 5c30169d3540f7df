using System.Collections.Immutable;

namespace Minato.Ecs.Planning.Services;

/// <summary>Spreads tasks over the zones of a service's subnets, then over the subnets of a zone.</summary>
internal static class SubnetSpread
{
    /// <param name="subnets">In the order the service names them: decides between equals.</param>
    /// <param name="zones">Zone of a subnet; one that is not known is a zone of its own.</param>
    /// <param name="taken">Subnet of each task that counts.</param>
    public static ImmutableArray<string> Choose(
        ImmutableArray<string> subnets, IReadOnlyDictionary<string, string> zones, IEnumerable<string> taken, int count)
    {
        var inSubnet = subnets.Distinct(StringComparer.Ordinal).ToDictionary(s => s, _ => 0, StringComparer.Ordinal);
        var inZone = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var subnet in taken) Add(subnet);
        var chosen = ImmutableArray.CreateBuilder<string>(count);
        while (chosen.Count < count)
        {
            var best = subnets.MinBy(s => (inZone.GetValueOrDefault(Zone(s)), inSubnet[s]));
            if (best is null) break;
            chosen.Add(best);
            Add(best);
        }

        return chosen.ToImmutable();

        string Zone(string subnet) => zones.GetValueOrDefault(subnet, subnet);

        void Add(string subnet)
        {
            inSubnet[subnet] = inSubnet.GetValueOrDefault(subnet) + 1;
            inZone[Zone(subnet)] = inZone.GetValueOrDefault(Zone(subnet)) + 1;
        }
    }
}
