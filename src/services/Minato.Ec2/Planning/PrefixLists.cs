using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace Minato.Ec2.Planning;

/// <summary>AWS's own prefix lists of a region, which security groups name.</summary>
internal static class PrefixLists
{
    public static ImmutableArray<(string Id, string Name)> Of(string region) =>
    [
        .. new[] { $"com.amazonaws.{region}.s3", $"com.amazonaws.{region}.dynamodb", "com.amazonaws.global.cloudfront.origin-facing" }
            .Select(name => (IdOf(region, name), name)),
    ];

    /// <summary>The same in every installation, as AWS's are the same in every account.</summary>
    public static string IdOf(string region, string name) => "pl-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{region}/{name}")))[..8];
}
