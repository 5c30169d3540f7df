using Minato.Aws.Templates;
using Minato.Contracts.CloudWatch;

namespace Minato.CloudWatch.Templates;

internal sealed class MetricAlarmType(ICloudWatch cloudWatch, TimeProvider clock) : ResourceHandler("AWS::CloudWatch::Alarm", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<PutMetricAlarmRequest>(
        "AlarmName", "EvaluateLowSampleCountPercentile", "EvaluationCriteria", "EvaluationInterval", "EvaluationWindow", "WarmUpConfiguration", "ActionConfiguration")
        .And("AlarmName", "EvaluateLowSampleCountPercentile") with
    {
        CreateOnly = ["AlarmName"], Attributes = ["Arn"], Identifiers = ["AlarmName"],
    };

    protected override NameRule Name { get; } = new("AlarmName", 255);

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await cloudWatch.PutMetricAlarmAsync(r.As<PutMetricAlarmRequest>(), r.Caller, ct);
        r.Id = r.Name;
    }

    // AWS: a put replaces the whole alarm, but the tags of one that is there it leaves as they are.
    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        await cloudWatch.PutMetricAlarmAsync(r.As<PutMetricAlarmRequest>(("AlarmName", r.Id), ("Tags", null)), r.Caller, ct);
        if (await FindAlarmAsync(r, ct) is not { AlarmArn: { } arn }) return;
        var there = (await cloudWatch.ListTagsForResourceAsync(new() { ResourceARN = arn }, r.Caller, ct)).Tags ?? [];
        var changes = TagChanges.Between(r.Tags, there.Select(t => KeyValuePair.Create(t.Key, t.Value)));
        if (changes.Gone.Count > 0) await cloudWatch.UntagResourceAsync(new() { ResourceARN = arn, TagKeys = [.. changes.Gone] }, r.Caller, ct);
        if (changes.Set.Count > 0) await cloudWatch.TagResourceAsync(new() { ResourceARN = arn, Tags = [.. changes.Set.Select(t => new Tag { Key = t.Key, Value = t.Value })] }, r.Caller, ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => cloudWatch.DeleteAlarmsAsync(new() { AlarmNames = [r.Id] }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct) =>
        await FindAlarmAsync(r, ct) is { } alarm ? r.Model(alarm, ("Arn", alarm.AlarmArn)) : null;

    private async Task<MetricAlarm?> FindAlarmAsync(TemplateResource r, CancellationToken ct) =>
        (await cloudWatch.DescribeAlarmsAsync(new() { AlarmNames = [r.Id] }, r.Caller, ct)).MetricAlarms?.FirstOrDefault();
}
