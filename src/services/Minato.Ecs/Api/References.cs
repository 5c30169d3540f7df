using System.Globalization;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Api;

/// <summary>How a request names things: a short name or id, or a full ARN.</summary>
internal static class References
{
    public const string DefaultCluster = "default";

    /// <summary>The key a cluster reference means, whether or not there is such a cluster.</summary>
    public static ClusterKey ClusterKeyOf(Caller caller, string? reference)
    {
        var name = string.IsNullOrEmpty(reference) ? DefaultCluster : Tail(reference, "cluster/");
        return new(AccountRegion.Of(caller), name);
    }

    /// <returns>The ACTIVE cluster.</returns>
    /// <exception cref="ClusterNotFoundException">There is none.</exception>
    public static ClusterState RequireCluster(this IReadState state, Caller caller, string? reference) =>
        state.Find(EcsTables.Clusters, ClusterKeyOf(caller, reference)) is { IsActive: true } cluster
            ? cluster : throw new ClusterNotFoundException("Cluster not found.");

    /// <summary>Last part of an ARN such as <c>task/CLUSTER/ID</c> or the short id itself.</summary>
    public static string Id(string reference) => reference[(reference.LastIndexOf('/') + 1)..];

    public static TaskKey TaskKeyOf(ClusterKey cluster, string reference) => new(cluster, Id(reference));

    public static ContainerInstanceKey InstanceKeyOf(ClusterKey cluster, string reference) => new(cluster, Id(reference));

    /// <summary><c>family</c> (newest ACTIVE revision), <c>family:revision</c> or ARN.</summary>
    /// <returns>Null when there is no such revision. It may be INACTIVE.</returns>
    public static TaskDefinitionState? FindDefinition(this IReadState state, AccountRegion scope, string reference)
    {
        if (ParseDefinition(reference) is not var (family, revision)) return null;
        revision ??= state.Find(EcsTables.Families, new FamilyKey(scope, family))?.LatestActive;
        return revision is { } number ? state.Find(EcsTables.TaskDefinitions, new TaskDefinitionKey(scope, family, number)) : null;
    }

    /// <returns>A revision that may start tasks.</returns>
    public static TaskDefinitionState RequireActiveDefinition(this IReadState state, AccountRegion scope, string reference) =>
        state.FindDefinition(scope, reference) switch
        {
            null => throw new ClientException("TaskDefinition not found."),
            { IsActive: false } => throw new ClientException("TaskDefinition is inactive"),
            var definition => definition,
        };

    /// <returns>Null when the text cannot name a task definition; no revision when it names a family alone.</returns>
    public static (string Family, int? Revision)? ParseDefinition(string reference)
    {
        var name = Tail(reference, "task-definition/");
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) return (name, null);
        return int.TryParse(name.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var revision)
            ? (name[..colon], revision) : null;
    }

    private static string Tail(string reference, string kind)
    {
        if (!Arn.TryParse(reference, out var arn)) return reference;
        return arn.Resource.StartsWith(kind, StringComparison.Ordinal) ? arn.Resource[kind.Length..] : arn.Resource;
    }
}
