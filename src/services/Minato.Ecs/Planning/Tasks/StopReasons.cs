using Minato.Engines.Containers;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>The words of AWS for what went wrong.</summary>
internal static class StopReasons
{
    public const string EssentialContainerExited = "Essential container in task exited";
    public const string TaskFailedToStart = "Task failed to start";
    private const int Longest = 1024;

    // AWS: on EC2 the detail is in the container's reason, on Fargate it is the task's own.
    public static string FailedToStart(TaskDraft draft, string? reason) =>
        draft.IsFargate && !string.IsNullOrEmpty(reason) ? reason : TaskFailedToStart;

    public static string CannotAssume(string role) =>
        $"ECS was unable to assume the role '{role}' that was provided for this task. Please verify that the role being passed has the proper "
        + "trust relationship and permissions and that your IAM user has permissions to pass this role.";

    public static string OutOfMemory => "OutOfMemoryError: Container killed due to memory usage";

    public static string Vanished => "ContainerVanishedError: No container matching saved ID found";

    public static string EngineAway(string advice) => Named("EngineUnavailableError", advice);

    public static string CannotPull(PullOutcome.Failed failed) => Named("CannotPullContainerError",
        failed.Failure is PullFailure.Denied or PullFailure.NotFound
            ? $"The task can’t pull the image. Check whether the image exists. {failed.Reason}" : failed.Reason);

    public static string? Of(CreateOutcome outcome) => outcome switch
    {
        CreateOutcome.ImageMissing missing => Named("CannotPullContainerError", missing.Reason),
        CreateOutcome.AddressTaken taken => Named("ContainerNetworkingError", taken.Reason),
        CreateOutcome.DiskFull full => Named("CannotCreateContainerError", full.Reason),
        CreateOutcome.Refused refused => Named("CannotCreateContainerError", refused.Reason),
        _ => null,
    };

    public static string? Of(StartOutcome outcome) => outcome switch
    {
        StartOutcome.PortTaken taken => Named("CannotStartContainerError", taken.Reason),
        StartOutcome.AddressTaken taken => Named("ContainerNetworkingError", taken.Reason),
        StartOutcome.DiskFull full => Named("CannotStartContainerError", full.Reason),
        StartOutcome.NetworkGone gone => Named("CannotStartContainerError", gone.Reason),
        StartOutcome.Refused refused => Named("CannotStartContainerError", refused.Reason),
        StartOutcome.Gone => Vanished,
        _ => null,
    };

    public static string Named(string error, string message)
    {
        var text = $"{error}: {message}";
        return text.Length <= Longest ? text : text[..Longest];
    }
}
