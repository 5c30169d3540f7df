using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancing;
using Minato.Elb.State;

namespace Minato.Elb.Api;

// Attributes and tags.
internal sealed partial class ClassicApi
{
    private const string Desync = "elb.http.desyncmitigationmode";

    public Task<DescribeLoadBalancerAttributesResponse> DescribeLoadBalancerAttributesAsync(
        DescribeLoadBalancerAttributesRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult<DescribeLoadBalancerAttributesResponse>(new() { LoadBalancerAttributes = AttributesOf(Find(store.Current, caller, request.LoadBalancerName)) });

    public async Task<ModifyLoadBalancerAttributesResponse> ModifyLoadBalancerAttributesAsync(
        ModifyLoadBalancerAttributesRequest request, Caller caller, CancellationToken ct)
    {
        var wanted = request.LoadBalancerAttributes;
        if (wanted.AccessLog is { Enabled: true }) throw ElbErrors.NotYet("access logs of Classic Load Balancers");
        if (wanted.ConnectionDraining?.Timeout is < 1 or > 3600) throw ElbErrors.Validation("ConnectionDraining timeout must be between 1 and 3600");
        if (wanted.ConnectionSettings?.IdleTimeout is < 1 or > 4000) throw ElbErrors.Validation("IdleTimeout must be between 1 and 4000");
        var desync = (wanted.AdditionalAttributes ?? []).Select(Mode).LastOrDefault();
        var changed = await ChangeAsync(caller, request.LoadBalancerName, c => c with
        {
            IsCrossZone = wanted.CrossZoneLoadBalancing?.Enabled ?? c.IsCrossZone,
            Drains = wanted.ConnectionDraining?.Enabled ?? c.Drains,
            DrainSeconds = wanted.ConnectionDraining?.Timeout ?? c.DrainSeconds,
            IdleSeconds = wanted.ConnectionSettings?.IdleTimeout ?? c.IdleSeconds,
            DesyncMode = desync ?? c.DesyncMode,
        }, ct);
        return new() { LoadBalancerName = changed.Key.Name, LoadBalancerAttributes = AttributesOf(changed) };
    }

    public async Task<AddTagsResponse> AddTagsAsync(AddTagsRequest request, Caller caller, CancellationToken ct)
    {
        foreach (var name in request.LoadBalancerNames) await ChangeAsync(caller, name, c => c with { Tags = Merge(c.Tags, request.Tags) }, ct);
        return new();
    }

    public async Task<RemoveTagsResponse> RemoveTagsAsync(RemoveTagsRequest request, Caller caller, CancellationToken ct)
    {
        foreach (var name in request.LoadBalancerNames)
        {
            await ChangeAsync(caller, name, c => c with { Tags = c.Tags.RemoveRange(request.Tags.Select(t => t.Key ?? "")) }, ct);
        }
        return new();
    }

    public Task<DescribeTagsResponse> DescribeTagsAsync(DescribeTagsRequest request, Caller caller, CancellationToken ct) => Task.FromResult<DescribeTagsResponse>(new()
    {
        TagDescriptions = [.. request.LoadBalancerNames.Select(n => new TagDescription
        {
            LoadBalancerName = n, Tags = [.. Find(store.Current, caller, n).Tags.Select(t => new Tag { Key = t.Key, Value = t.Value })],
        })],
    });

    private static LoadBalancerAttributes AttributesOf(ClassicState classic) => new()
    {
        CrossZoneLoadBalancing = new() { Enabled = classic.IsCrossZone },
        AccessLog = new() { Enabled = false },
        ConnectionDraining = new() { Enabled = classic.Drains, Timeout = classic.DrainSeconds },
        ConnectionSettings = new() { IdleTimeout = classic.IdleSeconds },
        AdditionalAttributes = [new() { Key = Desync, Value = classic.DesyncMode }],
    };

    private static string? Mode(AdditionalAttribute attribute) => attribute switch
    {
        { Key: Desync, Value: "monitor" or "defensive" or "strictest" } => attribute.Value,
        { Key: Desync } => throw new InvalidConfigurationRequestException($"The value '{attribute.Value}' is not valid for {Desync}"),
        _ => throw new LoadBalancerAttributeNotFoundException($"The attribute '{attribute.Key}' is not known"),
    };

    private static ImmutableSortedDictionary<string, string> Merge(ImmutableSortedDictionary<string, string> tags, ImmutableArray<Tag>? added)
    {
        if ((added ?? []).GroupBy(t => t.Key, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new DuplicateTagKeysException($"Tag key was specified more than once: {twice.Key}");
        }
        foreach (var tag in added ?? []) tags = tags.SetItem(tag.Key, tag.Value ?? "");
        return tags.Count <= MostTags ? tags
            : throw new TooManyTagsException("The quota for the number of tags that can be assigned to a load balancer has been reached");
    }
}
