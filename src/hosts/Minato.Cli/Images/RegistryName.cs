namespace Minato.Cli.Images;

/// <summary>An image of ECR: <c>[ACCOUNT.dkr.ecr.REGION.amazonaws.com/]REPOSITORY[:TAG][@DIGEST]</c>.</summary>
/// <param name="Registry">The account; null for one's own.</param>
internal sealed record RegistryName(string? Registry, string? Region, string Repository, string? Tag, string? Digest)
{
    private const string Host = ".dkr.ecr.";

    public static bool IsOfRegistry(string name) => name.Contains(Host, StringComparison.Ordinal);

    public static RegistryName Parse(string name)
    {
        var (path, registry, region) = (name, (string?)null, (string?)null);
        if (IsOfRegistry(name) && name.Split('/', 2) is [var host, var rest])
        {
            path = rest;
            (registry, region) = host.Split('.') is [var account, "dkr", "ecr", var own, ..] ? (account, own) : (null, null);
        }
        // localhost:4566/repository is the registry by its address.
        else if (name.Split('/', 2) is [var address, var after] && (address.StartsWith("localhost:", StringComparison.Ordinal) || address.StartsWith("127.", StringComparison.Ordinal))) path = after;
        var (named, digest) = path.Split('@', 2) is [var before, var sum] ? (before, sum) : (path, null);
        var (repository, tag) = named.Split(':', 2) is [var bare, var version] ? (bare, version) : (named, null);
        return new(registry, region, repository, tag ?? (digest is null ? "latest" : null), digest);
    }
}
