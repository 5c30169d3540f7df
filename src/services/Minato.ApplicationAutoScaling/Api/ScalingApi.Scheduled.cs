using System.Text.RegularExpressions;
using Minato.ApplicationAutoScaling.Planning;
using Minato.ApplicationAutoScaling.State;
using Minato.Aws;
using Minato.Aws.Schedules;
using Minato.Contracts.ApplicationAutoScaling;

namespace Minato.ApplicationAutoScaling.Api;

// Scheduled actions, and activities.
internal sealed partial class ScalingApi
{
    public async Task<PutScheduledActionResponse> PutScheduledActionAsync(PutScheduledActionRequest request, Caller caller, CancellationToken ct)
    {
        var key = new PolicyKey(KeyOf(caller, request.ServiceNamespace, request.ResourceId, request.ScalableDimension), request.ScheduledActionName);
        Check(request);
        var now = clock.GetUtcNow();
        await store.UpdateAsync(tx =>
        {
            Find(tx, key.Target);
            var there = tx.Find(Tables.Scheduled, key);
            if (there is null && tx.Count(Tables.ScheduledByTarget, key.Target) >= MostScheduled)
                throw new LimitExceededException($"You have reached the limit of {MostScheduled} scheduled actions for a scalable target.");
            var schedule = request.Schedule ?? there?.Schedule ?? throw Invalid("Schedule must be specified for a new scheduled action");
            // AWS: what an update does not name stays.
            var next = new ScheduledState
            {
                Key = key, Uuid = there?.Uuid ?? ids.Uuid(), Schedule = schedule, TimeZone = request.Timezone ?? there?.TimeZone, StartAt = request.StartTime ?? there?.StartAt,
                EndAt = request.EndTime ?? there?.EndAt, Min = request.ScalableTargetAction is { } a ? a.MinCapacity : there?.Min,
                Max = request.ScalableTargetAction is { } b ? b.MaxCapacity : there?.Max, CreatedAt = there?.CreatedAt ?? now,
            };
            if (next is { Min: null, Max: null }) throw Invalid("Either MinCapacity or MaxCapacity must be specified for a scheduled action");
            if (next.Min > next.Max) throw Invalid("Maximum capacity cannot be less than minimum capacity");
            tx.Put(Tables.Scheduled, next with { NextAt = Schedules.First(next, now) });
        }, ct);
        return new();
    }

    public async Task<DeleteScheduledActionResponse> DeleteScheduledActionAsync(DeleteScheduledActionRequest request, Caller caller, CancellationToken ct)
    {
        var key = new PolicyKey(KeyOf(caller, request.ServiceNamespace, request.ResourceId, request.ScalableDimension), request.ScheduledActionName);
        await store.UpdateAsync(tx =>
        {
            if (!tx.Delete(Tables.Scheduled, key))
                throw new ObjectNotFoundException($"No scheduled action found for service namespace: ecs, resource ID: {request.ResourceId}, scalable dimension: ecs:service:DesiredCount: {request.ScheduledActionName}");
        }, ct);
        return new();
    }

    public Task<DescribeScheduledActionsResponse> DescribeScheduledActionsAsync(DescribeScheduledActionsRequest request, Caller caller, CancellationToken ct)
    {
        var home = Home.Of(caller);
        var found = request.ServiceNamespace is not ServiceNamespace.Ecs ? []
            : request.ResourceId is { } id ? store.Current.Where(Tables.ScheduledByTarget, new TargetKey(home, id)) : store.Current.Where(Tables.ScheduledByHome, home);
        if (Names(request.ScheduledActionNames) is { } names) found = found.Where(s => names.Contains(s.Key.Name));
        var (page, token) = Page(nameof(DescribeScheduledActionsAsync), found, request.NextToken, request.MaxResults, s => s.Arn);
        return Task.FromResult(new DescribeScheduledActionsResponse { ScheduledActions = [.. page.Select(ToWire)], NextToken = token });
    }

    public Task<DescribeScalingActivitiesResponse> DescribeScalingActivitiesAsync(DescribeScalingActivitiesRequest request, Caller caller, CancellationToken ct)
    {
        var home = Home.Of(caller);
        var found = request.ServiceNamespace is not ServiceNamespace.Ecs ? []
            : request.ResourceId is { } id ? store.Current.Where(Tables.ActivitiesByTarget, new TargetKey(home, id)) : store.Current.Where(Tables.ActivitiesByHome, home);
        if (request.IncludeNotScaledActivities != true) found = found.Where(a => a.NotScaled is null);
        var (page, token) = Page(nameof(DescribeScalingActivitiesAsync), found, request.NextToken, request.MaxResults, a => a.Key.Id);
        return Task.FromResult(new DescribeScalingActivitiesResponse { ScalingActivities = [.. page.Select(ToWire)], NextToken = token });
    }

    private static void Check(PutScheduledActionRequest request)
    {
        if (!ActionName().IsMatch(request.ScheduledActionName)) throw Invalid($"Invalid scheduled action name: {request.ScheduledActionName}");
        if (request.Schedule is { } text && !ScheduleExpression.TryParse(text, out _)) throw Invalid($"Invalid schedule expression: {text}");
        if (Schedules.ZoneOf(request.Timezone) is null) throw Invalid($"Invalid timezone: {request.Timezone}");
        if (request.StartTime > request.EndTime) throw Invalid("The start time must be before the end time");
        if (request.ScalableTargetAction is { MinCapacity: < 0 } or { MaxCapacity: < 0 }) throw Invalid("Minimum and maximum capacity must not be negative");
    }

    private static ScheduledAction ToWire(ScheduledState action) => new()
    {
        ScheduledActionName = action.Key.Name, ScheduledActionARN = action.Arn, ServiceNamespace = ServiceNamespace.Ecs, Schedule = action.Schedule, Timezone = action.TimeZone,
        ResourceId = action.Key.Target.ResourceId, ScalableDimension = ScalableDimension.EcsServiceDesiredCount, StartTime = action.StartAt, EndTime = action.EndAt,
        ScalableTargetAction = new() { MinCapacity = action.Min, MaxCapacity = action.Max }, CreationTime = action.CreatedAt,
    };

    private static ScalingActivity ToWire(ActivityState activity) => new()
    {
        ActivityId = activity.Key.Id, ServiceNamespace = ServiceNamespace.Ecs, ResourceId = activity.Key.Target.ResourceId,
        ScalableDimension = ScalableDimension.EcsServiceDesiredCount, Description = activity.Description, Cause = activity.Cause, StartTime = activity.StartedAt,
        EndTime = activity.EndedAt, StatusCode = activity.Status, StatusMessage = activity.Message,
        NotScaledReasons = activity.NotScaled is not { } code ? null
            :
            [
                new()
                {
                    Code = code, CurrentCapacity = activity.NotScaledCount, MaxCapacity = code is CapacityPlanner.AtMax ? activity.NotScaledBound : null,
                    MinCapacity = code is CapacityPlanner.AtMin ? activity.NotScaledBound : null,
                },
            ],
    };

    [GeneratedRegex(@"^(?!\s)[^:/|]{1,256}(?<!\s)\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ActionName();
}
