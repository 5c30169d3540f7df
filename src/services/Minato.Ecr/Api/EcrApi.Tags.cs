using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.State;

namespace Minato.Ecr.Api;

internal sealed partial class EcrApi
{
    public async Task<TagResourceResponse> TagResourceAsync(TagResourceRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(Key(caller, request.ResourceArn, "TagResource"), r => r with { Tags = Tagging.Add(r.Tags, request.Tags) }, ct);
        return new();
    }

    public async Task<UntagResourceResponse> UntagResourceAsync(UntagResourceRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(Key(caller, request.ResourceArn, "UntagResource"), r => r with { Tags = r.Tags.RemoveRange(request.TagKeys) }, ct);
        return new();
    }

    public Task<ListTagsForResourceResponse> ListTagsForResourceAsync(ListTagsForResourceRequest request, Caller caller, CancellationToken ct)
    {
        var repository = Repository(store.Current, Key(caller, request.ResourceArn, "ListTagsForResource"));
        return Task.FromResult(new ListTagsForResourceResponse { Tags = [.. repository.Tags.Select(t => new Tag { Key = t.Key, Value = t.Value })] });
    }

    private RepositoryKey Key(Caller caller, string arnText, string action)
    {
        const string Prefix = "repository/";
        if (!Arn.TryParse(arnText, out var arn) || arn.Service != "ecr" || arn.Region != caller.Region || !arn.Resource.StartsWith(Prefix, StringComparison.Ordinal))
            throw Texts.Invalid("resourceArn", "Invalid ARN");
        return Key(caller, arn.AccountId, arn.Resource[Prefix.Length..], action);
    }
}
