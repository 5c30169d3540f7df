using Minato.AutoScaling.State;
using Minato.Platform;

namespace Minato.AutoScaling.Reconcile;

/// <summary>The history of a group.</summary>
internal static class Activities
{
    /// <param name="failure">Why it came to nothing; null when it did what it says.</param>
    public static ActivityState Add(
        Transaction state, GroupKey key, Ids ids, DateTimeOffset now, string description, string cause, string? failure = null)
    {
        var group = state.Find(AutoScalingTables.Groups, key) ?? throw new InvalidOperationException($"The group {key} is gone.");
        var activity = new ActivityState
        {
            Key = new(key, group.NextActivity), Id = ids.Uuid(), Description = description, Cause = $"At {now:yyyy-MM-ddTHH:mm:ssZ} {cause}", At = now, Failure = failure,
        };
        state.Put(AutoScalingTables.Activities, activity);
        state.Put(AutoScalingTables.Groups, group with { NextActivity = group.NextActivity + 1 });
        if (group.NextActivity > AutoScalingTables.ActivitiesKept)
            state.Delete(AutoScalingTables.Activities, new ActivityKey(key, group.NextActivity - AutoScalingTables.ActivitiesKept));
        return activity;
    }
}
