using Minato.Contracts.Ecs;
using Minato.Platform;

namespace Minato.Ecs.State;

/// <summary>Tables of clusters, task definitions, tasks and container instances. Services keep theirs in <c>ServiceTables</c>.</summary>
internal static class EcsTables
{
    private static readonly EcsJson Json = EcsJson.Default;

    public static readonly Table<ClusterKey, ClusterState> Clusters = new("ecs.clusters", c => c.Key, () => Json.ClusterState);
    public static readonly Index<AccountRegion, ClusterKey, ClusterState> ActiveClusters =
        Clusters.AddIndex<AccountRegion>("active", c => c.IsActive ? c.Key.Scope : null);
    public static readonly Index<(AccountRegion, string), ClusterKey, ClusterState> ClustersByNamespace =
        Clusters.AddIndex<(AccountRegion, string)>("namespace", c => c is { IsActive: true, ServiceConnectNamespace: { } name } ? (c.Key.Scope, name) : null);

    public static readonly Table<FamilyKey, FamilyState> Families = new("ecs.families", f => f.Key, () => Json.FamilyState);
    public static readonly Index<AccountRegion, FamilyKey, FamilyState> FamiliesByScope =
        Families.AddIndex<AccountRegion>("scope", f => f.Key.Scope);

    public static readonly Table<TaskDefinitionKey, TaskDefinitionState> TaskDefinitions =
        new("ecs.task-definitions", d => d.Key, () => Json.TaskDefinitionState);
    public static readonly Index<(AccountRegion, TaskDefinitionStatus), TaskDefinitionKey, TaskDefinitionState> DefinitionsByStatus =
        TaskDefinitions.AddIndex<(AccountRegion, TaskDefinitionStatus)>("status", d => (d.Key.Scope, d.Status));
    public static readonly Index<(FamilyKey, TaskDefinitionStatus), TaskDefinitionKey, TaskDefinitionState> DefinitionsByFamily =
        TaskDefinitions.AddIndex<(FamilyKey, TaskDefinitionStatus)>("family", d => (d.Key.FamilyKey, d.Status));

    public static readonly Table<TaskKey, TaskState> Tasks = new("ecs.tasks", t => t.Key, () => Json.TaskState);
    public static readonly Index<(ClusterKey, DesiredStatus), TaskKey, TaskState> TasksByDesired =
        Tasks.AddIndex<(ClusterKey, DesiredStatus)>("desired", t => (t.Key.Cluster, t.EffectiveDesiredStatus));

    /// <summary>Every task of a service that is still described, stopped ones among them.</summary>
    public static readonly Index<ServiceKey, TaskKey, TaskState> TasksByService =
        Tasks.AddIndex<ServiceKey>("service", t => t.ServiceKey);

    /// <summary>Tasks of a service that are not STOPPED yet.</summary>
    public static readonly Index<ServiceKey, TaskKey, TaskState> LiveTasksByService =
        Tasks.AddIndex<ServiceKey>("service-live", t => t.IsStopped ? null : t.ServiceKey);
    public static readonly Index<(ServiceKey, DesiredStatus), TaskKey, TaskState> TasksByServiceDesired =
        Tasks.AddIndex<(ServiceKey, DesiredStatus)>("service-desired", t => t.ServiceKey is { } k ? (k, t.EffectiveDesiredStatus) : null);
    public static readonly Index<(ClusterKey, string, DesiredStatus), TaskKey, TaskState> TasksByFamily =
        Tasks.AddIndex<(ClusterKey, string, DesiredStatus)>("family", t => (t.Key.Cluster, t.TaskDefinition.Family, t.EffectiveDesiredStatus));
    public static readonly Index<(ClusterKey, string, DesiredStatus), TaskKey, TaskState> TasksByStartedBy =
        Tasks.AddIndex<(ClusterKey, string, DesiredStatus)>("started-by",
            t => t.StartedBy is { } by ? (t.Key.Cluster, by, t.EffectiveDesiredStatus) : null);
    public static readonly Index<(ClusterKey, LaunchType, DesiredStatus), TaskKey, TaskState> TasksByLaunchType =
        Tasks.AddIndex<(ClusterKey, LaunchType, DesiredStatus)>("launch-type", t => (t.Key.Cluster, t.LaunchType, t.EffectiveDesiredStatus));
    public static readonly Index<(ContainerInstanceKey, DesiredStatus), TaskKey, TaskState> TasksByInstanceDesired =
        Tasks.AddIndex<(ContainerInstanceKey, DesiredStatus)>("instance-desired",
            t => t.InstanceKey is { } k ? (k, t.EffectiveDesiredStatus) : null);

