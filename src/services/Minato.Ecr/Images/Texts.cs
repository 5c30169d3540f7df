using Minato.Contracts.Ecr;
using Minato.Ecr.State;

namespace Minato.Ecr.Images;

/// <summary>AWS's words for what is not there, or there already.</summary>
internal static class Texts
{
    public const string ImageNotFound = "Requested image not found";

    public static RepositoryNotFoundException NoRepository(RepositoryKey key) =>
        new($"The repository with name '{key.Name}' does not exist in the registry with id '{key.AccountId}'");

    public static InvalidParameterException Invalid(string field, string reason) =>
        new($"Invalid parameter at '{field}' failed to satisfy constraint: '{reason}'");

    public static InvalidParameterException BadToken() => Invalid("NextToken", "Invalid next token provided");

    public static UploadNotFoundException NoUpload(RepositoryKey key, string id) =>
        new($"The upload with id '{id}' does not exist in the repository with name '{key.Name}' in registry with id '{key.AccountId}'");

    public static LayersNotFoundException NoLayers(RepositoryKey key, IEnumerable<string> digests) =>
        new($"Layers with digests '[{string.Join(", ", digests)}]' required for pushing image into repository with name '{key.Name}' in the registry with id '{key.AccountId}' do not exist");

    public static ReferencedImagesNotFoundException NoImages(RepositoryKey key, IEnumerable<string> digests) =>
        new($"Images with digests '[{string.Join(", ", digests)}]' required for pushing image into repository with name '{key.Name}' in the registry with id '{key.AccountId}' do not exist");

    public static ImageAlreadyExistsException SameImage(DigestKey key, string tag) =>
        new($"Image with digest '{key.Digest}' and tag '{tag}' already exists in the repository with name '{key.Repository.Name}' in registry with id '{key.Repository.AccountId}'");

    public static ImageTagAlreadyExistsException FixedTag(TagKey key) =>
        new($"The image tag '{key.Tag}' already exists in the '{key.Repository.Name}' repository and cannot be overwritten because the repository is immutable.");

    public static ImageNotFoundException NoImage(RepositoryKey key, ImageIdentifier id) =>
        new($"The image with imageId {{imageDigest:'{id.ImageDigest ?? "null"}', imageTag:'{id.ImageTag ?? "null"}'}} does not exist within the repository with name '{key.Name}' in the registry with id '{key.AccountId}'");

    public static ImageArchivedException Archived(DigestKey key) =>
        new($"The image with digest '{key.Digest}' in the repository with name '{key.Repository.Name}' in the registry with id '{key.Repository.AccountId}' is archived");
}
