using Minato.Aws;

namespace Minato.Gates;

/// <summary>An image in ECR, by the name a task definition has for it.</summary>
/// <param name="Registry">Null for the caller's own.</param>
internal sealed record EcrName(string? Registry, string Region, string Repository, string? Tag, string? Digest)
{
    /// <param name="image">As a task definition names it.</param>
    /// <param name="caller">Whose registry is meant by the installation's own address.</param>
    /// <param name="endpoint">Of the installation, or of AWS.</param>
    /// <returns>Null for images of other registries.</returns>
    public static EcrName? Find(string image, Caller caller, Uri endpoint)
    {
        if (image.Split('/', 2) is not [var host, var path]) return null;
        var isOwn = host == $"127.0.0.1:{endpoint.Port}" || host == $"localhost:{endpoint.Port}";
        if (!isOwn && host.Split('.') is not [_, "dkr", "ecr", _, ..]) return null;
        var (account, region) = isOwn ? ((string?)null, caller.Region) : (host.Split('.')[0], host.Split('.')[3]);
        var (named, digest) = path.Split('@', 2) is [var before, var sum] ? (before, sum) : (path, null);
        var (repository, tag) = named.Split(':', 2) is [var bare, var version] ? (bare, version) : (named, null);
        return new(account, region, repository, tag ?? (digest is null ? "latest" : null), digest);
    }
}
