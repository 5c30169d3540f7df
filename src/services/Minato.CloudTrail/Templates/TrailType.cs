using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Cloudtrail;

namespace Minato.CloudTrail.Templates;

/// <summary>Ref is the trail's name.</summary>
internal sealed class TrailType(ICloudtrail cloudTrail, TimeProvider clock) : ResourceHandler("AWS::CloudTrail::Trail", clock)
{
    private static readonly string[] s_selectors = ["AdvancedEventSelectors", "EventSelectors"];

    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties =
        [
            "AdvancedEventSelectors", "CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn", "EnableLogFileValidation", "EventSelectors", "IncludeGlobalServiceEvents", "InsightSelectors",
            "IsLogging", "IsMultiRegionTrail", "IsOrganizationTrail", "KMSKeyId", "S3BucketName", "S3KeyPrefix", "SnsTopicName", "Tags", "TrailName",
        ],
        Required = ["IsLogging", "S3BucketName"], CreateOnly = ["TrailName"], Attributes = ["Arn", "SnsTopicArn"], Identifiers = ["TrailName"], Tags = "Tags",
    };

    protected override NameRule Name { get; } = new("TrailName", 128);
    protected override IReadOnlyList<string> Unchangeable { get; } = ["InsightSelectors"];

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => cloudTrail.CreateTrailAsync(r.As<CreateTrailRequest>(("Name", r.Name)) with { TagsList = r.Tags.Count == 0 ? null : [.. r.Tags.Select(TagOf)] }, r.Caller, ct));
        r.Id = r.Name;
        await SetAsync(r, ct);
    }

    // AWS: what an update leaves out goes back to what a new trail has.
    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        var asked = r.As<UpdateTrailRequest>(("Name", r.Id));
        await cloudTrail.UpdateTrailAsync(asked with
        {
            S3KeyPrefix = asked.S3KeyPrefix ?? "", SnsTopicName = asked.SnsTopicName ?? "", IncludeGlobalServiceEvents = asked.IncludeGlobalServiceEvents ?? true,
            IsMultiRegionTrail = asked.IsMultiRegionTrail ?? false, EnableLogFileValidation = asked.EnableLogFileValidation ?? false,
        }, r.Caller, ct);
        await SetAsync(r, ct);
        var arn = (await TrailAsync(r, ct))?.TrailARN ?? "";
        var changes = TagChanges.Between(r.Tags, (await TagsAsync(arn, r, ct)).Select(t => KeyValuePair.Create(t.Key, t.Value ?? "")));
        if (changes.Gone.Count > 0) await cloudTrail.RemoveTagsAsync(new() { ResourceId = arn, TagsList = [.. changes.Gone.Select(k => new Tag { Key = k })] }, r.Caller, ct);
        if (changes.Set.Count > 0) await cloudTrail.AddTagsAsync(new() { ResourceId = arn, TagsList = [.. changes.Set.Select(TagOf)] }, r.Caller, ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => cloudTrail.DeleteTrailAsync(new() { Name = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await TrailAsync(r, ct) is not { } trail) return null;
        var model = r.Model(trail, ("Arn", trail.TrailARN), ("SnsTopicArn", trail.SnsTopicARN));
        model.Properties["TrailName"] = trail.Name;
        model.Properties["EnableLogFileValidation"] = trail.LogFileValidationEnabled;
        model.Properties["IsLogging"] = (await cloudTrail.GetTrailStatusAsync(new() { Name = r.Id }, r.Caller, ct)).IsLogging;
        if (s_selectors.Any(r.Has)) // AWS: a trail always has selectors; they are the template's where it speaks of them.
        {
            var selectors = r.Seen(await cloudTrail.GetEventSelectorsAsync(new() { TrailName = r.Id }, r.Caller, ct));
            foreach (var property in s_selectors.Where(p => r.Has(p) && selectors[p] is not null)) model.Properties[property] = selectors[property]?.DeepClone();
        }
        model.Properties["Tags"] = new JsonArray([.. (await TagsAsync(trail.TrailARN ?? "", r, ct)).Where(t => !t.Key.StartsWith("aws:", StringComparison.Ordinal))
            .Select(t => new JsonObject { ["Key"] = t.Key, ["Value"] = t.Value })]);
        return model;
    }

    private async Task SetAsync(TemplateResource r, CancellationToken ct)
    {
        if (s_selectors.Any(r.Has)) await cloudTrail.PutEventSelectorsAsync(r.As<PutEventSelectorsRequest>(("TrailName", r.Id)), r.Caller, ct);
        if (r.IsTrue("IsLogging")) await cloudTrail.StartLoggingAsync(new() { Name = r.Id }, r.Caller, ct);
        else await cloudTrail.StopLoggingAsync(new() { Name = r.Id }, r.Caller, ct);
    }

    private static Tag TagOf(KeyValuePair<string, string> tag) => new() { Key = tag.Key, Value = tag.Value };

    private async Task<Trail?> TrailAsync(TemplateResource r, CancellationToken ct) => (await cloudTrail.GetTrailAsync(new() { Name = r.Id }, r.Caller, ct)).Trail;

    private async Task<IEnumerable<Tag>> TagsAsync(string arn, TemplateResource r, CancellationToken ct) =>
        (await cloudTrail.ListTagsAsync(new() { ResourceIdList = [arn] }, r.Caller, ct)).ResourceTagList?.FirstOrDefault()?.TagsList ?? [];
}
