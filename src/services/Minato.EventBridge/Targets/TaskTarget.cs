using System.Collections.Immutable;
using System.Text;
using Minato.Aws;
using Minato.Aws.Shapes;
using Minato.Contracts.Ecs;
using Minato.Contracts.Sts;
using Minato.EventBridge.Planning;
using Minato.EventBridge.Reconcile;
using Parameters = Minato.Contracts.Eventbridge.EcsParameters;
using Tag = Minato.Contracts.Ecs.Tag;

namespace Minato.EventBridge.Targets;

/// <summary>Tasks of an ECS cluster. What the target gets is a document of overrides; the role of the target runs them.</summary>
internal sealed class TaskTarget(IEcs? ecs = null, ISts? sts = null) : ITargetKind
{
    private const int LongestStartedBy = 128;

    public bool Takes(Arn target) => ecs is not null && target.Service == "ecs" && target.Resource.StartsWith("cluster/", StringComparison.Ordinal);

    public async ValueTask<DeliveryOutcome> DeliverAsync(TargetCall call, CancellationToken ct)
    {
        if (ecs is null || call.Delivery.Target is not { EcsParameters: { } asked }) return new DeliveryOutcome.Failed("NO_RESOURCE", "The target says nothing of a task.", IsFinal: true);
        var answer = await ecs.RunTaskAsync(RequestOf(call, asked), await CallerAsync(call, ct), ct);
        return answer.Failures is [var first, ..] && answer.Tasks is not { Length: > 0 }
            ? new DeliveryOutcome.Failed("THROTTLING", $"{first.Reason} {first.Arn}".Trim(), IsFinal: false) : new DeliveryOutcome.Delivered();
    }

    private static RunTaskRequest RequestOf(TargetCall call, Parameters asked) => new()
    {
        Cluster = call.Target.ToString(),
        TaskDefinition = asked.TaskDefinitionArn,
        Count = asked.TaskCount ?? 1,
        // The same event never starts its tasks twice, even if the answer got lost.
        ClientToken = call.Delivery.Id,
        StartedBy = StartedBy(call.Delivery.Rule.Name),
        LaunchType = asked.LaunchType is { } type ? Enum.Parse<LaunchType>(type.ToString()) : null,
        PlatformVersion = asked.PlatformVersion,
        Group = asked.Group,
        ReferenceId = asked.ReferenceId,
        EnableECSManagedTags = asked.EnableECSManagedTags,
        EnableExecuteCommand = asked.EnableExecuteCommand,
        PropagateTags = asked.PropagateTags is null ? null : PropagateTags.TaskDefinition,
        NetworkConfiguration = asked.NetworkConfiguration?.AwsvpcConfiguration is { } vpc ? new()
        {
            AwsvpcConfiguration = new()
            {
                Subnets = vpc.Subnets, SecurityGroups = vpc.SecurityGroups,
                AssignPublicIp = vpc.AssignPublicIp is { } ip ? Enum.Parse<AssignPublicIp>(ip.ToString()) : null,
            },
        } : null,
        CapacityProviderStrategy = Each(asked.CapacityProviderStrategy, c => new CapacityProviderStrategyItem { CapacityProvider = c.CapacityProvider, Weight = c.Weight, Base = c.Base }),
        PlacementConstraints = Each(asked.PlacementConstraints, c => new PlacementConstraint { Type = c.Type is { } t ? Enum.Parse<PlacementConstraintType>(t.ToString()) : null, Expression = c.Expression }),
        PlacementStrategy = Each(asked.PlacementStrategy, s => new PlacementStrategy { Type = s.Type is { } t ? Enum.Parse<PlacementStrategyType>(t.ToString()) : null, Field = s.Field }),
        Tags = Each(asked.Tags, t => new Tag { Key = t.Key, Value = t.Value }),
        Overrides = OverridesOf(call.Payload),
    };

    private static ImmutableArray<TOut>? Each<TIn, TOut>(ImmutableArray<TIn>? list, Func<TIn, TOut> map) => list is { IsDefaultOrEmpty: false } some ? [.. some.Select(map)] : null;

    private static string StartedBy(string rule)
    {
        var text = $"events-rule/{rule}";
        return text.Length <= LongestStartedBy ? text : text[..LongestStartedBy];
    }

    /// <summary>AWS: whatever is no overrides is ignored, a whole event too.</summary>
    private static TaskOverride? OverridesOf(string payload)
    {
        if (!EventText.IsObject(payload)) return null;
        try
        {
            return ShapeJson.Read<TaskOverride>(Encoding.UTF8.GetBytes(payload));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private async ValueTask<Caller> CallerAsync(TargetCall call, CancellationToken ct)
    {
        if (sts is null || call.Delivery.Target.RoleArn is not { } role) return call.Caller;
        var answer = await sts.AssumeRoleAsync(new() { RoleArn = role, RoleSessionName = call.Delivery.Id.Replace("-", "", StringComparison.Ordinal) }, call.Caller, ct);
        return call.Caller with
        {
            PrincipalArn = answer.AssumedRoleUser?.Arn ?? role, PrincipalId = answer.AssumedRoleUser?.AssumedRoleId ?? "", AccessKeyId = answer.Credentials?.AccessKeyId, SourceArn = null,
        };
    }
}
