namespace Minato.Ecr.Registry;

/// <summary>What a request of the distribution protocol is called in policies.</summary>
internal static class RegistryActions
{
    /// <returns>Null for what policies do not speak of: whoever is logged in may do it.</returns>
    public static string? Of(RegistryNoun noun, string method) => (noun, method) switch
    {
        (RegistryNoun.Blob, "HEAD") => "BatchCheckLayerAvailability",
        (RegistryNoun.Blob, "DELETE") => "BatchDeleteImage",
        (RegistryNoun.Blob, _) => "GetDownloadUrlForLayer",
        (RegistryNoun.Uploads, _) => "InitiateLayerUpload",
        (RegistryNoun.Upload, "PUT") => "CompleteLayerUpload",
        (RegistryNoun.Upload, _) => "UploadLayerPart",
        (RegistryNoun.Manifest, "PUT") => "PutImage",
        (RegistryNoun.Manifest, "DELETE") => "BatchDeleteImage",
        (RegistryNoun.Manifest, _) => "BatchGetImage",
        (RegistryNoun.Tags, _) => "ListImages",
        (RegistryNoun.Referrers, _) => "ListImageReferrers",
        (RegistryNoun.Catalog, _) => "DescribeRepositories",
        _ => null,
    };
}
