using System.Globalization;
using System.Text.Json.Nodes;
using Minato.Aws.Shapes;
using Minato.Contracts.Ecs;
using Minato.Ecs.Api;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Events;

/// <summary>The events of ECS, as AWS words them. Pure.</summary>
internal static class EcsEventText
{
    public const string Source = "aws.ecs";

    /// <summary>Null when nothing changed that AWS tells of.</summary>
    public static EcsEvent? OfTask(IReadState ecs, TaskState? before, TaskState after, DateTimeOffset now)
    {
        if (before is not null && !IsNews(before, after)) return null;
        var wire = after.ToWire(ecs.Find(EcsTables.TaskDefinitions, after.TaskDefinition));
        var detail = Json(wire);
        detail["updatedAt"] = Time(now);
        // AWS: the API calls it ElasticNetworkInterface, events call it eni.
        foreach (var attachment in detail["attachments"]?.AsArray() ?? [])
        {
            if (attachment is JsonObject eni) eni["type"] = "eni";
        }

        detail.Remove("tags");
        return new(after.Key.Cluster.Scope, EventMark.Of(after.Key), after.Progress.Version, "ECS Task State Change", after.Key.Arn, detail);
    }

    public static EcsEvent OfInstance(IReadState ecs, ContainerInstanceState instance, DateTimeOffset now)
    {
        var detail = Json(EcsApi.ToWire(ecs, instance, withTags: false));
        detail["clusterArn"] = instance.Key.Cluster.Arn;
        detail["updatedAt"] = Time(now);
        detail.Remove("tags");
        return new(instance.Key.Cluster.Scope, EventMark.Of(instance.Key), instance.Version, "ECS Container Instance State Change", instance.Key.Arn, detail);
    }

    /// <summary>Null for a status that AWS does not tell of.</summary>
    public static EcsEvent? OfDeployment(ServiceDeploymentState deployment, DateTimeOffset now)
    {
        (string Type, string Name)? told = Stage(deployment.Status) switch
        {
            1 => ("INFO", "SERVICE_DEPLOYMENT_IN_PROGRESS"),
            2 => ("ERROR", "SERVICE_DEPLOYMENT_FAILED"),
            3 => ("INFO", "SERVICE_DEPLOYMENT_COMPLETED"),
            _ => null,
        };
        if (told is not var (type, name)) return null;
        var detail = new JsonObject
        {
            ["eventType"] = type,
            ["eventName"] = name,
            ["deploymentId"] = deployment.DeploymentId,
            ["updatedAt"] = Time(now),
            ["reason"] = ReasonOf(deployment),
        };
        return new(deployment.Key.Service.Cluster.Scope, EventMark.Of(deployment.Key), Stage(deployment.Status), "ECS Deployment State Change", deployment.Key.Service.Arn, detail);
    }

    /// <summary>Null for a line that AWS has no event for.</summary>
    public static EcsEvent? OfServiceEvent(ServiceEventState line)
    {
        if (ServiceActions.Of(line.Message) is not { } action) return null;
        var service = line.Key.Service;
        var detail = new JsonObject
        {
            ["eventType"] = action.Type,
            ["eventName"] = action.Name,
            ["clusterArn"] = service.Cluster.Arn,
            ["createdAt"] = Time(line.CreatedAt),
        };
        if (action.Reason is { } reason) detail["reason"] = reason;
        return new(service.Cluster.Scope, EventMark.Of(service), line.Key.Sequence, "ECS Service Action", service.Arn, detail);
    }

    /// <summary>How far a deployment is: grows, so that each stage is told once.</summary>
    public static int Stage(ServiceDeploymentStatus status) => status switch
    {
        ServiceDeploymentStatus.Pending => 0,
        ServiceDeploymentStatus.InProgress => 1,
        ServiceDeploymentStatus.Successful => 3,
        _ => 2,
    };

    private static string ReasonOf(ServiceDeploymentState deployment) => deployment.StatusReason ?? Stage(deployment.Status) switch
    {
        1 => $"ECS deployment {deployment.DeploymentId} in progress.",
        3 => $"ECS deployment {deployment.DeploymentId} completed.",
        _ => deployment.Rollback?.Reason ?? $"ECS deployment {deployment.DeploymentId} failed.",
    };

    private static bool IsNews(TaskState before, TaskState after) =>
        before.Progress.Version != after.Progress.Version
        && (before.LastStatus != after.LastStatus || before.EffectiveDesiredStatus != after.EffectiveDesiredStatus || before.HealthStatus != after.HealthStatus
            || before.Progress.ConnectivityAt != after.Progress.ConnectivityAt || before.Progress.Interface != after.Progress.Interface
            || before.ContainerInstance != after.ContainerInstance
            || !before.Progress.Containers.Select(Told).SequenceEqual(after.Progress.Containers.Select(Told)));

    private static (ContainerLastStatus, int?, string?, string?, HealthStatus) Told(ContainerProgress c) => (c.LastStatus, c.ExitCode, c.Reason, c.RuntimeId, c.HealthStatus);

    private static JsonObject Json(IShape shape) => JsonNode.Parse(ShapeJson.Write(shape, withIsoTimes: true).Span)?.AsObject() ?? [];

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
