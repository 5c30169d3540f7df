namespace Minato.Ecr.Registry;

internal enum RegistryNoun
{
    Unknown,
    Ping,
    Catalog,
    Blob,
    Uploads,
    Upload,
    Manifest,
    Tags,
    Referrers,
}

/// <summary>What a path under <c>/v2</c> names. Repository names have slashes of their own, so paths are read from the end.</summary>
/// <param name="Name">The repository.</param>
/// <param name="Reference">A digest, a tag or an upload's id.</param>
internal readonly record struct RegistryRoute(RegistryNoun Noun, string Name = "", string Reference = "")
{
    public static RegistryRoute Parse(string path)
    {
        if (path is "/v2" or "/v2/") return new(RegistryNoun.Ping);
        if (!path.StartsWith("/v2/", StringComparison.Ordinal)) return new(RegistryNoun.Unknown);
        return path["/v2/".Length..].Split('/') switch
        {
            ["_catalog"] => new(RegistryNoun.Catalog),
            [_, .. _, "tags", "list"] p => new(RegistryNoun.Tags, Join(p[..^2])),
            [_, .. _, "blobs", "uploads"] p => new(RegistryNoun.Uploads, Join(p[..^2])),
            [_, .. _, "blobs", "uploads", ""] p => new(RegistryNoun.Uploads, Join(p[..^3])),
            [_, .. _, "blobs", "uploads", var id] p => new(RegistryNoun.Upload, Join(p[..^3]), id),
            [_, .. _, "blobs", var digest] p => new(RegistryNoun.Blob, Join(p[..^2]), digest),
            [_, .. _, "manifests", var reference] p => new(RegistryNoun.Manifest, Join(p[..^2]), reference),
            [_, .. _, "referrers", var digest] p => new(RegistryNoun.Referrers, Join(p[..^2]), digest),
            _ => new(RegistryNoun.Unknown),
        };
    }

    private static string Join(string[] parts) => string.Join('/', parts);
}
