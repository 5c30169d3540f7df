using Minato.Contracts.Route53;
using Minato.Engines.Dns;
using Minato.Route53.State;

namespace Minato.Route53.Planning.Answers;

internal sealed partial class DnsTable
{
    private readonly partial struct Resolution
    {
        private const int MostValues = 8;

        private Member? Choose(ZoneTable zone, Group group, int depth)
        {
            if (group.Policy == Policy.Simple) return group.Members[0];
            var members = group.Members.AsSpan();
            Span<bool> healthy = members.Length <= 128 ? stackalloc bool[members.Length] : new bool[members.Length];
            for (var i = 0; i < members.Length; i++) healthy[i] = IsHealthy(zone, members[i], group.Type, depth);
            return group.Policy switch
            {
                Policy.Weighted => Choices.Weighted(members, healthy, reply),
                Policy.Failover => Choices.Failover(members, healthy),
                Policy.Latency => Choices.Nearest(members, healthy, table._sources.RegionOf(source)),
                Policy.Geoproximity => Choices.Closest(members, healthy, table._sources.RegionOf(source)),
                Policy.Cidr => Choices.Longest(members, healthy, source, table._collections),
                _ => Choices.Smallest(members, healthy, table._sources.PlaceOf(source)),
            };
        }

        /// <summary>Up to eight that are well, in any order; when none is, up to eight that are not.</summary>
        private List<Member> Multivalue(ZoneTable zone, Group group, int depth)
        {
            var chosen = new List<Member>(group.Members.Length);
            foreach (var member in group.Members)
            {
                if (IsHealthy(zone, member, group.Type, depth)) chosen.Add(member);
            }

            if (chosen.Count == 0) chosen.AddRange(group.Members);
            for (var i = 0; i < Math.Min(MostValues, chosen.Count); i++)
            {
                var j = i + reply.Next(chosen.Count - i);
                (chosen[i], chosen[j]) = (chosen[j], chosen[i]);
            }

            if (chosen.Count > MostValues) chosen.RemoveRange(MostValues, chosen.Count - MostValues);
            return chosen;
        }
    }
}

/// <summary>How Route 53 chooses one of the record sets with a name and type. An empty health means that all are well.</summary>
internal static class Choices
{
    /// <summary>Those with a weight that are well; else those without one that are; else all of them as if they were.</summary>
    public static Member? Weighted(ReadOnlySpan<Member> members, ReadOnlySpan<bool> healthy, DnsReply reply) =>
        ByWeight(members, healthy, reply) ?? Evenly(members, healthy, reply) ?? ByWeight(members, default, reply) ?? Evenly(members, default, reply);

    /// <summary>The primary when it is well; else a secondary that is; when neither is, the primary.</summary>
    public static Member? Failover(ReadOnlySpan<Member> members, ReadOnlySpan<bool> healthy)
    {
        Member? primary = null, secondary = null;
        for (var i = 0; i < members.Length; i++)
        {
            if (members[i].IsPrimary && healthy[i]) return members[i];
            if (members[i].IsPrimary) primary = members[i];
            else if (healthy[i]) secondary ??= members[i];
        }

        return secondary ?? primary ?? (members.IsEmpty ? null : members[0]);
    }

    /// <summary>The region that is nearest to the asker's, of those that are well.</summary>
    public static Member? Nearest(ReadOnlySpan<Member> members, ReadOnlySpan<bool> healthy, string region)
    {
        Member? best = null, bestOfAll = null;
        double distance = double.MaxValue, distanceOfAll = double.MaxValue;
        for (var i = 0; i < members.Length; i++)
        {
            var away = Regions.Distance(region, members[i].Region ?? "");
            if (away < distanceOfAll) (bestOfAll, distanceOfAll) = (members[i], away);
            if (healthy[i] && away < distance) (best, distance) = (members[i], away);
        }

        return best ?? bestOfAll;
    }

    /// <summary>The place that is closest to the asker, with its bias, of those that are well.</summary>
    public static Member? Closest(ReadOnlySpan<Member> members, ReadOnlySpan<bool> healthy, string region)
    {
        Member? best = null, bestOfAll = null;
        double distance = double.MaxValue, distanceOfAll = double.MaxValue;
        for (var i = 0; i < members.Length; i++)
        {
            var away = members[i].Spot?.From(region) ?? double.MaxValue / 2;
            if (away < distanceOfAll) (bestOfAll, distanceOfAll) = (members[i], away);
            if (healthy[i] && away < distance) (best, distance) = (members[i], away);
        }

        return best ?? bestOfAll;
    }

    /// <summary>The smallest area that holds the asker: subdivision, country, continent, then the default. None answers nothing.</summary>
    public static Member? Smallest(ReadOnlySpan<Member> members, ReadOnlySpan<bool> healthy, Place place)
    {
        Member? best = null, bestOfAll = null;
        int size = 0, sizeOfAll = 0;
        for (var i = 0; i < members.Length; i++)
        {
            var fits = place.Within(members[i].Area ?? new GeoLocation());
            if (fits > sizeOfAll) (bestOfAll, sizeOfAll) = (members[i], fits);
            if (healthy[i] && fits > size) (best, size) = (members[i], fits);
        }

        return best ?? bestOfAll;
    }

    /// <summary>The location with the longest range that holds the asker, then the default one. None answers nothing.</summary>
    public static Member? Longest(ReadOnlySpan<Member> members, ReadOnlySpan<bool> healthy, uint source, IReadOnlyDictionary<string, CidrMap> collections)
    {
        Member? best = null, bestOfAll = null;
        int length = -1, lengthOfAll = -1;
        for (var i = 0; i < members.Length; i++)
        {
            if (members[i].Cidr is not { } cidr) continue;
            var fits = cidr.LocationName == CidrCollectionState.DefaultLocation ? 0
                : collections.TryGetValue(cidr.CollectionId, out var map) && map.Within(source, cidr.LocationName) is > 0 and var bits ? bits : -1;
            if (fits > lengthOfAll) (bestOfAll, lengthOfAll) = (members[i], fits);
            if (healthy[i] && fits > length) (best, length) = (members[i], fits);
        }

        return best ?? bestOfAll;
    }

    private static Member? ByWeight(ReadOnlySpan<Member> members, ReadOnlySpan<bool> healthy, DnsReply reply)
    {
        var total = 0L;
        for (var i = 0; i < members.Length; i++) total += healthy.IsEmpty || healthy[i] ? members[i].Weight : 0;
        if (total == 0) return null;
        var drawn = (long)reply.Next((int)total);
        for (var i = 0; i < members.Length; i++)
        {
            if (!healthy.IsEmpty && !healthy[i]) continue;
            drawn -= members[i].Weight;
            if (drawn < 0) return members[i];
        }

        return null;
    }

    private static Member? Evenly(ReadOnlySpan<Member> members, ReadOnlySpan<bool> healthy, DnsReply reply)
    {
        var count = 0;
        for (var i = 0; i < members.Length; i++) count += healthy.IsEmpty || healthy[i] ? 1 : 0;
        if (count == 0) return null;
        var drawn = reply.Next(count);
        for (var i = 0; i < members.Length; i++)
        {
            if ((healthy.IsEmpty || healthy[i]) && drawn-- == 0) return members[i];
        }

        return null;
    }
}
