using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>The next moves of a task. Pure: the same view at the same time gives the same plan.</summary>
internal static class TaskPlanner
{
    public static TaskPlan Plan(TaskView view, DateTimeOffset now)
    {
        var draft = new TaskDraft(view, now);
        // AWS: the first cause of the end is the one that is told.
        if (view.Task.DesiredStatus == DesiredStatus.Stopped)
            draft.Stop(view.Task.StopCode ?? TaskStopCode.UserInitiated, view.Task.StopReason ?? "");
        if (view.Host is { } host)
        {
            HostedTaskPlanner.Plan(draft, host);
        }
        else
        {
            if (!draft.IsStopping) TaskStartPlanner.Plan(draft);
            if (draft.IsStopping) TaskStopPlanner.Plan(draft);
        }

        var health = TaskHealth.Of(draft.Progress, view.Definition.Containers);
        if (draft.Progress.HealthStatus != health) draft.Progress = draft.Progress with { HealthStatus = health };
        return draft.Result();
    }
}
