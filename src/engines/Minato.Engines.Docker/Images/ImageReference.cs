namespace Minato.Engines.Docker;

/// <summary>An image's name taken apart: a registry's port also stands behind a colon.</summary>
internal readonly record struct ImageReference(string Repository, string? Tag, string? Digest)
{
    /// <summary>What the daemon calls <c>tag</c>: without one it would pull every tag there is.</summary>
    public string TagOrDigest => Digest ?? Tag ?? "latest";

    public static ImageReference Parse(string image)
    {
        string? digest = null, tag = null;
        var name = image;
        if (name.IndexOf('@') is > 0 and var at) (name, digest) = (name[..at], name[(at + 1)..]);
        if (name.LastIndexOf(':') is > 0 and var colon && colon > name.LastIndexOf('/')) (name, tag) = (name[..colon], name[(colon + 1)..]);
        return new(name, tag, digest);
    }

    /// <summary>The registry's digest of this repository among those an image has.</summary>
    public string? DigestIn(IEnumerable<string> repoDigests)
    {
        if (Digest is not null) return Digest;
        var wanted = Familiar(Repository);
        return repoDigests.Select(Parse).FirstOrDefault(r => Familiar(r.Repository) == wanted).Digest;
    }

    /// <summary><c>docker.io/library/nginx</c> and <c>nginx</c> are one.</summary>
    private static string Familiar(string repository)
    {
        foreach (var prefix in (ReadOnlySpan<string>)["docker.io/", "index.docker.io/", "library/"])
            if (repository.StartsWith(prefix, StringComparison.Ordinal)) repository = repository[prefix.Length..];
        return repository;
    }
}
