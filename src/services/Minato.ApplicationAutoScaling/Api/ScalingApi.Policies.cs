using System.Collections.Immutable;
using Minato.ApplicationAutoScaling.Planning;
using Minato.ApplicationAutoScaling.State;
using Minato.Aws;
using Minato.Contracts.ApplicationAutoScaling;

namespace Minato.ApplicationAutoScaling.Api;

// Scaling policies.
internal sealed partial class ScalingApi
{
    public async Task<PutScalingPolicyResponse> PutScalingPolicyAsync(PutScalingPolicyRequest request, Caller caller, CancellationToken ct)
    {
        var key = new PolicyKey(KeyOf(caller, request.ServiceNamespace, request.ResourceId, request.ScalableDimension), request.PolicyName);
        Find(store.Current, key.Target);
        var (step, tracking) = RulesOf(request, store.Current.Find(Tables.Policies, key));
        var (policy, gone) = await store.UpdateAsync(tx =>
        {
            Find(tx, key.Target);
            var there = tx.Find(Tables.Policies, key);
            if (there is null && tx.Count(Tables.PoliciesByTarget, key.Target) >= MostPolicies)
                throw new LimitExceededException($"You have reached the limit of {MostPolicies} scaling policies for a scalable target.");
            var next = Made(there, key, step, tracking);
            tx.Put(Tables.Policies, next);
            return (next, (there?.Alarms ?? []).Except(next.Alarms, StringComparer.Ordinal).ToImmutableArray());
        }, ct);
        foreach (var alarm in ManagedAlarms.Of(policy)) await cloudWatch.PutMetricAlarmAsync(alarm, key.Target.Home.Caller, ct);
        await DeleteAlarmsAsync(key.Target.Home, gone, ct);
        return new() { PolicyARN = policy.Arn, Alarms = AlarmsOf(policy) };
    }

    public async Task<DeleteScalingPolicyResponse> DeleteScalingPolicyAsync(DeleteScalingPolicyRequest request, Caller caller, CancellationToken ct)
    {
        var key = new PolicyKey(KeyOf(caller, request.ServiceNamespace, request.ResourceId, request.ScalableDimension), request.PolicyName);
        var policy = await store.UpdateAsync(tx =>
        {
            var there = tx.Find(Tables.Policies, key) ?? throw new ObjectNotFoundException(
                $"No scaling policy found for service namespace: ecs, resource ID: {request.ResourceId}, scalable dimension: ecs:service:DesiredCount: {request.PolicyName}");
            tx.Delete(Tables.Policies, key);
            return there;
        }, ct);
        await DeleteAlarmsAsync(key.Target.Home, [.. policy.Alarms], ct);
        return new();
    }

    public Task<DescribeScalingPoliciesResponse> DescribeScalingPoliciesAsync(DescribeScalingPoliciesRequest request, Caller caller, CancellationToken ct)
    {
        var home = Home.Of(caller);
        var found = request.ServiceNamespace is not ServiceNamespace.Ecs ? []
            : request.ResourceId is { } id ? store.Current.Where(Tables.PoliciesByTarget, new TargetKey(home, id)) : store.Current.Where(Tables.PoliciesByHome, home);
        // AWS: by name or by ARN.
        if (Names(request.PolicyNames) is { } names) found = found.Where(p => names.Contains(p.Key.Name) || names.Contains(p.Arn));
        var (page, token) = Page(nameof(DescribeScalingPoliciesAsync), found, request.NextToken, request.MaxResults, p => p.Arn);
        return Task.FromResult(new DescribeScalingPoliciesResponse { ScalingPolicies = [.. page.Select(ToWire)], NextToken = token });
    }

    public Task<GetPredictiveScalingForecastResponse> GetPredictiveScalingForecastAsync(GetPredictiveScalingForecastRequest request, Caller caller, CancellationToken ct)
    {
        KeyOf(caller, request.ServiceNamespace, request.ResourceId, request.ScalableDimension);
        throw Invalid($"No predictive scaling policy found: {request.PolicyName}");
    }

    private PolicyState Made(PolicyState? there, PolicyKey key, StepRules? step, TrackingRules? tracking)
    {
        var policy = (there ?? new() { Key = key, Uuid = ids.Uuid(), CreatedBy = ids.Uuid(), CreatedAt = clock.GetUtcNow() }) with { Step = step, Tracking = tracking };
        if (tracking is null) return policy with { HighAlarm = null, LowAlarm = null };
        // The alarms keep their names while they are kept; without scale-in there is no lower one.
        return policy with
        {
            HighAlarm = there?.HighAlarm ?? ManagedAlarms.NameOf(key.Target, "High", ids.Uuid()),
            LowAlarm = tracking.IsInDisabled == true ? null : there?.LowAlarm ?? ManagedAlarms.NameOf(key.Target, "Low", ids.Uuid()),
        };
    }

    private async ValueTask DeleteAlarmsAsync(Home home, ImmutableArray<string> names, CancellationToken ct)
    {
        if (!names.IsEmpty) await cloudWatch.DeleteAlarmsAsync(new() { AlarmNames = names }, home.Caller, ct);
    }

    private static ImmutableArray<Alarm> AlarmsOf(PolicyState policy) =>
        [.. policy.Alarms.Select(a => new Alarm { AlarmName = a, AlarmARN = $"arn:aws:cloudwatch:{policy.Key.Target.Home.Region}:{policy.Key.Target.Home.AccountId}:alarm:{a}" })];

    private static (StepRules? Step, TrackingRules? Tracking) RulesOf(PutScalingPolicyRequest request, PolicyState? there)
    {
        var type = request.PolicyType ?? (there?.Tracking is not null ? PolicyType.TargetTrackingScaling : PolicyType.StepScaling);
        switch (type)
        {
            case PolicyType.StepScaling when request.StepScalingPolicyConfiguration is { } step: return (PolicyRules.Read(step), null);
            case PolicyType.TargetTrackingScaling when request.TargetTrackingScalingPolicyConfiguration is { } tracking: return (null, PolicyRules.Read(tracking));
            case PolicyType.PredictiveScaling: throw Invalid("Predictive scaling policies are not supported in this Region.");
            default: throw Invalid($"The configuration of a {type.ToWire()} policy is missing");
        }
    }

    private static ScalingPolicy ToWire(PolicyState policy) => new()
    {
        PolicyARN = policy.Arn, PolicyName = policy.Key.Name, ServiceNamespace = ServiceNamespace.Ecs, ResourceId = policy.Key.Target.ResourceId,
        ScalableDimension = ScalableDimension.EcsServiceDesiredCount, PolicyType = policy.Tracking is null ? PolicyType.StepScaling : PolicyType.TargetTrackingScaling,
        StepScalingPolicyConfiguration = policy.Step is { } step ? PolicyRules.ToWire(step) : null,
        TargetTrackingScalingPolicyConfiguration = policy.Tracking is { } tracking ? PolicyRules.ToWire(tracking) : null, Alarms = AlarmsOf(policy), CreationTime = policy.CreatedAt,
    };
}
