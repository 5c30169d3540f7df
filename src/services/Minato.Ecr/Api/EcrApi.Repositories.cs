using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Api;

internal sealed partial class EcrApi
{
    public async Task<CreateRepositoryResponse> CreateRepositoryAsync(CreateRepositoryRequest request, Caller caller, CancellationToken ct)
    {
        var mutability = request.ImageTagMutability ?? ImageTagMutability.Mutable;
        var repository = new RepositoryState
        {
            Key = Key(caller, request.RegistryId, request.RepositoryName, "CreateRepository"),
            CreatedAt = clock.GetUtcNow(),
            Mutability = mutability,
            Exclusions = Exclusions(mutability, request.ImageTagMutabilityExclusionFilters),
            ScanOnPush = request.ImageScanningConfiguration?.ScanOnPush ?? false,
            Encryption = request.EncryptionConfiguration?.EncryptionType ?? EncryptionType.Aes256,
            KmsKey = request.EncryptionConfiguration?.KmsKey,
        };
        repository = repository with { Tags = Tagging.Add(repository.Tags, request.Tags ?? []) };
        await store.UpdateAsync(
            tx =>
            {
                if (tx.Find(EcrTables.Repositories, repository.Key) is not null)
                {
                    throw new RepositoryAlreadyExistsException(
                        $"The repository with name '{repository.Key.Name}' already exists in the registry with id '{repository.Key.AccountId}'");
                }

                tx.Put(EcrTables.Repositories, repository);
            },
            ct);
        return new() { Repository = ToWire(repository) };
    }

    public async Task<DeleteRepositoryResponse> DeleteRepositoryAsync(DeleteRepositoryRequest request, Caller caller, CancellationToken ct)
    {
        var key = Key(caller, request.RegistryId, request.RepositoryName, "DeleteRepository");
        var deleted = await store.UpdateAsync(
            tx =>
            {
                var repository = Repository(tx, key);
                if (request.Force is not true && tx.Count(EcrTables.ImagesByRepository, key) > 0)
                {
                    throw new RepositoryNotEmptyException(
                        $"The repository with name '{key.Name}' in registry with id '{key.AccountId}' cannot be deleted because it still contains images");
                }

                tx.DeleteRepository(key);
                return repository;
            },
            ct);
        return new() { Repository = ToWire(deleted) };
    }

    public Task<DescribeRepositoriesResponse> DescribeRepositoriesAsync(DescribeRepositoriesRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        if (request.RepositoryNames is { } names)
        {
            return Task.FromResult(new DescribeRepositoriesResponse
            {
                Repositories = [.. names.Select(n => ToWire(Repository(state, Key(caller, request.RegistryId, n, "DescribeRepositories"))))],
            });
        }

        var all = Key(caller, request.RegistryId, "*", "DescribeRepositories");
        var (page, next) = Page(
            $"ecr:DescribeRepositories:{all}", request.NextToken, request.MaxResults,
            after => state.After(EcrTables.RepositoriesByHome, all.Home, (RepositoryKey?)(all with { Name = after ?? "" })), r => r.Key.Name);
        return Task.FromResult(new DescribeRepositoriesResponse { Repositories = [.. page.Select(ToWire)], NextToken = next });
    }

    public async Task<PutImageTagMutabilityResponse> PutImageTagMutabilityAsync(PutImageTagMutabilityRequest request, Caller caller, CancellationToken ct)
    {
        var exclusions = Exclusions(request.ImageTagMutability, request.ImageTagMutabilityExclusionFilters);
        var key = Key(caller, request.RegistryId, request.RepositoryName, "PutImageTagMutability");
        var changed = await ChangeAsync(key, r => r with { Mutability = request.ImageTagMutability, Exclusions = exclusions }, ct);
        return new()
        {
            RegistryId = key.AccountId,
            RepositoryName = key.Name,
            ImageTagMutability = changed.Mutability,
            ImageTagMutabilityExclusionFilters = ToWire(changed.Exclusions),
        };
    }

    public async Task<PutImageScanningConfigurationResponse> PutImageScanningConfigurationAsync(
        PutImageScanningConfigurationRequest request, Caller caller, CancellationToken ct)
    {
        var key = Key(caller, request.RegistryId, request.RepositoryName, "PutImageScanningConfiguration");
        var changed = await ChangeAsync(key, r => r with { ScanOnPush = request.ImageScanningConfiguration.ScanOnPush ?? false }, ct);
        return new()
        {
            RegistryId = key.AccountId,
            RepositoryName = key.Name,
            ImageScanningConfiguration = new() { ScanOnPush = changed.ScanOnPush },
        };
    }

    private static ImmutableArray<string> Exclusions(ImageTagMutability mutability, ImmutableArray<ImageTagMutabilityExclusionFilter>? filters)
    {
        var takesFilters = mutability is ImageTagMutability.ImmutableWithExclusion or ImageTagMutability.MutableWithExclusion;
        if (takesFilters && filters is null or [])
            throw Texts.Invalid("imageTagMutabilityExclusionFilters", $"Image tag mutability exclusion filters are required when the image tag mutability is {mutability.ToWire()}");
        if (!takesFilters && filters is [_, ..])
            throw Texts.Invalid("imageTagMutabilityExclusionFilters", $"Image tag mutability exclusion filters are not allowed when the image tag mutability is {mutability.ToWire()}");
        if (filters?.Any(f => f.Filter.Count(c => c == '*') > 2) is true)
            throw Texts.Invalid("imageTagMutabilityExclusionFilters", "A filter can contain at most 2 wildcards");
        return [.. (filters ?? []).Select(f => f.Filter)];
    }

    private static ImmutableArray<ImageTagMutabilityExclusionFilter>? ToWire(ImmutableArray<string> exclusions) => exclusions.IsEmpty
        ? null
        : [.. exclusions.Select(e => new ImageTagMutabilityExclusionFilter { FilterType = ImageTagMutabilityExclusionFilterType.Wildcard, Filter = e })];

    private static Repository ToWire(RepositoryState repository) => new()
    {
        RepositoryArn = repository.Key.Arn,
        RegistryId = repository.Key.AccountId,
        RepositoryName = repository.Key.Name,
        RepositoryUri = repository.Key.Uri,
        CreatedAt = repository.CreatedAt,
        ImageTagMutability = repository.Mutability,
        ImageTagMutabilityExclusionFilters = ToWire(repository.Exclusions),
        ImageScanningConfiguration = new() { ScanOnPush = repository.ScanOnPush },
        EncryptionConfiguration = new() { EncryptionType = repository.Encryption, KmsKey = repository.KmsKey },
    };
}
