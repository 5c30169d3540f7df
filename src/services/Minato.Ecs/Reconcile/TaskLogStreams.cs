using Minato.Aws;
using Minato.Contracts.CloudWatchLogs;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;

namespace Minato.Ecs.Reconcile;

/// <summary>Makes the log streams of a task before its containers start: where they cannot be made, the task does not start.</summary>
internal sealed class TaskLogStreams(ICloudWatchLogs? logs = null)
{
    /// <returns>Why the task cannot start, in AWS's words; null when all is well.</returns>
    public async Task<string?> PrepareAsync(TaskState task, TaskDefinitionState definition, CancellationToken ct)
    {
        if (logs is null) return null;
        foreach (var container in definition.Containers)
        {
            if (LogTarget.Of(task, container, runtimeId: null) is not { } target) continue;
            if (await PrepareAsync(target, ct) is not { } problem) continue;
            return task.LaunchType == LaunchType.Fargate
                ? $"ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: {problem} : exit status 1"
                : $"CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create Cloudwatch log stream: {problem}";
        }

        return null;
    }

    /// <returns>Null when the stream is there.</returns>
    public async Task<string?> PrepareAsync(LogTarget target, CancellationToken ct)
    {
        if (logs is null) return null;
        if (target.Problem is not null) return target.Problem;
        if (target.CreatesGroup && await TryAsync(() => logs.CreateLogGroupAsync(new() { LogGroupName = target.Group }, target.Caller, ct)) is { } problem)
            return problem;
        if (target.Stream is not { } stream) return null;
        return await TryAsync(() => logs.CreateLogStreamAsync(new() { LogGroupName = target.Group, LogStreamName = stream }, target.Caller, ct));
    }

    private static async Task<string?> TryAsync(Func<Task> create)
    {
        try
        {
            await create();
            return null;
        }
        catch (Contracts.CloudWatchLogs.ResourceAlreadyExistsException)
        {
            return null;
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            return $"{e.Code}: {e.Message}";
        }
    }
}
