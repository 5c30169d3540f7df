using System.Text.RegularExpressions;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.Api;

/// <summary>What AWS lets clusters, families and services be called.</summary>
internal static partial class Names
{
    public static string Cluster(string? name)
    {
        if (string.IsNullOrEmpty(name)) return References.DefaultCluster;
        return Allowed().IsMatch(name) ? name
            : throw new InvalidParameterException("Cluster name can only contain letters, numbers, hyphens and underscores, and must be 255 characters or fewer.");
    }

    public static bool IsAllowed(string name) => Allowed().IsMatch(name);

    [GeneratedRegex("^[a-zA-Z0-9_-]{1,255}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Allowed();
}
