using Minato.Aws.Templates;
using Minato.Contracts.CloudWatch;

namespace Minato.CloudWatch.Templates;

/// <summary>What alarms of both kinds have in common: a put makes them and replaces them whole. Ref is the name.</summary>
internal abstract class AlarmType(string typeName, ICloudWatch cloudWatch, TimeProvider clock) : ResourceHandler(typeName, clock)
{
    protected override NameRule Name { get; } = new("AlarmName", 255);

    protected ICloudWatch CloudWatch => cloudWatch;

    protected abstract Task PutAsync(TemplateResource r, bool isNew, CancellationToken ct);

    protected sealed override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await PutAsync(r, isNew: true, ct);
        r.Id = r.Name;
    }

    // AWS: a put replaces the whole alarm, but the tags of one that is there it leaves as they are.
    protected sealed override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        await PutAsync(r, isNew: false, ct);
        if ((await DescribeAsync(r, ct))?.Attributes["Arn"]?.ToString() is not { } arn) return;
        var there = (await cloudWatch.ListTagsForResourceAsync(new() { ResourceARN = arn }, r.Caller, ct)).Tags ?? [];
        var changes = TagChanges.Between(r.Tags, there.Select(t => KeyValuePair.Create(t.Key, t.Value)));
        if (changes.Gone.Count > 0) await cloudWatch.UntagResourceAsync(new() { ResourceARN = arn, TagKeys = [.. changes.Gone] }, r.Caller, ct);
        if (changes.Set.Count > 0) await cloudWatch.TagResourceAsync(new() { ResourceARN = arn, Tags = [.. changes.Set.Select(t => new Tag { Key = t.Key, Value = t.Value })] }, r.Caller, ct);
    }

    protected sealed override Task RemoveAsync(TemplateResource r, CancellationToken ct) => cloudWatch.DeleteAlarmsAsync(new() { AlarmNames = [r.Id] }, r.Caller, ct);
}

internal sealed class MetricAlarmType(ICloudWatch cloudWatch, TimeProvider clock) : AlarmType("AWS::CloudWatch::Alarm", cloudWatch, clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<PutMetricAlarmRequest>(
        "AlarmName", "EvaluateLowSampleCountPercentile", "EvaluationCriteria", "EvaluationInterval", "EvaluationWindow", "WarmUpConfiguration", "ActionConfiguration")
        .And("AlarmName", "EvaluateLowSampleCountPercentile") with
    {
        CreateOnly = ["AlarmName"], Attributes = ["Arn"], Identifiers = ["AlarmName"],
    };

    protected override Task PutAsync(TemplateResource r, bool isNew, CancellationToken ct) =>
        CloudWatch.PutMetricAlarmAsync(isNew ? r.As<PutMetricAlarmRequest>() : r.As<PutMetricAlarmRequest>(("AlarmName", r.Id), ("Tags", null)), r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct) =>
        (await CloudWatch.DescribeAlarmsAsync(new() { AlarmNames = [r.Id] }, r.Caller, ct)).MetricAlarms?.FirstOrDefault() is { } alarm ? r.Model(alarm, ("Arn", alarm.AlarmArn)) : null;
}

internal sealed class CompositeAlarmType(ICloudWatch cloudWatch, TimeProvider clock) : AlarmType("AWS::CloudWatch::CompositeAlarm", cloudWatch, clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<PutCompositeAlarmRequest>("AlarmName", "ActionConfiguration").And("AlarmName") with
    {
        CreateOnly = ["AlarmName"], Attributes = ["Arn"], Identifiers = ["AlarmName"],
    };

    protected override Task PutAsync(TemplateResource r, bool isNew, CancellationToken ct) =>
        CloudWatch.PutCompositeAlarmAsync(isNew ? r.As<PutCompositeAlarmRequest>() : r.As<PutCompositeAlarmRequest>(("AlarmName", r.Id), ("Tags", null)), r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var found = await CloudWatch.DescribeAlarmsAsync(new() { AlarmNames = [r.Id], AlarmTypes = [Contracts.CloudWatch.AlarmType.CompositeAlarm] }, r.Caller, ct);
        return found.CompositeAlarms?.FirstOrDefault() is { } alarm ? r.Model(alarm, ("Arn", alarm.AlarmArn)) : null;
    }
}
