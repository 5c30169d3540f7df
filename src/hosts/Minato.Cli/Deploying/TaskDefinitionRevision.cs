using System.Collections.Immutable;
using Minato.Cli.Running;
using Minato.Contracts.Ecs;

namespace Minato.Cli.Deploying;

/// <summary>The task definition that a deployment is to bring.</summary>
internal static class TaskDefinitionRevision
{
    /// <exception cref="UserException">There is none of that name.</exception>
    public static async Task<TaskDefinition> FindAsync(AwsAccess aws, string name, CancellationToken ct)
    {
        try
        {
            var answer = await aws.Ecs.DescribeTaskDefinitionAsync(new() { TaskDefinition = name, Include = [TaskDefinitionField.Tags] }, aws.Caller, ct);
            return answer.TaskDefinition is { } found ? found : throw new UserException($"there is no task definition {name}.");
        }
        catch (ClientException e)
        {
            throw new UserException($"task definition {name}: {e.Message}");
        }
    }

    /// <summary>The definition with other images.</summary>
    /// <param name="images">NAME=IMAGE each, or one IMAGE alone where there is one container.</param>
    public static TaskDefinition WithImages(TaskDefinition definition, IReadOnlyCollection<string> images)
    {
        var containers = definition.ContainerDefinitions ?? [];
        var names = containers.Select(c => c.Name ?? "").ToArray();
        foreach (var text in images)
        {
            var (name, image) = text.Split('=', 2) is [var left, var right] ? (left, right)
                : names.Length == 1 ? (names[0], text)
                : throw new UserException($"say which container gets {text}: --image NAME={text}, with one of {string.Join(", ", names)}.");
            if (!names.Contains(name)) throw new UserException($"{NameOf(definition)} has no container {name}, but {string.Join(", ", names)}.");
            containers = [.. containers.Select(c => c.Name == name ? c with { Image = image } : c)];
        }

        return definition with { ContainerDefinitions = containers };
    }

    public static RegisterTaskDefinitionRequest ToRequest(TaskDefinition definition) => new()
    {
        Family = definition.Family ?? "",
        TaskRoleArn = definition.TaskRoleArn,
        ExecutionRoleArn = definition.ExecutionRoleArn,
        NetworkMode = definition.NetworkMode,
        ContainerDefinitions = definition.ContainerDefinitions ?? [],
        Volumes = definition.Volumes,
        PlacementConstraints = definition.PlacementConstraints,
        RequiresCompatibilities = definition.RequiresCompatibilities,
        Cpu = definition.Cpu,
        Memory = definition.Memory,
        PidMode = definition.PidMode,
        IpcMode = definition.IpcMode,
        ProxyConfiguration = definition.ProxyConfiguration,
        InferenceAccelerators = definition.InferenceAccelerators,
        EphemeralStorage = definition.EphemeralStorage,
        RuntimePlatform = definition.RuntimePlatform,
        EnableFaultInjection = definition.EnableFaultInjection,
    };

    public static string NameOf(TaskDefinition definition) => $"{definition.Family}:{definition.Revision}";

    public static string Short(string? arn) => arn is null ? "?" : arn[(arn.LastIndexOf('/') + 1)..];
}
