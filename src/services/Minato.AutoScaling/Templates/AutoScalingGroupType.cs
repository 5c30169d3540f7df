using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.AutoScaling.Planning;
using Minato.Contracts.AutoScaling;

namespace Minato.AutoScaling.Templates;

internal sealed class AutoScalingGroupType(IAutoScaling scaling, TimeProvider clock) : ResourceHandler("AWS::AutoScaling::AutoScalingGroup", clock)
{
    private const string TagKind = "auto-scaling-group";
    private static readonly string[] s_sizes = ["DesiredCapacity", "MaxSize", "MinSize"];

    /// <summary>AWS: another value of these makes the instances that run an old kind.</summary>
    private static readonly string[] s_kinds = ["AvailabilityZones", "LaunchConfigurationName", "LaunchTemplate", "MixedInstancesPolicy", "PlacementGroup", "VPCZoneIdentifier"];

    private static readonly TimeSpan s_longestRoll = TimeSpan.FromHours(36);

    private readonly TimeProvider _clock = clock;

    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateAutoScalingGroupRequest>("AutoScalingGroupName", "HealthCheckGracePeriod", "DeletionProtection", "SkipZonalShiftValidation", "Operator")
        .And("AutoScalingGroupName", "Cooldown", "HealthCheckGracePeriod") with
    {
        CreateOnly = ["AutoScalingGroupName", "InstanceId"], Identifiers = ["AutoScalingGroupName"],
    };

