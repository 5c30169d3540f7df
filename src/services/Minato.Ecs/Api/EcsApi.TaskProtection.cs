using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Api;

internal sealed partial class EcsApi
{
    private const int MostProtectedAtOnce = 10;

    public async Task<UpdateTaskProtectionResponse> UpdateTaskProtectionAsync(
        UpdateTaskProtectionRequest request, Caller caller, CancellationToken ct)
    {
        TaskProtections.Check(request.ExpiresInMinutes);
        if (request.Tasks.IsEmpty) throw new InvalidParameterException("Tasks cannot be empty.");
        if (request.Tasks.Length > MostProtectedAtOnce)
            throw new InvalidParameterException($"At most {MostProtectedAtOnce} tasks can be protected at once.");
        return await store.UpdateAsync(ecs =>
        {
            var cluster = ecs.RequireCluster(caller, request.Cluster).Key;
            var changed = ImmutableArray.CreateBuilder<ProtectedTask>();
            var failures = ImmutableArray.CreateBuilder<Failure>();
            foreach (var key in request.Tasks.Select(t => References.TaskKeyOf(cluster, t)).Distinct())
            {
                if (TaskProtections.Set(ecs, key, request.ProtectionEnabled, request.ExpiresInMinutes, Now) is { } failure) failures.Add(failure);
                else if (ecs.Find(EcsTables.Tasks, key) is { } task) changed.Add(TaskProtections.ToWire(task, Now));
            }

            return new UpdateTaskProtectionResponse { ProtectedTasks = changed.ToImmutable(), Failures = failures.ToImmutable() };
        }, ct);
    }

    /// <summary>Without tasks in the request: every task of the cluster that is protected.</summary>
    public Task<GetTaskProtectionResponse> GetTaskProtectionAsync(GetTaskProtectionRequest request, Caller caller, CancellationToken ct)
    {
        var ecs = store.Current;
        var cluster = ecs.RequireCluster(caller, request.Cluster).Key;
        if (request.Tasks is not { Length: > 0 } asked)
        {
            var all = ecs.Where(EcsTables.ProtectedTasks, cluster).Where(t => !t.IsStopWanted && t.ProtectedUntil > Now).Take(MostDescribed);
            return Answer(new GetTaskProtectionResponse { ProtectedTasks = [.. all.Select(t => TaskProtections.ToWire(t, Now))], Failures = [] });
        }

        if (asked.Length > MostDescribed) throw new InvalidParameterException($"At most {MostDescribed} tasks can be described at once.");
        var keys = asked.Select(t => References.TaskKeyOf(cluster, t)).Distinct().ToArray();
        var failures = keys.Select(k => TaskProtections.Explain(ecs, k)).OfType<Failure>().ToImmutableArray();
        return Answer(new GetTaskProtectionResponse
        {
            ProtectedTasks = [.. keys.Where(k => TaskProtections.Explain(ecs, k) is null).Select(k => ecs.Find(EcsTables.Tasks, k)).OfType<TaskState>()
                .Select(t => TaskProtections.ToWire(t, Now))],
            Failures = failures,
        });
    }
}
