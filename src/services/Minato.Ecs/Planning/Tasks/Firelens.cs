using System.Collections.Immutable;
using System.Globalization;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Engines.Containers;
using EngineLogDriver = Minato.Engines.Containers.LogDriver;
using LogDriver = Minato.Contracts.Ecs.LogDriver;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>
/// FireLens: containers with the driver awsfirelens write to a socket that the task's log router listens on. The engine's fluentd driver does the
/// writing, as the ECS agent has it do.
/// </summary>
internal static class Firelens
{
    private const string BufferOption = "log-driver-buffer-limit";
    private const int Port = 24224;

    public static ContainerDefinition? RouterOf(TaskDefinitionState definition) => definition.Containers.FirstOrDefault(c => c.FirelensConfiguration is not null);

    public static bool IsRouted(ContainerDefinition container) => container.LogConfiguration?.LogDriver == LogDriver.Awsfirelens;

    /// <summary>The volume that holds the socket; it goes with the task.</summary>
    public static VolumeSpec VolumeOf(TaskState task) => new(
        NameOf(task), "local", ImmutableSortedDictionary<string, string>.Empty, ImmutableSortedDictionary<string, string>.Empty, MayCreate: true);

    /// <summary>Short whatever the family is called: the path of a socket has 108 bytes.</summary>
    public static string NameOf(TaskState task) => $"ecs-firelens-{task.Key.Id}";

    public static VolumeMount SocketOf(TaskState task) => new(NameOf(task), "/var/run", ReadOnly: false);

    public static ContainerFile ConfigurationOf(TaskState task, TaskDefinitionState definition, ContainerDefinition router, string? ec2InstanceId) =>
        router.FirelensConfiguration?.Type == FirelensConfigurationType.Fluentd
            ? new("/fluentd/etc/fluent.conf", FluentdText.Of(task, definition, router, ec2InstanceId))
            : new("/fluent-bit/etc/fluent-bit.conf", FluentBitText.Of(task, definition, router, ec2InstanceId));

    public static string TagOf(TaskState task, ContainerDefinition container) => $"{container.Name}-firelens-{task.Key.Id}";

    /// <param name="directory">Where the volume of the socket is on the engine's machine.</param>
    public static EngineLogDriver DriverOf(TaskState task, ContainerDefinition container, string directory)
    {
        var options = ImmutableSortedDictionary<string, string>.Empty
            .Add("fluentd-address", $"unix://{directory}/fluent.sock").Add("fluentd-async", "true").Add("fluentd-sub-second-precision", "true")
            .Add("tag", TagOf(task, container));
        return new("fluentd", container.LogConfiguration?.Options?.GetValueOrDefault(BufferOption) is { } limit ? options.Add("fluentd-buffer-limit", limit) : options);
    }

    /// <summary>What applications that speak to the router themselves are told.</summary>
    public static IEnumerable<(string Name, string Value)> EnvironmentOf(TaskDefinitionState definition, ContainerDefinition container)
    {
        if (!IsRouted(container) || definition.NetworkMode != NetworkMode.Awsvpc) yield break;
        yield return ("FLUENT_HOST", "127.0.0.1");
        yield return ("FLUENT_PORT", Port.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Secret options are in the router's environment: its configuration names them only.</summary>
    public static IEnumerable<(string Name, string Value)> SecretsOf(TaskDefinitionState definition, TaskInputs inputs) =>
        definition.Containers.Where(IsRouted).SelectMany(c => inputs.Of(c.Name ?? "").LogOptions.Select(o => (SecretName(definition, c, o.Key), o.Value)));

    /// <summary>What a container asks of its output, without what is for the driver or for filters.</summary>
    public static IEnumerable<(string Name, string Value)> OutputOf(TaskDefinitionState definition, ContainerDefinition container, string plugin)
    {
        foreach (var (name, value) in (container.LogConfiguration?.Options ?? []).OrderBy(o => o.Key, StringComparer.Ordinal))
            if (name != plugin && name is not ("include-pattern" or "exclude-pattern" or BufferOption)) yield return (name, value);
        foreach (var secret in container.LogConfiguration?.SecretOptions ?? [])
            yield return (secret.Name, $"${{{SecretName(definition, container, secret.Name)}}}");
    }

    public static string? OptionOf(ContainerDefinition container, string name) => container.LogConfiguration?.Options?.GetValueOrDefault(name);

    /// <summary>AWS: on unless it is switched off.</summary>
    public static IEnumerable<(string Name, string Value)> MetadataOf(TaskState task, ContainerDefinition router, string? ec2InstanceId)
    {
        if (router.FirelensConfiguration?.Options?.GetValueOrDefault("enable-ecs-log-metadata") == "false") yield break;
        if (ec2InstanceId is not null) yield return ("ec2_instance_id", ec2InstanceId);
        yield return ("ecs_cluster", task.Key.Cluster.Name);
        yield return ("ecs_task_arn", task.Key.Arn);
        yield return ("ecs_task_definition", $"{task.TaskDefinition.Family}:{task.TaskDefinition.Revision}");
    }

    /// <summary>A file of the image that is read besides.</summary>
    public static string? OwnFileOf(ContainerDefinition router) =>
        router.FirelensConfiguration?.Options is { } options && options.GetValueOrDefault("config-file-type") == "file" ? options.GetValueOrDefault("config-file-value") : null;

    private static string SecretName(TaskDefinitionState definition, ContainerDefinition container, string option) =>
        $"{option}_{definition.Containers.IndexOf(container)}";
}
