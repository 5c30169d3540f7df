namespace Minato.Gates;

/// <summary>An image in ECR, by the name a task definition has for it.</summary>
internal sealed record EcrName(string Registry, string Region, string Repository, string? Tag, string? Digest)
{
    /// <returns>Null for images of other registries.</returns>
    public static EcrName? Find(string image)
    {
        if (image.Split('/', 2) is not [var host, var path] || host.Split('.') is not [var account, "dkr", "ecr", var region, ..]) return null;
        var (named, digest) = path.Split('@', 2) is [var before, var sum] ? (before, sum) : (path, null);
        var (repository, tag) = named.Split(':', 2) is [var bare, var version] ? (bare, version) : (named, null);
        return new(account, region, repository, tag ?? (digest is null ? "latest" : null), digest);
    }
}
