using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Templates;
using Minato.Contracts.ApplicationAutoScaling;

namespace Minato.ApplicationAutoScaling.Templates;

/// <summary>What templates can name of Application Auto Scaling.</summary>
internal static class ScalingTypes
{
    public static IServiceCollection AddApplicationAutoScalingResourceTypes(this IServiceCollection services) => services
        .AddSingleton<IResourceType, ScalableTargetType>()
        .AddSingleton<IResourceType, ScalingPolicyType>();

    /// <summary>The parts of <c>resourceId|dimension|namespace</c>.</summary>
    public static JsonObject PartsOf(string? id) => id?.Split('|') is [var resource, var dimension, var space]
        ? new() { ["ResourceId"] = resource, ["ScalableDimension"] = dimension, ["ServiceNamespace"] = space } : [];
}

/// <summary>Ref is <c>resourceId|dimension|namespace</c>.</summary>
internal sealed class ScalableTargetType(IApplicationAutoScaling scaling, TimeProvider clock) : ResourceHandler("AWS::ApplicationAutoScaling::ScalableTarget", clock)
{
    private const string Actions = "ScheduledActions";

    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<RegisterScalableTargetRequest>().And(Actions) with
    {
        Required = ["MaxCapacity", "MinCapacity", "ResourceId", "ScalableDimension", "ServiceNamespace"], CreateOnly = ["ResourceId", "ScalableDimension", "ServiceNamespace"],
        Attributes = ["Id"], Identifiers = ["ResourceId", "ScalableDimension", "ServiceNamespace"],
    };

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await scaling.RegisterScalableTargetAsync(r.As<RegisterScalableTargetRequest>(), r.Caller, ct);
        r.Id = $"{r.Text("ResourceId")}|{r.Text("ScalableDimension")}|{r.Text("ServiceNamespace")}";
        await SetActionsAsync(r, ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        // AWS: a target that is there is not tagged by registering it again.
        var arn = (await scaling.RegisterScalableTargetAsync(r.As<RegisterScalableTargetRequest>() with { Tags = null }, r.Caller, ct)).ScalableTargetARN ?? "";
        await SetActionsAsync(r, ct);
        var changes = TagChanges.Between(r.Tags, (await scaling.ListTagsForResourceAsync(new() { ResourceARN = arn }, r.Caller, ct)).Tags ?? []);
        if (changes.Gone.Count > 0) await scaling.UntagResourceAsync(new() { ResourceARN = arn, TagKeys = [.. changes.Gone] }, r.Caller, ct);
        if (changes.Set.Count > 0) await scaling.TagResourceAsync(new() { ResourceARN = arn, Tags = changes.Set.ToImmutableDictionary() }, r.Caller, ct);
    }

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) =>
        scaling.DeregisterScalableTargetAsync(r.Read<DeregisterScalableTargetRequest>(ScalingTypes.PartsOf(r.Id)), r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var asked = ScalingTypes.PartsOf(r.Id);
        asked["ResourceIds"] = new JsonArray(asked["ResourceId"]?.DeepClone());
        var target = (await scaling.DescribeScalableTargetsAsync(r.Read<DescribeScalableTargetsRequest>(asked), r.Caller, ct)).ScalableTargets?.FirstOrDefault();
        if (target is null) return null;
        var model = r.Model(target, ("Id", r.Id));
        asked.Remove("ResourceIds");
        var actions = (await scaling.DescribeScheduledActionsAsync(r.Read<DescribeScheduledActionsRequest>(asked), r.Caller, ct)).ScheduledActions ?? [];
        model.Properties[Actions] = new JsonArray([.. actions.Select(a => r.Seen(a)).Select(Part)]);
        return model;

        static JsonObject Part(JsonObject action)
        {
            foreach (var other in (string[])["ScheduledActionARN", "ServiceNamespace", "ResourceId", "ScalableDimension", "CreationTime"]) action.Remove(other);
            return action;
        }
    }

    private async Task SetActionsAsync(TemplateResource r, CancellationToken ct)
    {
        if (!r.Changed(Actions)) return;
        var names = r.Objects(Actions).Select(a => a["ScheduledActionName"]?.ToString()).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in (r.Request.PreviousProperties[Actions] as JsonArray ?? []).OfType<JsonObject>().Select(a => a["ScheduledActionName"]?.ToString()).Where(n => !names.Contains(n)))
            await IfThereAsync(() => scaling.DeleteScheduledActionAsync(r.Read<DeleteScheduledActionRequest>(With(new() { ["ScheduledActionName"] = gone })), r.Caller, ct));
        foreach (var action in r.Objects(Actions)) await scaling.PutScheduledActionAsync(r.Read<PutScheduledActionRequest>(With((JsonObject)action.DeepClone())), r.Caller, ct);

        JsonObject With(JsonObject action)
        {
            foreach (var (name, value) in ScalingTypes.PartsOf(r.Id)) action[name] = value?.DeepClone();
            return action;
        }
    }
}

/// <summary>Ref is the policy's ARN.</summary>
internal sealed class ScalingPolicyType(IApplicationAutoScaling scaling, TimeProvider clock) : ResourceHandler("AWS::ApplicationAutoScaling::ScalingPolicy", clock)
{
    private static readonly string[] s_place = ["ResourceId", "ScalableDimension", "ServiceNamespace"];

    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<PutScalingPolicyRequest>().And("ScalingTargetId") with
    {
        Required = ["PolicyName", "PolicyType"], CreateOnly = ["PolicyName", "ScalingTargetId", .. s_place], Attributes = ["Arn"], Identifiers = ["Arn", "ScalableDimension"],
    };

    // AWS: a put makes a policy or changes it.
    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct) => r.Id = (await scaling.PutScalingPolicyAsync(Asked<PutScalingPolicyRequest>(r), r.Caller, ct)).PolicyARN;

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) => MakeAsync(r, ct);
    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => scaling.DeleteScalingPolicyAsync(Asked<DeleteScalingPolicyRequest>(r), r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var asked = Place(r);
        asked["PolicyNames"] = new JsonArray(r.Text("PolicyName"));
        var policy = (await scaling.DescribeScalingPoliciesAsync(r.Read<DescribeScalingPoliciesRequest>(asked), r.Caller, ct)).ScalingPolicies?.FirstOrDefault(p => p.PolicyARN == r.Id);
        if (policy is null) return null;
        var model = r.Model(policy, ("Arn", r.Id));
        if (r.Text("ScalingTargetId") is { } target) model.Properties["ScalingTargetId"] = target;
        return model;
    }

    private static T Asked<T>(TemplateResource r)
        where T : Minato.Aws.Shapes.IShape<T> => r.As<T>([.. Place(r).Select(p => (p.Key, p.Value?.DeepClone()))]);

    // A template names the target, or the three things that make its name.
    private static JsonObject Place(TemplateResource r)
    {
        var place = ScalingTypes.PartsOf(r.Text("ScalingTargetId"));
        foreach (var part in s_place.Where(r.Has)) place[part] = r.Text(part);
        return place;
    }
}
