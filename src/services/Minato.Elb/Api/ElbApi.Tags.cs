using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.State;
using Minato.Platform;

namespace Minato.Elb.Api;

internal sealed partial class ElbApi
{
    public async Task<AddTagsResponse> AddTagsAsync(AddTagsRequest request, Caller caller, CancellationToken ct)
    {
        // AWS: though the request has room for more.
        if (request.ResourceArns.Length > 1) throw ElbErrors.Validation("Only one resource can be tagged at a time");
        var tags = Checked(request.Tags, caller);
        await store.UpdateAsync(tx =>
        {
            foreach (var arn in request.ResourceArns)
            {
                DemandResource(tx, caller, arn);
                PutTags(tx, arn, TagsOf(tx, arn).SetItems(tags));
            }
        }, ct);
        return new();
    }

    public async Task<RemoveTagsResponse> RemoveTagsAsync(RemoveTagsRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            foreach (var arn in request.ResourceArns)
            {
                DemandResource(tx, caller, arn);
                PutTags(tx, arn, TagsOf(tx, arn).RemoveRange(request.TagKeys));
            }
        }, ct);
        return new();
    }

    public Task<DescribeTagsResponse> DescribeTagsAsync(DescribeTagsRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        if (request.ResourceArns.Length > MostDescribed) throw ElbErrors.Validation($"Cannot have more than {MostDescribed} resources described");
        foreach (var arn in request.ResourceArns) DemandResource(state, caller, arn);
        return Task.FromResult<DescribeTagsResponse>(new()
        {
            TagDescriptions = [.. request.ResourceArns.Select(arn => new TagDescription
            {
                ResourceArn = arn, Tags = [.. TagsOf(state, arn).Select(t => new Tag { Key = t.Key, Value = t.Value })],
            })],
        });
    }

    private static ImmutableSortedDictionary<string, string> TagsOf(IReadState state, string arn) => state.Find(ElbTables.Tags, arn)?.Tags ?? Given.None;

    private static void PutTags(Transaction tx, string arn, ImmutableSortedDictionary<string, string> tags)
    {
        // AWS: those of the system do not count.
        if (tags.Count(t => !t.Key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase)) > MostTags) throw new TooManyTagsException("The quota for the number of tags that can be assigned to a load balancer has been reached");
        if (!tags.IsEmpty) tx.Put(ElbTables.Tags, new(arn, tags));
        else if (tx.Find(ElbTables.Tags, arn) is not null) tx.Delete(ElbTables.Tags, arn);
    }

    private static ImmutableSortedDictionary<string, string> Checked(ImmutableArray<Tag>? tags, Caller caller)
    {
        var all = Given.None.ToBuilder();
        foreach (var tag in tags ?? [])
        {
            if (!caller.MaySetSystemTags && tag.Key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase)) throw ElbErrors.Validation("Tag keys beginning with 'aws:' are reserved for system use");
            if (all.ContainsKey(tag.Key)) throw new DuplicateTagKeysException($"Tag key was specified more than once: {tag.Key}");
            all[tag.Key] = tag.Value ?? "";
        }
        return all.ToImmutable();
    }

    private static void DemandResource(IReadState state, Caller caller, string arn)
    {
        if (!Arn.TryParse(arn, out var parsed) || parsed.Service != "elasticloadbalancing") throw ElbErrors.Validation($"'{arn}' is not a valid load balancer ARN");
        switch (parsed.Resource.Split('/')[0])
        {
            case "loadbalancer": FindBalancer(state, caller, arn); break;
            case "targetgroup": FindGroup(state, caller, arn); break;
            case "listener": FindListener(state, caller, arn); break;
            case "listener-rule": FindRule(state, caller, arn); break;
            case "truststore": FindTrustStore(state, caller, arn); break;
            default: throw ElbErrors.Validation($"'{arn}' is not a valid load balancer ARN");
        }
    }
}
