using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Api;

internal sealed partial class EcsApi
{
    public Task<ListTasksResponse> ListTasksAsync(ListTasksRequest request, Caller caller, CancellationToken ct)
    {
        var ecs = store.Current;
        var cluster = ecs.RequireCluster(caller, request.Cluster).Key;
        var desired = request.DesiredStatus ?? DesiredStatus.Running;
        var filters = new[] { request.ContainerInstance, request.Family, request.ServiceName, request.DaemonName }.Count(f => !string.IsNullOrEmpty(f));
        if (!string.IsNullOrEmpty(request.StartedBy) && (filters > 0 || request.LaunchType is not null))
            throw new InvalidParameterException("startedBy must be the only filter.");
        TaskKey? after = tokens.Position("ListTasks", request.NextToken) is { } id ? new TaskKey(cluster, id) : null;

        var (page, next) = tokens.Page("ListTasks", Keys(), request.MaxResults, k => k.Id);
        return Answer(new ListTasksResponse { TaskArns = [.. page.Select(k => k.Arn)], NextToken = next });

        // The narrowest index that the filters allow. Only what is left of them needs a look at records: those of 100,000 tasks are in cold memory.
        IEnumerable<TaskKey> Keys()
        {
            if (!string.IsNullOrEmpty(request.StartedBy))
                return ecs.KeysAfter(EcsTables.TasksByStartedBy, (cluster, request.StartedBy, desired), after);
            if (!string.IsNullOrEmpty(request.ServiceName))
            {
                var service = new ServiceKey(cluster, References.Id(request.ServiceName));
                if (!ServiceCounts.Exists(ecs, service)) throw new ServiceNotFoundException("Service not found.");
                return Rest(ecs.KeysAfter(EcsTables.TasksByServiceDesired, (service, desired), after), request.Family, request.ContainerInstance, request.LaunchType);
            }

            if (!string.IsNullOrEmpty(request.ContainerInstance))
            {
                var instance = References.InstanceKeyOf(cluster, request.ContainerInstance);
                if (ecs.Find(EcsTables.Instances, instance) is null) throw new InvalidParameterException("The referenced container instance was not found.");
                return Rest(ecs.KeysAfter(EcsTables.TasksByInstanceDesired, (instance, desired), after), request.Family, null, request.LaunchType);
            }

            if (!string.IsNullOrEmpty(request.Family))
                return Rest(ecs.KeysAfter(EcsTables.TasksByFamily, (cluster, request.Family, desired), after), null, null, request.LaunchType);
            if (request.LaunchType is { } type)
                return ecs.KeysAfter(EcsTables.TasksByLaunchType, (cluster, type, desired), after);
            return ecs.KeysAfter(EcsTables.TasksByDesired, (cluster, desired), after);
        }

        IEnumerable<TaskKey> Rest(IEnumerable<TaskKey> keys, string? family, string? instance, LaunchType? type) =>
            string.IsNullOrEmpty(family) && string.IsNullOrEmpty(instance) && type is null ? keys : keys.Where(k => ecs.Find(EcsTables.Tasks, k) is { } task
                && (string.IsNullOrEmpty(family) || task.TaskDefinition.Family == family)
                && (string.IsNullOrEmpty(instance) || task.ContainerInstance == References.Id(instance))
                && (type is null || task.LaunchType == type));
    }
}