    protected override NameRule Name { get; } = new("AutoScalingGroupName", 255);
    protected override IReadOnlyList<string> Unchangeable { get; } = ["LifecycleHookSpecificationList", "LoadBalancerNames", "TargetGroupARNs", "TrafficSources"];
    protected override IReadOnlyDictionary<string, string> Spelled { get; } = new Dictionary<string, string> { ["Cooldown"] = "DefaultCooldown" };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => scaling.CreateAutoScalingGroupAsync(
            r.As<CreateAutoScalingGroupRequest>(("VPCZoneIdentifier", Zones(r)), ("Tags", TagsOf(r))), r.Caller, ct));
        r.Id = r.Name;
    }

    public override bool IsReplacedBy(JsonObject updatePolicy, JsonObject before, JsonObject after) =>
        Said(updatePolicy, "AutoScalingReplacingUpdate", "WillReplace") is "true" && s_kinds.Any(k => !JsonNode.DeepEquals(before[k], after[k]));

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        var asked = r.As<UpdateAutoScalingGroupRequest>([("AutoScalingGroupName", r.Id), ("VPCZoneIdentifier", Zones(r)), .. Unmodified(r).Select(s => (s, (JsonNode?)null))]);
        await scaling.UpdateAutoScalingGroupAsync(asked, r.Caller, ct);
        if (RollingUpdate.Of(r.Request.UpdatePolicy) is { } rolling && r.Changed(s_kinds) && await GroupAsync(r, ct) is { } group)
        {
            var capacity = rolling.CapacityFor(group.DesiredCapacity, group.MaxSize);
            var isMore = capacity != group.DesiredCapacity;
            r.Note = new RollingProgress(isMore ? _clock.GetUtcNow() : null, int.TryParse(r.Text("DesiredCapacity"), out var given) ? given : group.DesiredCapacity,
                string.Join(',', (group.Instances ?? []).Where(i => !IsOld(i, group)).Select(i => i.InstanceId))).Write();
            if (isMore) await scaling.SetDesiredCapacityAsync(new() { AutoScalingGroupName = r.Id, DesiredCapacity = capacity }, r.Caller, ct);
        }
        var wanted = TagsOf(r).OfType<JsonObject>().Select(r.Read<Tag>).ToArray();
        var gone = ((await GroupAsync(r, ct))?.Tags ?? []).Where(t => wanted.All(w => w.Key != t.Key)).Select(t => new Tag { Key = t.Key ?? "", ResourceId = r.Id, ResourceType = TagKind }).ToArray();
        if (gone.Length > 0) await scaling.DeleteTagsAsync(new() { Tags = [.. gone] }, r.Caller, ct);
        if (wanted.Length > 0) await scaling.CreateOrUpdateTagsAsync(new() { Tags = [.. wanted.Select(t => t with { ResourceId = r.Id, ResourceType = TagKind })] }, r.Caller, ct);
    }

    // CloudFormation: a group's first instances are in service before the group is there.
    protected override async Task<bool> IsSettledAsync(TemplateResource r, CancellationToken ct)
    {
        if (await GroupAsync(r, ct) is not { } group) return true;
        if (RollingProgress.Read(r.Note) is { } progress && RollingUpdate.Of(r.Request.UpdatePolicy) is { } rolling && !await IsRolledAsync(rolling, progress, group, r, ct)) return false;
        return InService(group).Count() >= group.DesiredCapacity;
    }

    // The pauses of a rolling update may be long, and many.
    protected override TimeSpan LongestOf(TemplateResource r) => RollingProgress.Read(r.Note) is null ? Longest : s_longestRoll;

    /// <summary>Lets a batch of the old ones go when that of before is made up for.</summary>
    /// <exception cref="ResourceFailedException">Too many of the new ones do not work.</exception>
    private async Task<bool> IsRolledAsync(RollingUpdate rolling, RollingProgress progress, AutoScalingGroup group, TemplateResource r, CancellationToken ct)
    {
        var now = _clock.GetUtcNow();
        var old = (group.Instances ?? []).Where(i => IsOld(i, group)).ToList();
        var serving = InService(group).ToList();
        if (progress.Last is { } last)
        {
            var batch = rolling.StateOf([.. serving.Except(old).Select(i => i.InstanceId).Where(i => !progress.WasThere(i))], group.DesiredCapacity - serving.Count, r.Request.Signals, group.DesiredCapacity, now >= last + rolling.Pause);
            if (batch.IsHopeless)
                throw new ResourceFailedException("", $"Received {batch.Failures} FAILURE signal(s) out of {group.DesiredCapacity}.  Unable to satisfy {rolling.MinSuccessfulInstancesPercent}% MinSuccessfulInstancesPercent requirement");
            if (!batch.IsReady && (old.Count > 0 || rolling.WaitOnResourceSignals)) return false;
        }
        if (old.Count == 0)
        {
            // There may have been more of them for a while.
            if (progress.Capacity < group.DesiredCapacity) await scaling.SetDesiredCapacityAsync(new() { AutoScalingGroupName = r.Id, DesiredCapacity = progress.Capacity }, r.Caller, ct);
            return true;
        }
        var going = old.Where(i => i.LifecycleState == LifecycleState.InService).ToList();
        var size = rolling.BatchOf(going.Count, serving.Count, group.DesiredCapacity);
        foreach (var instance in going.Take(size))
            await scaling.TerminateInstanceInAutoScalingGroupAsync(new() { InstanceId = instance.InstanceId, ShouldDecrementDesiredCapacity = false }, r.Caller, ct);
        if (size > 0) r.Note = (progress with { Last = now }).Write();
        return false;
    }

    private static IEnumerable<Instance> InService(AutoScalingGroup group) => (group.Instances ?? []).Where(i => i.LifecycleState == LifecycleState.InService);

    private static bool IsOld(Instance instance, AutoScalingGroup group)
    {
        if (group.LaunchConfigurationName is { } configuration) return instance.LaunchConfigurationName != configuration;
        if ((group.LaunchTemplate ?? group.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification) is not { } template) return false;
        // AWS: $Latest and $Default are what they were when an instance was made; another version behind them does not make it old.
        return instance.LaunchTemplate is not { } made || (made.LaunchTemplateId != template.LaunchTemplateId && made.LaunchTemplateName != template.LaunchTemplateName)
            || (template.Version is { } version && !version.StartsWith('$') && made.Version != version);
    }

    private static string? Said(JsonObject? updatePolicy, string policy, string name) => (updatePolicy?[policy] as JsonObject)?[name]?.ToString();

    /// <summary>AWS: sizes that the template left alone stay what schedules and policies made of them.</summary>
    private static IEnumerable<string> Unmodified(TemplateResource r) =>
        Said(r.Request.UpdatePolicy, "AutoScalingScheduledAction", "IgnoreUnmodifiedGroupSizeProperties") is "true" ? s_sizes.Where(s => !r.Changed(s)) : [];

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        if (await GroupAsync(r, ct) is not null) await scaling.DeleteAutoScalingGroupAsync(new() { AutoScalingGroupName = r.Id, ForceDelete = true }, r.Caller, ct);
    }

    protected override async Task<bool> IsGoneAsync(TemplateResource r, CancellationToken ct) => await GroupAsync(r, ct) is null;

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await GroupAsync(r, ct) is not { } group) return null;
        var model = r.Model(group);
        foreach (var number in (string[])["DesiredCapacity", "MaxSize", "MinSize"]) model.Properties[number] = model.Properties[number]?.ToString(); // AWS: templates have texts for these.
        if (group.VPCZoneIdentifier is { Length: > 0 } zones) model.Properties["VPCZoneIdentifier"] = new JsonArray([.. zones.Split(',').Select(z => (JsonNode)z)]);
        foreach (var tag in (model.Properties["Tags"] as JsonArray ?? []).OfType<JsonObject>()) _ = (tag.Remove("ResourceId"), tag.Remove("ResourceType"));
        return model;
    }

    // Templates list subnets, the API has them in one text.
    private static string? Zones(TemplateResource r) => r.Texts("VPCZoneIdentifier") is { Length: > 0 } subnets ? string.Join(',', subnets) : null;

    // Tags of the stack reach the instances too.
    private static JsonArray TagsOf(TemplateResource r)
    {
        var own = r.Objects("Tags");
        return [.. own.Select(t => t.DeepClone()), .. r.Tags.Where(t => own.All(o => o["Key"]?.ToString() != t.Key)).Select(t => new JsonObject { ["Key"] = t.Key, ["Value"] = t.Value, ["PropagateAtLaunch"] = true })];
    }

    private async Task<AutoScalingGroup?> GroupAsync(TemplateResource r, CancellationToken ct) =>
        (await scaling.DescribeAutoScalingGroupsAsync(new() { AutoScalingGroupNames = [r.Id] }, r.Caller, ct)).AutoScalingGroups.FirstOrDefault();
}
