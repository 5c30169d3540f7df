using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.Planning;
using Minato.Ecr.Registry;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Api;

internal sealed partial class EcrApi
{
    private const long PartSize = 10_485_760;
    private const long SmallestPart = 5 * 1024 * 1024;

    public async Task<BatchCheckLayerAvailabilityResponse> BatchCheckLayerAvailabilityAsync(
        BatchCheckLayerAvailabilityRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var key = Repository(state, Key(caller, request.RegistryId, request.RepositoryName, "BatchCheckLayerAvailability")).Key;
        var known = request.LayerDigests.ToLookup(Names.IsDigest);
        foreach (var digest in known[true])
        {
            if (state.Find(EcrTables.Layers, new(key, digest)) is { } layer) await uploads.TouchAsync(layer, ct); // Who is told that it is here will not upload it.
        }

        return new()
        {
            Layers = [.. known[true].Select(d => ToWire(d, state.Find(EcrTables.Layers, new(key, d))))],
            Failures = [.. known[false].Select(d => new LayerFailure
            {
                LayerDigest = d,
                FailureCode = d.Length == 0 ? LayerFailureCode.MissingLayerDigest : LayerFailureCode.InvalidLayerDigest,
                FailureReason = "Invalid request parameters: layer digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'",
            })],
        };
    }

    public async Task<InitiateLayerUploadResponse> InitiateLayerUploadAsync(InitiateLayerUploadRequest request, Caller caller, CancellationToken ct)
    {
        var upload = await uploads.StartAsync(Key(caller, request.RegistryId, request.RepositoryName, "InitiateLayerUpload"), ct);
        return new() { UploadId = upload.Key.Id, PartSize = PartSize };
    }

    public async Task<UploadLayerPartResponse> UploadLayerPartAsync(UploadLayerPartRequest request, Caller caller, CancellationToken ct)
    {
        var key = Key(caller, request.RegistryId, request.RepositoryName, "UploadLayerPart");
        await using var upload = await uploads.OpenAsync(key, request.UploadId, ct);
        var size = request.LayerPartBlob.Length;
        if (request.PartFirstByte != upload.Blob.Offset || request.PartLastByte - request.PartFirstByte + 1 != size || size == 0)
        {
            throw new InvalidLayerPartException(
                "The layer part size is not valid, or the first byte specified is not consecutive to the last byte of a previous layer part upload.")
            {
                RegistryId = key.AccountId,
                RepositoryName = key.Name,
                UploadId = request.UploadId,
                LastValidByteReceived = Math.Max(0, upload.Blob.Offset - 1),
            };
        }

        await using var content = new MemoryStream(request.LayerPartBlob.ToArray(), writable: false);
        var offset = await AppendAsync(upload, content, ct);
        var state = upload.State with { HasSmallPart = upload.State.HasSmallPart || upload.State.EndsInSmallPart, EndsInSmallPart = size < SmallestPart };
        if (state != upload.State) await uploads.NoteAsync(state, ct);
        return new() { RegistryId = key.AccountId, RepositoryName = key.Name, UploadId = request.UploadId, LastByteReceived = offset - 1 };
    }

    private async ValueTask<long> AppendAsync(OpenUpload upload, Stream content, CancellationToken ct)
    {
        try
        {
            return await uploads.AppendAsync(upload, content, ct);
        }
        catch (DiskFullException e)
        {
            throw new ServerException(e.Message);
        }
    }

    public async Task<CompleteLayerUploadResponse> CompleteLayerUploadAsync(CompleteLayerUploadRequest request, Caller caller, CancellationToken ct)
    {
        var key = Key(caller, request.RegistryId, request.RepositoryName, "CompleteLayerUpload");
        var digest = request.LayerDigests[0];
        await using var upload = await uploads.OpenAsync(key, request.UploadId, ct);
        if (upload.Blob.Offset == 0) throw new EmptyUploadException("The specified layer upload does not contain any layer parts.");
        if (upload.State.HasSmallPart) throw new LayerPartTooSmallException("Layer parts must be at least 5 MiB in size.");
        if (store.Current.Find(EcrTables.Layers, new(key, digest)) is not null)
        {
            throw new LayerAlreadyExistsException(
                $"Layer with digest '{digest}' already exists in the repository with name '{key.Name}' in registry with id '{key.AccountId}'");
        }

        try
        {
            await uploads.CompleteAsync(upload, digest, ct);
        }
        catch (BlobDigestException e)
        {
            throw new InvalidLayerException($"The layer digest calculation performed by Amazon ECR upon receipt of the image layer doesn't match the digest specified. {e.Message}");
        }

        catch (DiskFullException e)
        {
            throw new ServerException(e.Message);
        }

        return new() { RegistryId = key.AccountId, RepositoryName = key.Name, UploadId = request.UploadId, LayerDigest = digest };
    }

    public Task<GetDownloadUrlForLayerResponse> GetDownloadUrlForLayerAsync(GetDownloadUrlForLayerRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var key = Repository(state, Key(caller, request.RegistryId, request.RepositoryName, "GetDownloadUrlForLayer")).Key;
        var layer = state.Find(EcrTables.Layers, new(key, request.LayerDigest)) ?? throw new LayersNotFoundException(
            $"The layer with digest '{request.LayerDigest}' does not exist in the repository with name '{key.Name}' in registry with id '{key.AccountId}'");
        if (layer.Images == 0)
        {
            throw new LayerInaccessibleException(
                $"The layer with digest '{request.LayerDigest}' is not part of an image in the repository with name '{key.Name}' in registry with id '{key.AccountId}'");
        }

        var url = new Uri(installation.Endpoint, $"/v2/{key.Name}/blobs/{layer.Key.Digest}?{RegistryLogin.QueryOf(tokens, layer.Key, clock.GetUtcNow())}");
        return Task.FromResult(new GetDownloadUrlForLayerResponse { DownloadUrl = url.ToString(), LayerDigest = request.LayerDigest });
    }

    private static Layer ToWire(string digest, LayerState? layer) => new()
    {
        LayerDigest = digest,
        LayerAvailability = layer is null ? LayerAvailability.Unavailable : LayerAvailability.Available,
        LayerSize = layer?.Size,
        MediaType = layer?.MediaType,
    };
}
