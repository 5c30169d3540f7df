using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;
using Minato.Engines.Hosts;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>
/// Gives orders to hosts that take whole tasks. A host answers when it likes: orders run beside the reconciler and bring the task back
/// when they end.
/// </summary>
internal sealed partial class HostedTaskMoves(
    TaskBoard board, AgentDoor door, ImagePuller images, RoleCredentials roles, IWorkQueue<TaskKey> queue, Installation installation, Ids ids, TimeProvider clock,
    ILogger<HostedTaskMoves> log, ITaskHosts? hosts = null)
{
    private static readonly Func<TaskProgress, TaskProgress> s_same = p => p;
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_renewalRetry = TimeSpan.FromSeconds(30);

    public bool IsConnected(ContainerInstanceKey instance) => door.ConnectionOf(instance) is not null;

    public TaskProgress Prepare(TaskProgress progress) =>
        progress with { Hosted = new() { ExecutionKeysId = ids.Uuid() } };

    public Func<TaskProgress, TaskProgress> HandOver(TaskWork work)
    {
        if (hosts is null || work.Progress.Hosted is not { } hosted) return s_same;
        work.Entry.Host = work.Entry.Host with { Start = new OrderState.InFlight() };
        var (task, definition, inputs) = (work.Task, work.Definition, work.Entry.Inputs ?? TaskInputs.None);
        _ = GiveAsync(work, s_retry, (host, order) => host with { Start = order }, async (host, ct) =>
        {
            var (taskRole, executionRole, problem) = await KeysAsync(task, definition, hosted, ct);
            if (problem is not null) return new OrderState.Refused(problem);
            var order = new HostedTasks(task, definition, inputs, c => images.Source(task, c), installation.Endpoint).Describe(taskRole, executionRole);
            return Result(await hosts.StartAsync(host, order, ct), Earliest(taskRole, executionRole));
        });
        return p => p.Hosted is { } h ? p with { Hosted = h with { IsOffered = true } } : p;
    }

    public Func<TaskProgress, TaskProgress> OrderStop(TaskWork work)
    {
        if (hosts is null) return s_same;
        work.Entry.Host = work.Entry.Host with { Stop = new OrderState.InFlight() };
        var arn = work.Task.Key.Arn;
        _ = GiveAsync(work, s_retry, (host, order) => host with { Stop = order }, async (host, ct) => Result(await hosts.StopAsync(host, arn, ct), null));
        return s_same;
    }

    public Func<TaskProgress, TaskProgress> RenewKeys(TaskWork work)
    {
        if (hosts is null || work.Progress.Hosted is not { } hosted) return s_same;
        work.Entry.Host = work.Entry.Host with { Renewal = new OrderState.InFlight(), NeedsKeys = false };
        var (task, definition) = (work.Task, work.Definition);
        _ = GiveAsync(work, s_renewalRetry, (host, order) => host with { Renewal = order }, async (host, ct) =>
        {
            var (taskRole, executionRole, problem) = await KeysAsync(task, definition, hosted, ct);
            if (problem is not null) LogNotRenewed(task.Key, problem);
            foreach (var keys in new[] { taskRole, executionRole }.OfType<HostedKeys>())
            {
                if (await hosts.RenewAsync(host, task.Key.Arn, keys, ct) is not OrderOutcome.Taken) return new OrderState.None();
            }

            return problem is null ? new OrderState.Taken(Earliest(taskRole, executionRole)) : new OrderState.None();
        });
        return s_same;
    }

    /// <summary>The task is gone from the store (a reset): its host is told, if it can be.</summary>
    public void Abandon(TaskKey key, string host)
    {
        if (hosts is not null) _ = hosts.StopAsync(host, key.Arn, board.Stopping).AsTask();
    }

    private async Task GiveAsync(
        TaskWork work, TimeSpan retry, Func<HostView, OrderState, HostView> note, Func<string, CancellationToken, Task<OrderState>> give)
    {
        var (key, entry) = (work.Task.Key, work.Entry);
        OrderState state = new OrderState.None();
        try
        {
            if (work.Instance is { } instance) state = await give(instance.Key.Arn, board.Stopping);
            if (state is OrderState.None) await Task.Delay(retry, clock, board.Stopping);
        }
        catch (OperationCanceledException)
        {
            return;
        }
        catch (Exception e)
        {
            LogNotGiven(e, key);
            await Task.Delay(retry, clock, board.Stopping);
        }

        entry.Post(e => e.Host = note(e.Host, state));
        queue.Enqueue(key);
    }

    private async Task<(HostedKeys? Task, HostedKeys? Execution, string? Problem)> KeysAsync(
        TaskState task, TaskDefinitionState definition, HostedProgress hosted, CancellationToken ct)
    {
        if (!roles.AreServed) return (null, null, null);
        var role = definition.TaskRoleOf(task);
        try
        {
            var own = await KeysAsync(task, RoleKind.Task, role, task.Progress.CredentialsId ?? "", ct);
            role = definition.ExecutionRoleOf(task);
            return (own, await KeysAsync(task, RoleKind.Execution, role, hosted.ExecutionKeysId, ct), null);
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            return (null, null, StopReasons.CannotAssume(role ?? ""));
        }
    }

    private async ValueTask<HostedKeys?> KeysAsync(TaskState task, RoleKind kind, string? role, string id, CancellationToken ct)
    {
        if (role is null) return null;
        var keys = await roles.GetAsync(task.Key, role, ct);
        return new(kind, id, role, keys.AccessKeyId, keys.SecretAccessKey, keys.Token, keys.Expiration);
    }

    private static OrderState Result(OrderOutcome outcome, DateTimeOffset? keysExpireAt) =>
        outcome is OrderOutcome.Taken ? new OrderState.Taken(keysExpireAt) : new OrderState.None();

    private static DateTimeOffset? Earliest(HostedKeys? one, HostedKeys? other) =>
        one is null || other is null ? (one ?? other)?.ExpiresAt : one.ExpiresAt < other.ExpiresAt ? one.ExpiresAt : other.ExpiresAt;

    [LoggerMessage(2160, LogLevel.Error, "An order for task {Task} could not be given to its host")]
    private partial void LogNotGiven(Exception cause, TaskKey task);

    [LoggerMessage(2161, LogLevel.Warning, "The keys of task {Task} could not be renewed: {Reason}")]
    private partial void LogNotRenewed(TaskKey task, string reason);
}
