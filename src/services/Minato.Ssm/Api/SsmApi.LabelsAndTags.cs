using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ssm;
using Minato.Ssm.Planning;
using Minato.Ssm.State;

namespace Minato.Ssm.Api;

internal sealed partial class SsmApi
{
    public async Task<LabelParameterVersionResponse> LabelParameterVersionAsync(LabelParameterVersionRequest request, Caller caller, CancellationToken ct)
    {
        var (good, bad) = Labels.Sort(request.Labels);
        var number = await store.UpdateAsync(tx =>
        {
            var parameter = Find(tx, caller, request.Name);
            var version = Choose(parameter, new(request.Name, request.ParameterVersion, null)).Number;
            if (!good.IsEmpty) tx.Put(SsmTables.Parameters, parameter with { Versions = Labels.Put(parameter.Versions, version, good) });
            return version;
        }, ct);
        return new() { InvalidLabels = bad, ParameterVersion = number };
    }

    public async Task<UnlabelParameterVersionResponse> UnlabelParameterVersionAsync(
        UnlabelParameterVersionRequest request, Caller caller, CancellationToken ct)
    {
        var removed = await store.UpdateAsync(tx =>
        {
            var parameter = Find(tx, caller, request.Name);
            var version = Choose(parameter, new(request.Name, request.ParameterVersion, null));
            var gone = request.Labels.Where(version.Labels.Contains).Distinct(StringComparer.Ordinal).ToImmutableArray();
            tx.Put(SsmTables.Parameters, parameter with
            {
                Versions = parameter.Versions.Replace(version, version with { Labels = version.Labels.Except(gone) }),
            });
            return gone;
        }, ct);
        return new() { RemovedLabels = removed, InvalidLabels = [.. request.Labels.Except(removed, StringComparer.Ordinal)] };
    }

    public async Task<AddTagsToResourceResponse> AddTagsToResourceAsync(AddTagsToResourceRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeTagsAsync(request.ResourceType, request.ResourceId, caller, t => Merge(t, request.Tags), ct);
        return new();
    }

    public async Task<RemoveTagsFromResourceResponse> RemoveTagsFromResourceAsync(RemoveTagsFromResourceRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeTagsAsync(request.ResourceType, request.ResourceId, caller, t => t.RemoveRange(request.TagKeys), ct);
        return new();
    }

    public Task<ListTagsForResourceResponse> ListTagsForResourceAsync(ListTagsForResourceRequest request, Caller caller, CancellationToken ct)
    {
        CheckType(request.ResourceType);
        var tags = (TryFind(store.Current, caller, request.ResourceId) ?? throw NoSuchResource()).Tags;
        return Task.FromResult(new ListTagsForResourceResponse { TagList = [.. tags.Select(t => new Tag { Key = t.Key, Value = t.Value })] });
    }

    private async Task ChangeTagsAsync(
        ResourceTypeForTagging type, string id, Caller caller, Func<ImmutableSortedDictionary<string, string>, ImmutableSortedDictionary<string, string>> change, CancellationToken ct)
    {
        CheckType(type);
        await store.UpdateAsync(tx =>
        {
            var parameter = TryFind(tx, caller, id) ?? throw NoSuchResource();
            tx.Put(SsmTables.Parameters, parameter with { Tags = change(parameter.Tags) });
        }, ct);
    }

    // Of everything Systems Manager tags, parameters alone are here.
    private static void CheckType(ResourceTypeForTagging type)
    {
        if (type != ResourceTypeForTagging.Parameter) throw new InvalidResourceId("The resource ID isn't valid. Verify that you entered the correct ID and try again.");
    }

    private static InvalidResourceId NoSuchResource() => new("The resource ID isn't valid. Verify that you entered the correct ID and try again.");
}
