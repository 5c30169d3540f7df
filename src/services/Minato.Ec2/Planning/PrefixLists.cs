using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Planning;

/// <summary>A prefix list of AWS's own. It holds no ranges here: services answer at Minato's endpoint, and no address of the internet leads to them.</summary>
/// <param name="Weight">As so many rules it counts in a security group.</param>
internal sealed record AwsPrefixList(string Id, string Name, int Weight);

internal static class PrefixLists
{
    public static ImmutableArray<AwsPrefixList> Of(string region) =>
    [
        .. new[] { ($"com.amazonaws.{region}.s3", 1), ($"com.amazonaws.{region}.dynamodb", 1), ("com.amazonaws.global.cloudfront.origin-facing", 55) }
            .Select(l => new AwsPrefixList(IdOf(region, l.Item1), l.Item1, l.Item2)),
    ];

    /// <summary>The same in every installation, as AWS's are the same in every account.</summary>
    public static string IdOf(string region, string name) => "pl-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{region}/{name}")))[..8];

    /// <returns>As how many rules a list counts; null when there is none.</returns>
    public static int? WeightOf(IReadState state, ResourceKey list) =>
        state.Find(Ec2Tables.PrefixLists, list)?.MostEntries ?? Of(list.Region).FirstOrDefault(l => l.Id == list.Id)?.Weight;

    /// <returns>Its ranges of IPv4.</returns>
    public static IEnumerable<string> RangesOf(IReadState state, ResourceKey list) =>
        state.Find(Ec2Tables.PrefixLists, list) is { IsIpv6: false } there ? there.Entries.Select(e => e.Cidr) : [];
}
