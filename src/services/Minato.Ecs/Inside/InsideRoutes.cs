namespace Minato.Ecs.Inside;

/// <summary>What a task asks for.</summary>
internal enum InsideTopic { Container, Task, TaskWithTags, ContainerStats, TaskStats, Credentials, Protection }

/// <param name="Version">Of the metadata endpoint: 3 or 4.</param>
/// <param name="Id">Of a container or of credentials; empty when there is none in the path.</param>
internal sealed record InsideRoute(InsideTopic Topic, int Version, string Id)
{
    /// <returns>Null for a path that nobody serves.</returns>
    public static InsideRoute? Of(string path) => path.Trim('/').Split('/') switch
    {
        ["v4" or "v3", var id] => new(InsideTopic.Container, VersionOf(path), id),
        ["v4" or "v3", var id, "task"] => new(InsideTopic.Task, VersionOf(path), id),
        ["v4" or "v3", var id, "taskWithTags"] => new(InsideTopic.TaskWithTags, VersionOf(path), id),
        ["v4" or "v3", var id, "stats"] => new(InsideTopic.ContainerStats, VersionOf(path), id),
        ["v4" or "v3", var id, "task", "stats"] => new(InsideTopic.TaskStats, VersionOf(path), id),
        ["v2", "credentials"] => new(InsideTopic.Credentials, 0, ""),
        ["v2", "credentials", var id] => new(InsideTopic.Credentials, 0, id),
        ["api", var id, "task-protection", "v1", "state"] => new(InsideTopic.Protection, 0, id),
        _ => null,
    };

    private static int VersionOf(string path) => path.StartsWith("/v3", StringComparison.Ordinal) ? 3 : 4;
}