    /// <summary>Tasks that a capacity provider of their cluster runs.</summary>
    public static readonly Index<(ClusterKey, string), TaskKey, TaskState> LiveTasksByProvider =
        Tasks.AddIndex<(ClusterKey, string)>("provider-live", t => t is { IsStopped: false, CapacityProviderName: { } name } ? (t.Key.Cluster, name) : null);

    /// <summary>Tasks that wait for an instance of their capacity provider.</summary>
    public static readonly Index<ClusterKey, TaskKey, TaskState> WaitingTasks =
        Tasks.AddIndex<ClusterKey>("waiting", t => t is { IsAwaitingCapacity: true, IsStopWanted: false } ? t.Key.Cluster : null);

    /// <summary>Tasks that still hold resources of a container instance.</summary>
    public static readonly Index<ContainerInstanceKey, TaskKey, TaskState> LiveTasksByInstance =
        Tasks.AddIndex<ContainerInstanceKey>("instance-live", t => t.IsStopped ? null : t.InstanceKey);
    public static readonly Index<(ClusterKey, LaunchType, TaskLastStatus), TaskKey, TaskState> TasksByStatus =
        Tasks.AddIndex<(ClusterKey, LaunchType, TaskLastStatus)>("status", t => (t.Key.Cluster, t.LaunchType, t.LastStatus));

    public static readonly Index<ClusterKey, TaskKey, TaskState> ProtectedTasks =
        Tasks.AddIndex<ClusterKey>("protected", t => t.ProtectedUntil is null || t.IsStopped ? null : t.Key.Cluster);

    /// <summary>Every task that is still described: its answer needs the definition.</summary>
    public static readonly Index<TaskDefinitionKey, TaskKey, TaskState> TasksByDefinition =
        Tasks.AddIndex<TaskDefinitionKey>("definition", t => t.TaskDefinition);

    /// <summary>Tasks that may still ask about themselves.</summary>
    public static readonly Index<string, TaskKey, TaskState> TasksByEndpoint =
        Tasks.AddIndex<string>("endpoint", t => t.IsStopped ? null : t.Progress.EndpointId);
    public static readonly Index<string, TaskKey, TaskState> TasksByCredentials =
        Tasks.AddIndex<string>("credentials", t => t.IsStopped ? null : t.Progress.CredentialsId);

    public static readonly Table<ContainerInstanceKey, ContainerInstanceState> Instances =
        new("ecs.container-instances", i => i.Key, () => Json.ContainerInstanceState);
    public static readonly Index<ClusterKey, ContainerInstanceKey, ContainerInstanceState> InstancesByCluster =
        Instances.AddIndex<ClusterKey>("cluster", i => i.Status is null ? null : i.Key.Cluster);

    /// <summary>Those on other machines' engines.</summary>
    public static readonly Index<string, ContainerInstanceKey, ContainerInstanceState> InstancesByEngine =
        Instances.AddIndex<string>("engine", i => i.Status is null ? null : i.Engine);

    /// <summary>By the machine it says it is.</summary>
    public static readonly Index<(ClusterKey, string), ContainerInstanceKey, ContainerInstanceState> InstancesByMachine =
        Instances.AddIndex<(ClusterKey, string)>("machine", i => i.Status is null || i.Ec2InstanceId.Length == 0 ? null : (i.Key.Cluster, i.Ec2InstanceId));

    public static readonly Table<LogCursorKey, LogCursorState> LogCursors = new("ecs.log-cursors", c => c.Key, () => Json.LogCursorState);
    public static readonly Table<SettingKey, SettingState> Settings = new("ecs.account-settings", s => s.Key, () => Json.SettingState);
    public static readonly Index<AccountRegion, SettingKey, SettingState> SettingsByScope =
        Settings.AddIndex<AccountRegion>("scope", s => s.Key.Scope);
    public static readonly Table<ClientTokenKey, ClientTokenState> ClientTokens =
        new("ecs.client-tokens", t => t.Key, () => Json.ClientTokenState);
}
