using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>Names and labels by which a task's containers are found again after a crash.</summary>
internal static class ContainerNames
{
    public const string TaskArnLabel = "com.amazonaws.ecs.task-arn";
    public const string ContainerLabel = "com.amazonaws.ecs.container-name";
    public const string PauseContainer = "~internal~ecs~pause";

    /// <summary>As the ECS agent builds it, with the task's id where the agent draws lots.</summary>
    public static string Of(TaskState task, ContainerProgress container)
    {
        var plain = string.Concat(container.Name.Where(c => char.IsAsciiLetterOrDigit(c) || c == '-'));
        // Two names may differ only in what is left out.
        var suffix = plain == container.Name ? "" : container.Id[..4];
        return $"ecs-{task.TaskDefinition.Family}-{task.TaskDefinition.Revision}-{plain}-{task.Key.Id}{suffix}";
    }

    public static string OfPause(TaskState task) =>
        $"ecs-{task.TaskDefinition.Family}-{task.TaskDefinition.Revision}-internalecspause-{task.Key.Id}";

    // AWS: these win over labels of the same name in the definition.
    public static ImmutableSortedDictionary<string, string> Labels(TaskState task, string container) =>
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal)
            .Add(TaskArnLabel, task.Key.Arn)
            .Add(ContainerLabel, container)
            .Add("com.amazonaws.ecs.task-definition-family", task.TaskDefinition.Family)
            .Add("com.amazonaws.ecs.task-definition-version", task.TaskDefinition.Revision.ToString(System.Globalization.CultureInfo.InvariantCulture))
            .Add("com.amazonaws.ecs.cluster", task.Key.Cluster.Name);

    /// <returns>Null for a container that belongs to no task.</returns>
    public static TaskKey? TaskOf(IReadOnlyDictionary<string, string> labels)
    {
        if (!labels.TryGetValue(TaskArnLabel, out var text) || !Aws.Arn.TryParse(text, out var arn)) return null;
        return arn.Resource.Split('/') is ["task", var cluster, var id]
            ? new TaskKey(new(new(arn.AccountId, arn.Region), cluster), id) : null;
    }

    public static bool HasAwslogs(ContainerDefinition definition) => definition.LogConfiguration?.LogDriver == LogDriver.Awslogs;
}
