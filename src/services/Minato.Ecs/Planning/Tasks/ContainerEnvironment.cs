using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>The environment variables of a container.</summary>
internal static class ContainerEnvironment
{
    /// <summary>The address at which a task finds what Minato tells it.</summary>
    public const string Inside = "http://169.254.170.2";

    /// <summary>AWS: secrets win over variables, these over files, and all of them over the image's.</summary>
    public static ImmutableSortedDictionary<string, string> Of(
        TaskState task, TaskDefinitionState definition, ContainerDefinition container, ContainerInputs inputs)
    {
        var all = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        all.AddRange(inputs.FileVariables);
        var over = task.Overrides.ContainerOverrides?.FirstOrDefault(o => o.Name == container.Name);
        foreach (var pair in (container.Environment ?? []).Concat(over?.Environment ?? []))
        {
            if (!string.IsNullOrEmpty(pair.Name)) all[pair.Name] = pair.Value ?? "";
        }

        foreach (var (name, value) in inputs.Secrets) all[name] = value;

        // AWS: both or neither.
        if (!all.ContainsKey("AWS_REGION") && !all.ContainsKey("AWS_DEFAULT_REGION"))
        {
            all["AWS_REGION"] = task.Key.Cluster.Scope.Region;
            all["AWS_DEFAULT_REGION"] = task.Key.Cluster.Scope.Region;
        }

        all.TryAdd("AWS_EXECUTION_ENV", task.LaunchType == LaunchType.Fargate ? "AWS_ECS_FARGATE" : "AWS_ECS_EC2");
        foreach (var (name, value) in Firelens.EnvironmentOf(definition, container)) all.TryAdd(name, value);
        AddInside(all, task, definition, container);
        return all.ToImmutable();
    }

    // AWS: nobody can give these another value.
    private static void AddInside(
        ImmutableSortedDictionary<string, string>.Builder all, TaskState task, TaskDefinitionState definition, ContainerDefinition container)
    {
        if (task.Progress.EndpointId is null) return;
        var id = task.Progress.EndpointIdOf(definition.Containers.IndexOf(container));
        all["ECS_CONTAINER_METADATA_URI"] = $"{Inside}/v3/{id}";
        all["ECS_CONTAINER_METADATA_URI_V4"] = $"{Inside}/v4/{id}";
        all["ECS_AGENT_URI"] = $"{Inside}/api/{id}";
        if (definition.TaskRoleOf(task) is not null) all["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = $"/v2/credentials/{task.Progress.CredentialsId}";
    }
}
