using System.Collections.Immutable;
using Minato.Aws;
using Minato.CloudTrail.State;
using Minato.Contracts.Cloudtrail;

namespace Minato.CloudTrail.Api;

// Trails shown, their selectors and tags.
internal sealed partial class CloudTrailApi
{
    private const int MostSelectors = 5;

    public Task<DescribeTrailsResponse> DescribeTrailsAsync(DescribeTrailsRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var home = Home.Of(caller);
        var found = state.Where(CloudTrailTables.TrailsByAccount, caller.AccountId).Where(t => t.Covers(home));
        // AWS: a trail of all regions is seen in each as its shadow, unless one does not want to.
        if (request.IncludeShadowTrails == false) found = found.Where(t => t.Home == home);
        // AWS: names that are nobody's are left out.
        if (request.TrailNameList is { Length: > 0 } names) found = found.Where(t => names.Contains(t.Name) || names.Contains(t.Arn));
        return Task.FromResult(new DescribeTrailsResponse { TrailList = [.. found.Select(ToWire)] });
    }

    public Task<GetTrailResponse> GetTrailAsync(GetTrailRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new GetTrailResponse { Trail = ToWire(Find(store.Current, caller, request.Name)) });

    public Task<ListTrailsResponse> ListTrailsAsync(ListTrailsRequest request, Caller caller, CancellationToken ct) => Task.FromResult(new ListTrailsResponse
    {
        // Five in each region: one page.
        Trails = [.. store.Current.Where(CloudTrailTables.TrailsByAccount, caller.AccountId).Select(t => new TrailInfo { TrailARN = t.Arn, Name = t.Name, HomeRegion = t.Home.Region })],
    });

    public Task<GetEventSelectorsResponse> GetEventSelectorsAsync(GetEventSelectorsRequest request, Caller caller, CancellationToken ct)
    {
        var trail = Find(store.Current, caller, request.TrailName);
        return Task.FromResult(new GetEventSelectorsResponse { TrailARN = trail.Arn, EventSelectors = Basic(trail), AdvancedEventSelectors = AdvancedOf(trail) });
    }

    public async Task<PutEventSelectorsResponse> PutEventSelectorsAsync(PutEventSelectorsRequest request, Caller caller, CancellationToken ct)
    {
        var (basic, advanced) = (request.EventSelectors ?? [], request.AdvancedEventSelectors ?? []);
        if (basic.IsEmpty == advanced.IsEmpty) throw new InvalidEventSelectorsException("You must specify either EventSelectors or AdvancedEventSelectors, but not both.");
        if (basic.Length > MostSelectors) throw new InvalidEventSelectorsException($"The number of event selectors is more than {MostSelectors}.");
        foreach (var one in advanced)
        {
            if (!one.FieldSelectors.Any(f => f.Field == "eventCategory" && f.EqualsValue is ["Management" or "Data" or "NetworkActivity"]))
                throw new InvalidEventSelectorsException("Every advanced event selector needs a field selector eventCategory with one value.");
        }

        var trail = await ChangeAsync(caller, request.TrailName, t => t with
        {
            Selectors = basic.IsEmpty ? null : [.. basic.Select(s => new TrailSelector(
                s.ReadWriteType?.ToWire() ?? "All", s.IncludeManagementEvents != false, [.. (s.DataResources ?? []).Select(d => new DataPrefix(d.Type ?? "", d.Values ?? []))],
                s.ExcludeManagementEventSources ?? []))],
            Advanced = advanced.IsEmpty ? null : [.. advanced.SelectMany((s, i) => s.FieldSelectors.Select(f => new FieldSelector(
                i, s.Name, f.Field, f.EqualsValue ?? [], f.StartsWith ?? [], f.EndsWith ?? [], f.NotEquals ?? [], f.NotStartsWith ?? [], f.NotEndsWith ?? [])))],
        }, ct);
        return new() { TrailARN = trail.Arn, EventSelectors = Basic(trail), AdvancedEventSelectors = AdvancedOf(trail) };
    }

    public async Task<AddTagsResponse> AddTagsAsync(AddTagsRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, request.ResourceId, t => t with { Tags = Merge(t.Tags, request.TagsList) }, ct);
        return new();
    }

    public async Task<RemoveTagsResponse> RemoveTagsAsync(RemoveTagsRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, request.ResourceId, t => t with { Tags = t.Tags.RemoveRange(request.TagsList.Select(tag => tag.Key)) }, ct);
        return new();
    }

    public Task<ListTagsResponse> ListTagsAsync(ListTagsRequest request, Caller caller, CancellationToken ct) => Task.FromResult(new ListTagsResponse
    {
        ResourceTagList = [.. request.ResourceIdList.Select(id => Find(store.Current, caller, id))
            .Select(t => new ResourceTag { ResourceId = t.Arn, TagsList = [.. t.Tags.Select(tag => new Tag { Key = tag.Key, Value = tag.Value })] })],
    });

    private static Trail ToWire(TrailState trail) => new()
    {
        Name = trail.Name, TrailARN = trail.Arn, HomeRegion = trail.Home.Region, S3BucketName = trail.Bucket, S3KeyPrefix = trail.Prefix, SnsTopicName = trail.TopicName,
        SnsTopicARN = TopicArn(trail), IncludeGlobalServiceEvents = trail.HasGlobalEvents, IsMultiRegionTrail = trail.IsMultiRegion, LogFileValidationEnabled = trail.IsValidated,
        CloudWatchLogsLogGroupArn = trail.LogGroupArn, CloudWatchLogsRoleArn = trail.LogRoleArn, KmsKeyId = trail.KmsKeyId,
        HasCustomEventSelectors = trail.Selectors is not null || trail.Advanced is not null, HasInsightSelectors = false, IsOrganizationTrail = false,
    };

    private static ImmutableArray<EventSelector>? Basic(TrailState trail)
    {
        if (trail.Advanced is not null) return null;
        ImmutableArray<TrailSelector> selectors = trail.Selectors ?? [new("All", true, [], [])];
        return [.. selectors.Select(s => new EventSelector
        {
            ReadWriteType = ReadWriteTypeExtensions.Parse(s.ReadWrite), IncludeManagementEvents = s.HasManagement, ExcludeManagementEventSources = s.ExcludedSources,
            DataResources = [.. s.DataPrefixes.Select(d => new DataResource { Type = d.Type, Values = d.Values })],
        })];
    }

    private static ImmutableArray<AdvancedEventSelector>? AdvancedOf(TrailState trail) => trail.Advanced is not { } fields ? null
        : [.. fields.GroupBy(f => f.Selector).Select(g => new AdvancedEventSelector { Name = g.First().Name, FieldSelectors = [.. g.Select(ToWire)] })];

    private static AdvancedFieldSelector ToWire(FieldSelector field) => new()
    {
        Field = field.Field, EqualsValue = Some(field.Equal), StartsWith = Some(field.StartsWith), EndsWith = Some(field.EndsWith), NotEquals = Some(field.NotEqual),
        NotStartsWith = Some(field.NotStartsWith), NotEndsWith = Some(field.NotEndsWith),
    };

    private static ImmutableArray<string>? Some(ImmutableArray<string> values) => values.IsEmpty ? null : values;
}
