using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Api;

/// <summary>Protection of a service's task from scale-in; for the API, and for the task itself through its endpoint.</summary>
internal static class TaskProtections
{
    public const int LongestMinutes = 2880;
    private const int UsualMinutes = 120;

    /// <summary>Asked again, the time starts anew.</summary>
    /// <exception cref="InvalidParameterException">The time is out of range.</exception>
    public static void Check(int? expiresInMinutes)
    {
        if (expiresInMinutes is < 1 or > LongestMinutes)
            throw new InvalidParameterException($"expiresInMinutes must be between 1 and {LongestMinutes}.");
    }

    /// <returns>Why it cannot be protected; null when it now is what was asked.</returns>
    public static Failure? Set(Transaction ecs, TaskKey key, bool enabled, int? expiresInMinutes, DateTimeOffset now)
    {
        if (Explain(ecs, key) is { } failure) return failure;
        if (ecs.Find(EcsTables.Tasks, key) is not { } task) return null;
        if (enabled && IsBlocked(ecs, task, now))
            return new() { Arn = key.Arn, Reason = "DEPLOYMENT_BLOCKED", Detail = "The number of protected tasks are more than the desired count of tasks" };
        ecs.Put(EcsTables.Tasks, task with { ProtectedUntil = enabled ? now + TimeSpan.FromMinutes(expiresInMinutes ?? UsualMinutes) : null });
        return null;
    }

    /// <returns>Why the task has no protection to speak of; null for a live task of a service.</returns>
    public static Failure? Explain(IReadState ecs, TaskKey key) => ecs.Find(EcsTables.Tasks, key) switch
    {
        null => new() { Arn = key.Arn, Reason = "MISSING" },
        { ServiceKey: null } or { IsStopWanted: true } => new()
        {
            Arn = key.Arn,
            Reason = "TASK_NOT_VALID",
            Detail = "The specified task is not part of a service or is not running. Only running tasks of a service can be protected.",
        },
        _ => null,
    };

    public static ProtectedTask ToWire(TaskState task, DateTimeOffset now)
    {
        var isProtected = task.ProtectedUntil > now;
        return new() { TaskArn = task.Key.Arn, ProtectionEnabled = isProtected, ExpirationDate = isProtected ? task.ProtectedUntil : null };
    }

    /// <summary>More protected tasks than the service is to have would keep its deployment from ever ending.</summary>
    private static bool IsBlocked(IReadState ecs, TaskState task, DateTimeOffset now)
    {
        if (task.ServiceKey is not { } key || ecs.Find(ServiceTables.Services, key) is not { } service) return false;
        var others = ecs.Where(EcsTables.LiveTasksByService, key).Count(t => t.Key != task.Key && !t.IsStopWanted && t.ProtectedUntil > now);
        return others >= service.ShownDesiredCount;
    }
}
