using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Kms;
using Minato.Kms.Planning;
using Minato.Kms.State;

namespace Minato.Kms.Api;

// Policies and tags of keys.
internal sealed partial class KmsApi
{
    public Task<GetKeyPolicyResponse> GetKeyPolicyAsync(GetKeyPolicyRequest request, Caller caller, CancellationToken ct)
    {
        var key = Permitted(store.Current, caller, request.KeyId, "GetKeyPolicy");
        if (request.PolicyName is not (null or KeyPolicies.Name)) throw new NotFoundException("No such policy exists");
        return Task.FromResult(new GetKeyPolicyResponse { Policy = key.Policy, PolicyName = KeyPolicies.Name });
    }

    public async Task<PutKeyPolicyResponse> PutKeyPolicyAsync(PutKeyPolicyRequest request, Caller caller, CancellationToken ct)
    {
        if (request.PolicyName is not (null or KeyPolicies.Name)) throw new NotFoundException("No such policy exists");
        await ChangeAsync(caller, request.KeyId, "PutKeyPolicy", key =>
        {
            var changed = Staying(key) with { Policy = request.Policy };
            DemandKeepsIn(changed, caller, request.BypassPolicyLockoutSafetyCheck);
            return changed;
        }, ct);
        return new();
    }

    public Task<ListKeyPoliciesResponse> ListKeyPoliciesAsync(ListKeyPoliciesRequest request, Caller caller, CancellationToken ct)
    {
        Permitted(store.Current, caller, request.KeyId, "ListKeyPolicies");
        return Task.FromResult(new ListKeyPoliciesResponse { PolicyNames = [KeyPolicies.Name], Truncated = false });
    }

    public async Task<TagResourceResponse> TagResourceAsync(TagResourceRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, request.KeyId, "TagResource", key => Staying(key) with { Tags = Merge(key.Tags, request.Tags, caller) }, ct);
        return new();
    }

    public async Task<UntagResourceResponse> UntagResourceAsync(UntagResourceRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, request.KeyId, "UntagResource", key => Staying(key) with { Tags = key.Tags.RemoveRange(request.TagKeys) }, ct);
        return new();
    }

    public Task<ListResourceTagsResponse> ListResourceTagsAsync(ListResourceTagsRequest request, Caller caller, CancellationToken ct)
    {
        var operation = $"{nameof(ListResourceTagsAsync)} {request.KeyId}";
        var after = Position(operation, request.Marker);
        var rest = Permitted(store.Current, caller, request.KeyId, "ListResourceTags").Tags.Where(t => after is null || string.CompareOrdinal(t.Key, after) > 0);
        var (page, marker) = Page(operation, rest, request.Limit ?? DefaultTagPage, t => t.Key);
        return Task.FromResult(new ListResourceTagsResponse
        {
            Tags = [.. page.Select(t => new Tag { TagKey = t.Key, TagValue = t.Value })], NextMarker = marker, Truncated = marker is not null,
        });
    }

    private static void DemandKeepsIn(StoredKey key, Caller caller, bool? bypass)
    {
        var policy = KeyPolicies.Read(key.Policy);
        if (bypass == true || caller.IsService || KeyAccess.KeepsIn(policy, key, caller)) return;
        throw new MalformedPolicyDocumentException("The new key policy will not allow you to update the key policy in the future.");
    }

    private static ImmutableSortedDictionary<string, string> Merge(ImmutableSortedDictionary<string, string> tags, ImmutableArray<Tag> added, Caller caller)
    {
        if (!caller.MaySetSystemTags && added.Any(t => t.TagKey.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))) throw new TagException("Tags beginning with aws: are reserved");
        if (added.Select(t => t.TagKey).Distinct(StringComparer.Ordinal).Count() != added.Length) throw new TagException("Duplicate tag keys");
        var merged = tags.SetItems(added.Select(t => KeyValuePair.Create(t.TagKey, t.TagValue)));
        return merged.Count <= MostTags ? merged : throw new LimitExceededException("Too many tags");
    }
}
