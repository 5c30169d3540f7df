using System.Text.Json.Serialization;
using Minato.Contracts.Ecs;
using Minato.Platform;

namespace Minato.Ecs.State;

/// <summary>Tables of services and what belongs to them.</summary>
internal static class ServiceTables
{
    /// <summary>Older events of a service are forgotten.</summary>
    public const int EventsKept = 100;

    /// <summary>AWS keeps 90 days; a service that is deployed every minute is also bounded by number.</summary>
    public const int ServiceDeploymentsKept = 200;

    private static readonly ServiceJson Json = ServiceJson.Default;

    public static readonly Table<ServiceKey, ServiceState> Services = new("ecs.services", s => s.Key, () => Json.ServiceState);

    /// <summary>ACTIVE services of a cluster: what ListServices shows.</summary>
    public static readonly Index<ClusterKey, ServiceKey, ServiceState> ActiveByCluster =
        Services.AddIndex<ClusterKey>("active", s => s.Status == ServiceStatus.Active ? s.Key.Cluster : null);

    public static readonly Index<ClusterKey, ServiceKey, ServiceState> DaemonsByCluster =
        Services.AddIndex<ClusterKey>("daemons", s => s is { Status: ServiceStatus.Active, SchedulingStrategy: SchedulingStrategy.Daemon } ? s.Key.Cluster : null);

    public static readonly Index<ClusterKey, ServiceKey, ServiceState> DrainingByCluster =
        Services.AddIndex<ClusterKey>("draining", s => s.Status == ServiceStatus.Draining ? s.Key.Cluster : null);

    public static readonly Index<(ClusterKey, ServiceStatus, LaunchType), ServiceKey, ServiceState> ByLaunchType =
        Services.AddIndex<(ClusterKey, ServiceStatus, LaunchType)>("launch-type", s => (s.Key.Cluster, s.Status, s.Spec.LaunchType));

    public static readonly Index<TaskDefinitionKey, ServiceKey, ServiceState> ByDefinition =
        Services.AddIndex<TaskDefinitionKey>("definition", s => s.Status == ServiceStatus.Active ? s.Spec.TaskDefinition : null);

    /// <summary>Services by the namespace of their Service Connect, as they name it.</summary>
    public static readonly Index<(AccountRegion, string), ServiceKey, ServiceState> ByNamespace =
        Services.AddIndex<(AccountRegion, string)>("namespace", s => s is { Status: not ServiceStatus.Inactive, Spec.Connect.Configuration.Namespace: { } name }
            ? (s.Key.Cluster.Scope, name) : null);

    /// <summary>The same by the ARN of the namespace.</summary>
    public static readonly Index<string, ServiceKey, ServiceState> ByConnection =
        Services.AddIndex<string>("connection", s => s is { Status: not ServiceStatus.Inactive, Spec.Connect: { } connect } ? connect.Namespace : null);

    public static readonly Table<ServiceEventKey, ServiceEventState> Events = new("ecs.service-events", e => e.Key, () => Json.ServiceEventState);
    public static readonly Index<ServiceKey, ServiceEventKey, ServiceEventState> EventsByService =
        Events.AddIndex<ServiceKey>("service", e => e.Key.Service);

    public static readonly Table<TaskKey, ServiceTaskState> ServiceTasks = new("ecs.service-tasks", t => t.Key, () => Json.ServiceTaskState);
    public static readonly Index<ServiceKey, TaskKey, ServiceTaskState> ServiceTasksByService =
        ServiceTasks.AddIndex<ServiceKey>("service", t => t.Service);

    public static readonly Table<ServiceDeploymentKey, ServiceDeploymentState> ServiceDeployments =
        new("ecs.service-deployments", d => d.Key, () => Json.ServiceDeploymentState);
    public static readonly Index<ServiceKey, ServiceDeploymentKey, ServiceDeploymentState> ServiceDeploymentsByService =
        ServiceDeployments.AddIndex<ServiceKey>("service", d => d.Key.Service);

    public static readonly Table<ServiceRevisionKey, ServiceRevisionState> ServiceRevisions =
        new("ecs.service-revisions", r => r.Key, () => Json.ServiceRevisionState);
    public static readonly Index<ServiceKey, ServiceRevisionKey, ServiceRevisionState> ServiceRevisionsByService =
        ServiceRevisions.AddIndex<ServiceKey>("service", r => r.Key.Service);
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(ServiceSpec))]
[JsonSerializable(typeof(ServiceState))]
[JsonSerializable(typeof(ServiceEventState))]
[JsonSerializable(typeof(ServiceTaskState))]
[JsonSerializable(typeof(ServiceDeploymentState))]
[JsonSerializable(typeof(ServiceRevisionState))]
internal sealed partial class ServiceJson : JsonSerializerContext;
