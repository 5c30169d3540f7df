using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.Planning;
using Minato.Platform;

namespace Minato.Ecr.Registry;

/// <summary>An answer of the distribution protocol that is an error.</summary>
internal sealed class RegistryException(int status, string code, string message) : Exception(message)
{
    public int Status => status;

    public string Code => code;

    public static RegistryException ManifestUnknown() => new(404, "MANIFEST_UNKNOWN", Texts.ImageNotFound);

    public static RegistryException BlobUnknown() => new(404, "BLOB_UNKNOWN", "blob unknown to registry");

    public static RegistryException Unsupported(string message = "The operation is unsupported.") => new(405, "UNSUPPORTED", message);

    /// <summary>The same failure in the words of the other protocol; null for what is a fault of ours.</summary>
    public static RegistryException? From(Exception error) => error switch
    {
        RegistryException e => e,
        RepositoryNotFoundException e => new(404, "NAME_UNKNOWN", e.Message),
        UploadNotFoundException e => new(404, "BLOB_UPLOAD_UNKNOWN", e.Message),
        LayersNotFoundException or ReferencedImagesNotFoundException => new(404, "MANIFEST_BLOB_UNKNOWN", error.Message),
        ImageTagAlreadyExistsException e => new(400, "TAG_INVALID", e.Message),
        InvalidParameterException e => Unsupported(e.Message), // AWS: 405 for what cannot be paged by.
        AwsException e => new(e.HttpStatus == 400 ? 403 : e.HttpStatus, "DENIED", e.Message),
        BlobDigestException e => new(400, "DIGEST_INVALID", e.Message),
        BlobNotFoundException => BlobUnknown(),
        ManifestException e => new(400, "MANIFEST_INVALID", e.Message),
        StoreUnavailableException e => new(503, "UNAVAILABLE", e.Message),
        DiskFullException e => new(503, "UNAVAILABLE", e.Message),
        _ => null,
    };
}
