using System.Collections.Immutable;
using System.Globalization;
using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.Planning;
using Minato.Ecr.State;

namespace Minato.Ecr.Api;

internal sealed partial class EcrApi
{
    private static readonly TimeSpan s_previewLife = TimeSpan.FromDays(1);

    public async Task<PutLifecyclePolicyResponse> PutLifecyclePolicyAsync(PutLifecyclePolicyRequest request, Caller caller, CancellationToken ct)
    {
        if (LifecyclePolicy.Fault(request.LifecyclePolicyText) is { } fault)
            throw Texts.Invalid("LifecyclePolicyText", $"Lifecycle policy validation failure: {fault}");
        var key = Key(caller, request.RegistryId, request.RepositoryName, "PutLifecyclePolicy");
        await ChangeAsync(key, r => r with { LifecyclePolicyText = request.LifecyclePolicyText, LifecycleEvaluatedAt = null }, ct);
        return new() { RegistryId = key.AccountId, RepositoryName = key.Name, LifecyclePolicyText = request.LifecyclePolicyText };
    }

    public Task<GetLifecyclePolicyResponse> GetLifecyclePolicyAsync(GetLifecyclePolicyRequest request, Caller caller, CancellationToken ct)
    {
        var key = Key(caller, request.RegistryId, request.RepositoryName, "GetLifecyclePolicy");
        var repository = Repository(store.Current, key);
        var text = repository.LifecyclePolicyText ?? throw NoLifecyclePolicy(key);
        return Task.FromResult(new GetLifecyclePolicyResponse
        {
            RegistryId = key.AccountId, RepositoryName = key.Name, LifecyclePolicyText = text, LastEvaluatedAt = repository.LifecycleEvaluatedAt,
        });
    }

    public async Task<DeleteLifecyclePolicyResponse> DeleteLifecyclePolicyAsync(DeleteLifecyclePolicyRequest request, Caller caller, CancellationToken ct)
    {
        var key = Key(caller, request.RegistryId, request.RepositoryName, "DeleteLifecyclePolicy");
        RepositoryState? before = null;
        await ChangeAsync(
            key,
            r =>
            {
                before = r;
                return r.LifecyclePolicyText is null ? throw NoLifecyclePolicy(key) : r with { LifecyclePolicyText = null, LifecycleEvaluatedAt = null };
            },
            ct);
        return new()
        {
            RegistryId = key.AccountId, RepositoryName = key.Name, LifecyclePolicyText = before?.LifecyclePolicyText, LastEvaluatedAt = before?.LifecycleEvaluatedAt,
        };
    }

    public async Task<StartLifecyclePolicyPreviewResponse> StartLifecyclePolicyPreviewAsync(
        StartLifecyclePolicyPreviewRequest request, Caller caller, CancellationToken ct)
    {
        if (request.LifecyclePolicyText is { } given && LifecyclePolicy.Fault(given) is { } fault)
            throw Texts.Invalid("LifecyclePolicyText", $"Lifecycle policy validation failure: {fault}");
        var key = Key(caller, request.RegistryId, request.RepositoryName, "StartLifecyclePolicyPreview");
        var preview = await store.UpdateAsync(
            tx =>
            {
                var text = request.LifecyclePolicyText ?? Repository(tx, key).LifecyclePolicyText ?? throw NoLifecyclePolicy(key);
                Repository(tx, key);
                if (tx.Find(EcrTables.Previews, key) is { Status: LifecyclePolicyPreviewStatus.InProgress })
                {
                    throw new LifecyclePolicyPreviewInProgressException(
                        $"Lifecycle policy preview is in progress for the repository with name '{key.Name}' in the registry with id '{key.AccountId}'");
                }

                var started = new PreviewState { Key = key, PolicyText = text, StartedAt = clock.GetUtcNow() };
                tx.Put(EcrTables.Previews, started);
                return started;
            },
            ct);
        return new() { RegistryId = key.AccountId, RepositoryName = key.Name, LifecyclePolicyText = preview.PolicyText, Status = preview.Status };
    }

    public Task<GetLifecyclePolicyPreviewResponse> GetLifecyclePolicyPreviewAsync(GetLifecyclePolicyPreviewRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var key = Repository(state, Key(caller, request.RegistryId, request.RepositoryName, "GetLifecyclePolicyPreview")).Key;
        var preview = state.Find(EcrTables.Previews, key) ?? throw new LifecyclePolicyPreviewNotFoundException(
            $"Lifecycle policy preview does not exist for the repository with name '{key.Name}' in the registry with id '{key.AccountId}'");
        var status = preview.StartedAt + s_previewLife <= clock.GetUtcNow() ? LifecyclePolicyPreviewStatus.Expired : preview.Status;
        var shown = status == LifecyclePolicyPreviewStatus.Complete ? preview.Results.Where(r => IsAsked(request, r)).ToList() : [];
        var (page, next) = Page(
            $"ecr:GetLifecyclePolicyPreview:{key}:{preview.StartedAt.UtcTicks}:{request.Filter?.TagStatus}", request.NextToken, request.MaxResults,
            after => shown.Index().Skip(after is null ? 0 : int.Parse(after, CultureInfo.InvariantCulture) + 1), i => i.Index.ToString(CultureInfo.InvariantCulture));
        return Task.FromResult(new GetLifecyclePolicyPreviewResponse
        {
            RegistryId = key.AccountId,
            RepositoryName = key.Name,
            LifecyclePolicyText = preview.PolicyText,
            Status = status,
            PreviewResults = [.. page.Select(i => i.Item)],
            NextToken = next,
            Summary = status == LifecyclePolicyPreviewStatus.Complete ? Summary(preview.Results) : null,
        });
    }

    private static bool IsAsked(GetLifecyclePolicyPreviewRequest request, LifecyclePolicyPreviewResult result)
    {
        if (!Selects(request.Filter?.TagStatus, result.ImageTags is [_, ..])) return false;
        return request.ImageIds is not { } ids || ids.Any(id =>
            (id.ImageDigest is null || id.ImageDigest == result.ImageDigest) && (id.ImageTag is null || result.ImageTags?.Contains(id.ImageTag) is true));
    }

    // Images that stay because somebody needs them have no action, and are not counted.
    private static LifecyclePolicyPreviewSummary Summary(ImmutableArray<LifecyclePolicyPreviewResult> results)
    {
        var archived = results.Count(r => r.Action?.Type == ImageActionType.Transition);
        return new()
        {
            ExpiringImageTotalCount = results.Count(r => r.Action?.Type == ImageActionType.Expire),
            TransitioningImageTotalCounts = archived == 0
                ? [] : [new() { TargetStorageClass = LifecyclePolicyTargetStorageClass.Archive, ImageTotalCount = archived }],
        };
    }

    private static LifecyclePolicyNotFoundException NoLifecyclePolicy(RepositoryKey key) =>
        new($"Lifecycle policy does not exist for the repository with name '{key.Name}' in the registry with id '{key.AccountId}'");
}
