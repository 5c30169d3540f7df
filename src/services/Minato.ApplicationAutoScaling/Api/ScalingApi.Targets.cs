using System.Collections.Immutable;
using Minato.ApplicationAutoScaling.Reconcile;
using Minato.ApplicationAutoScaling.State;
using Minato.Aws;
using Minato.Contracts.ApplicationAutoScaling;

namespace Minato.ApplicationAutoScaling.Api;

// Scalable targets.
internal sealed partial class ScalingApi
{
    public async Task<RegisterScalableTargetResponse> RegisterScalableTargetAsync(RegisterScalableTargetRequest request, Caller caller, CancellationToken ct)
    {
        var key = KeyOf(caller, request.ServiceNamespace, request.ResourceId, request.ScalableDimension);
        if (request.MinCapacity < 0 || request.MaxCapacity < 0) throw Invalid("Minimum and maximum capacity must not be negative");
        if (await scaler.FindAsync(key, ct) is null) throw Invalid(Scaler.NotFoundText + request.ResourceId);
        await EnsureRoleAsync(caller, ct);
        var now = clock.GetUtcNow();
        var target = await store.UpdateAsync(tx =>
        {
            var there = tx.Find(Tables.Targets, key);
            if (there is null && (request.MinCapacity is null || request.MaxCapacity is null))
                throw Invalid("You must specify both MinCapacity and MaxCapacity to register a new scalable target");
            if (there is null && tx.Count(Tables.TargetsByHome, key.Home) >= MostTargets) throw new LimitExceededException($"You have reached the limit of {MostTargets} scalable targets.");
            var before = there ?? new() { Key = key, Id = ids.Hex(32), Min = 0, Max = 0, CreatedAt = now };
            var suspended = request.SuspendedState;
            var next = before with
            {
                Min = request.MinCapacity ?? before.Min, Max = request.MaxCapacity ?? before.Max,
                IsInSuspended = suspended?.DynamicScalingInSuspended ?? before.IsInSuspended, IsOutSuspended = suspended?.DynamicScalingOutSuspended ?? before.IsOutSuspended,
                IsScheduleSuspended = suspended?.ScheduledScalingSuspended ?? before.IsScheduleSuspended,
                Tags = request.Tags is { } tags ? before.Tags.SetItems(tags) : before.Tags,
                // AWS: also when the bounds are not in the request.
                MustBound = true,
            };
            if (next.Min > next.Max) throw Invalid($"Maximum capacity cannot be less than minimum capacity: {next.Max} is less than {next.Min}");
            tx.Put(Tables.Targets, next);
            return next;
        }, ct);
        return new() { ScalableTargetARN = target.Arn };
    }

    public async Task<DeregisterScalableTargetResponse> DeregisterScalableTargetAsync(DeregisterScalableTargetRequest request, Caller caller, CancellationToken ct)
    {
        var key = KeyOf(caller, request.ServiceNamespace, request.ResourceId, request.ScalableDimension);
        var alarms = await store.UpdateAsync(tx =>
        {
            Find(tx, key);
            var policies = tx.Where(Tables.PoliciesByTarget, key).ToArray();
            foreach (var policy in policies) tx.Delete(Tables.Policies, policy.Key);
            foreach (var action in tx.Keys(Tables.ScheduledByTarget, key).ToArray()) tx.Delete(Tables.Scheduled, action);
            tx.Delete(Tables.Targets, key);
            return policies.SelectMany(p => p.Alarms).ToImmutableArray();
        }, ct);
        await DeleteAlarmsAsync(key.Home, alarms, ct);
        return new();
    }

    public Task<DescribeScalableTargetsResponse> DescribeScalableTargetsAsync(DescribeScalableTargetsRequest request, Caller caller, CancellationToken ct)
    {
        var found = request.ServiceNamespace is not ServiceNamespace.Ecs ? []
            : Names(request.ResourceIds) is { } named ? named.Select(id => store.Current.Find(Tables.Targets, new TargetKey(Home.Of(caller), id))).OfType<TargetState>()
            : store.Current.Where(Tables.TargetsByHome, Home.Of(caller));
        var (page, token) = Page(nameof(DescribeScalableTargetsAsync), found, request.NextToken, request.MaxResults, t => t.Key.ResourceId);
        return Task.FromResult(new DescribeScalableTargetsResponse { ScalableTargets = [.. page.Select(ToWire)], NextToken = token });
    }

    public async Task<TagResourceResponse> TagResourceAsync(TagResourceRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeTagsAsync(request.ResourceARN, caller, t => t.SetItems(request.Tags), ct);
        return new();
    }

    public async Task<UntagResourceResponse> UntagResourceAsync(UntagResourceRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeTagsAsync(request.ResourceARN, caller, t => t.RemoveRange(request.TagKeys), ct);
        return new();
    }

    public Task<ListTagsForResourceResponse> ListTagsForResourceAsync(ListTagsForResourceRequest request, Caller caller, CancellationToken ct)
    {
        var target = store.Current.Where(Tables.TargetsByArn, request.ResourceARN).FirstOrDefault(t => t.Key.Home == Home.Of(caller)) ?? throw NoResource(request.ResourceARN);
        return Task.FromResult(new ListTagsForResourceResponse { Tags = target.Tags.ToImmutableDictionary() });
    }

    private async ValueTask ChangeTagsAsync(string arn, Caller caller, Func<ImmutableSortedDictionary<string, string>, ImmutableSortedDictionary<string, string>> change, CancellationToken ct)
    {
        const int most = 50;
        await store.UpdateAsync(tx =>
        {
            var target = tx.Where(Tables.TargetsByArn, arn).FirstOrDefault(t => t.Key.Home == Home.Of(caller)) ?? throw NoResource(arn);
            var tags = change(target.Tags);
            if (tags.Count > most) throw new TooManyTagsException($"A resource can have at most {most} tags.");
            tx.Put(Tables.Targets, target with { Tags = tags });
        }, ct);
    }

    private static ResourceNotFoundException NoResource(string arn) => new($"The specified resource doesn't exist: {arn}");

    private static ScalableTarget ToWire(TargetState target) => new()
    {
        ServiceNamespace = ServiceNamespace.Ecs, ResourceId = target.Key.ResourceId, ScalableDimension = ScalableDimension.EcsServiceDesiredCount, MinCapacity = target.Min,
        MaxCapacity = target.Max, RoleARN = RoleArn(target.Key.Home), CreationTime = target.CreatedAt, ScalableTargetARN = target.Arn,
        SuspendedState = new()
        {
            DynamicScalingInSuspended = target.IsInSuspended, DynamicScalingOutSuspended = target.IsOutSuspended, ScheduledScalingSuspended = target.IsScheduleSuspended,
        },
    };
}
