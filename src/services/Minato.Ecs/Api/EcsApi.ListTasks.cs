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

        var (page, next) = tokens.Page("ListTasks", Tasks(), request.MaxResults, t => t.Key.Id);
        return Answer(new ListTasksResponse { TaskArns = [.. page.Select(t => t.Key.Arn)], NextToken = next });

        // The narrowest index that the filters allow; what is left of them is checked on its records.
        IEnumerable<TaskState> Tasks()
        {
            if (!string.IsNullOrEmpty(request.StartedBy))
                return ecs.After(EcsTables.TasksByStartedBy, (cluster, request.StartedBy, desired), after);
            if (!string.IsNullOrEmpty(request.ServiceName))
            {
                var service = new ServiceKey(cluster, References.Id(request.ServiceName));
                if (!ServiceCounts.Exists(ecs, service)) throw new ServiceNotFoundException("Service not found.");
                return ecs.After(EcsTables.TasksByServiceDesired, (service, desired), after).Where(Rest);
            }

            if (!string.IsNullOrEmpty(request.ContainerInstance))
            {
                var instance = References.InstanceKeyOf(cluster, request.ContainerInstance);
                if (ecs.Find(EcsTables.Instances, instance) is null) throw new InvalidParameterException("The referenced container instance was not found.");
                return ecs.After(EcsTables.TasksByInstanceDesired, (instance, desired), after).Where(Rest);
            }

            if (!string.IsNullOrEmpty(request.Family))
                return ecs.After(EcsTables.TasksByFamily, (cluster, request.Family, desired), after).Where(Rest);
            if (request.LaunchType is { } type)
                return ecs.After(EcsTables.TasksByLaunchType, (cluster, type, desired), after);
            return ecs.After(EcsTables.TasksByDesired, (cluster, desired), after);
        }

        bool Rest(TaskState task) =>
            (string.IsNullOrEmpty(request.Family) || task.TaskDefinition.Family == request.Family)
            && (string.IsNullOrEmpty(request.ContainerInstance) || task.ContainerInstance == References.Id(request.ContainerInstance))
            && (request.LaunchType is null || task.LaunchType == request.LaunchType);
    }
}
