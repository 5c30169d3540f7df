using System.Text.Json.Serialization;
using Minato.Platform;

namespace Minato.Ecs.State;

internal enum RecordKind { Deployment, Task }

/// <summary>An outcome that is kept.</summary>
/// <param name="Id">A task's id, or <c>SERVICE/ID</c> of a service deployment.</param>
internal sealed record RecordKey(ClusterKey Cluster, RecordKind Kind, string Id) : IComparable<RecordKey>
{
    /// <summary>Where its evidence lies in the append log.</summary>
    public string Partition => $"ecs.record/{this}";

    /// <summary>The task it is about; null for a deployment.</summary>
    public TaskKey? Task => Kind == RecordKind.Task ? new TaskKey(Cluster, Id) : null;

    /// <summary>The service deployment it is about; null for a task.</summary>
    public ServiceDeploymentKey? Deployment => Kind == RecordKind.Deployment && Id.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash
        ? new ServiceDeploymentKey(new ServiceKey(Cluster, Id[..slash]), Id[(slash + 1)..]) : null;

    public static RecordKey Of(TaskKey task) => new(task.Cluster, RecordKind.Task, task.Id);

    public static RecordKey Of(ServiceDeploymentKey deployment) =>
        new(deployment.Service.Cluster, RecordKind.Deployment, $"{deployment.Service.Name}/{deployment.Id}");

    public int CompareTo(RecordKey? other)
    {
        if (other is null) return 1;
        var order = Cluster.CompareTo(other.Cluster);
        if (order == 0) order = Kind.CompareTo(other.Kind);
        return order == 0 ? string.CompareOrdinal(Id, other.Id) : order;
    }

    public override string ToString() => $"{Cluster}/{Kind}/{Id}";
}

/// <summary>
/// That an outcome is on record: written once, after its evidence was appended, and gone with it. It is small, since it lies in the
/// store; the evidence is bulk data.
/// </summary>
internal sealed record RecordState
{
    public required RecordKey Key { get; init; }

    /// <summary>Name of the service; for a task without one, its group.</summary>
    public required string Owner { get; init; }

    /// <summary>The deployment a task was of, or that a service deployment made.</summary>
    public string? DeploymentId { get; init; }
    public required DateTimeOffset EndedAt { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
}

internal static class RecordTables
{
    /// <summary>AWS forgets a stopped task after an hour; whoever comes to work the next morning, or after a weekend, still finds it.</summary>
    public static readonly TimeSpan TasksKeptFor = TimeSpan.FromDays(3);

    public static readonly TimeSpan DeploymentsKeptFor = TimeSpan.FromDays(90);

    /// <summary>Of one service or group: a task that crashes every two seconds does not fill the disk.</summary>
    public const int TasksKept = 300;

    public const int DeploymentsKept = 200;

    public static readonly Table<RecordKey, RecordState> Records = new("ecs.records", r => r.Key, () => RecordTablesJson.Default.RecordState);

    public static readonly Index<(ClusterKey, RecordKind, string), RecordKey, RecordState> RecordsByOwner =
        Records.AddIndex<(ClusterKey, RecordKind, string)>("owner", r => (r.Key.Cluster, r.Key.Kind, r.Owner));

    public static bool IsRecorded(this IReadState ecs, RecordKey key) => ecs.Find(Records, key) is not null;
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(RecordState))]
internal sealed partial class RecordTablesJson : JsonSerializerContext;
