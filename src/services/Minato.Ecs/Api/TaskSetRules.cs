using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Api;

/// <summary>What the operations on task sets ask of their parameters.</summary>
internal static class TaskSetRules
{
    private const string IdPrefix = "ecs-svc/";
    private const int LongestToken = 36;

    public static void Check(CreateTaskSetRequest request)
    {
        if (request.TaskDefinition.Length == 0) throw new InvalidParameterException("TaskDefinition cannot be blank.");
        if (request.ClientToken?.Length > LongestToken)
            throw new InvalidParameterException($"clientToken cannot be longer than {LongestToken} characters.");
        if (request.LoadBalancers is { Length: > 1 }) throw new InvalidParameterException("A task set can have at most one load balancer.");
        if (request.ServiceRegistries is { Length: > 0 }) throw new UnsupportedFeatureException("Minato does not serve service registries of task sets yet.");
        if (request.Scale is { } scale) Check(scale);
    }

    /// <returns>The per cent.</returns>
    public static double Check(Scale scale) => scale.Value is >= 0 and <= 100 and var value
        ? value : throw new InvalidParameterException("Scale value must be between 0 and 100.");

    /// <returns>The ACTIVE service, whose tasks are those of task sets.</returns>
    public static ServiceState RequireControlled(this IReadState ecs, Caller caller, string cluster, string service)
    {
        var found = ecs.RequireService(ecs.RequireCluster(caller, cluster).Key, service);
        if (found.Status != ServiceStatus.Active) throw new ServiceNotActiveException("Service was not ACTIVE.");
        return found.HasTaskSets ? found : throw new InvalidParameterException(
            "Amazon ECS only supports task set management on services configured to use external deployment controllers.");
    }

    /// <exception cref="TaskSetNotFoundException">The service has no such task set.</exception>
    public static DeploymentState RequireTaskSet(this ServiceState service, string reference) =>
        Find(service, reference) ?? throw new TaskSetNotFoundException("The specified task set was not found.");

    public static DeploymentState? Find(ServiceState service, string reference)
    {
        var id = Id(reference);
        return service.Deployments.FirstOrDefault(d => d.Id == id && d.TaskSet is not null);
    }

    /// <summary><c>ecs-svc/N</c>, from an ARN, from itself, or from its number alone.</summary>
    public static string Id(string reference) => IdPrefix + References.Id(reference);
}
