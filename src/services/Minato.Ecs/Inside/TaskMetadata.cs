using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;
using Minato.Engines.Containers;

namespace Minato.Ecs.Inside;

/// <summary>What a task is told about itself, from what the store and the engine know.</summary>
/// <param name="Seen">The task's containers on the engine, by their names in the definition.</param>
/// <param name="Pause">The container that holds its network namespace.</param>
/// <param name="SubnetCidr">Range of its subnet.</param>
internal sealed record TaskFacts(
    TaskState Task, TaskDefinitionState Definition, ImmutableDictionary<string, EngineContainer> Seen, EngineContainer? Pause, string? SubnetCidr,
    ImmutableArray<Tag> InstanceTags, string FileSystems);

/// <summary>Metadata in the words of the ECS agent, versions 3 and 4. Pure.</summary>
internal static class TaskMetadata
{
    private const int CpuUnits = 1024;

    public static JsonObject Task(TaskFacts facts, int version, bool withTags)
    {
        var task = facts.Task;
        var json = new JsonObject
        {
            // AWS: on Fargate the ARN, on EC2 the short name.
            ["Cluster"] = task.LaunchType == LaunchType.Fargate ? task.Key.Cluster.Arn : task.Key.Cluster.Name,
            ["TaskARN"] = task.Key.Arn,
            ["Family"] = task.TaskDefinition.Family,
            ["Revision"] = task.TaskDefinition.Revision.ToString(CultureInfo.InvariantCulture),
            ["DesiredStatus"] = task.EffectiveDesiredStatus.ToWire(),
            ["KnownStatus"] = task.LastStatus.ToWire(),
        };
        if (task.ServiceName is { } service && version >= 4) json["ServiceName"] = service;
        if (version >= 4) json["Group"] = task.Group;
        if (Limits(Vcpu(task.Cpu), Number(task.Memory)) is { } limits) json["Limits"] = limits;
        AddTime(json, "PullStartedAt", task.Progress.PullStartedAt);
        AddTime(json, "PullStoppedAt", task.Progress.PullStoppedAt);
        AddTime(json, "ExecutionStoppedAt", task.Progress.ExecutionStoppedAt);
        if (task.Progress.AvailabilityZone is { } zone) json["AvailabilityZone"] = zone;
        if (version >= 4)
        {
            if (task.Progress.Interface?.VpcId is { } vpc) json["VPCID"] = vpc;
            json["LaunchType"] = task.LaunchType.ToWire();
        }

        if (withTags) AddTags(json, facts);
        var containers = new JsonArray();
        for (var i = 0; i < facts.Definition.Containers.Length; i++) containers.Add((JsonNode)Container(facts, i, version));
        if (facts.Pause is { } pause && task.LaunchType != LaunchType.Fargate) containers.Add((JsonNode)PauseContainer(facts, pause, version));
        json["Containers"] = containers;
        return json;
    }

    public static JsonObject Container(TaskFacts facts, int index, int version)
    {
        var definition = facts.Definition.Containers[index];
        var progress = facts.Task.Progress.Container(definition.Name ?? "");
        var seen = facts.Seen.GetValueOrDefault(progress.Name);
        var json = new JsonObject
        {
            ["DockerId"] = DockerId(facts.Task, progress),
            ["Name"] = progress.Name,
            ["DockerName"] = ContainerNames.Of(facts.Task, progress),
            ["Image"] = definition.Image,
            ["ImageID"] = seen?.ImageId ?? progress.ImageDigest ?? "",
        };
        if (Ports(definition, progress) is { Count: > 0 } ports) json["Ports"] = ports;
        json["Labels"] = Map((definition.DockerLabels ?? ImmutableDictionary<string, string>.Empty).OrderBy(l => l.Key, StringComparer.Ordinal)
            .Concat(ContainerNames.Labels(facts.Task, progress.Name)));
        json["DesiredStatus"] = facts.Task.EffectiveDesiredStatus.ToWire();
        json["KnownStatus"] = progress.LastStatus.ToWire();
        if (progress.ExitCode is { } code) json["ExitCode"] = code;
        json["Limits"] = Limits(definition.Cpu ?? 0, definition.Memory ?? 0);
        AddTime(json, "CreatedAt", seen?.CreatedAt);
        AddTime(json, "StartedAt", progress.StartedAt);
        AddTime(json, "FinishedAt", progress.FinishedAt);
        json["Type"] = "NORMAL";
        if (definition.HealthCheck is not null) json["Health"] = Health(progress, seen);
        if (Volumes(facts, definition) is { Count: > 0 } volumes) json["Volumes"] = volumes;
        if (version >= 4) AddLogs(json, facts.Task, definition, progress);
        if (version >= 4) json["ContainerARN"] = facts.Task.Key.Cluster.Scope.Arn($"container/{facts.Task.Key.Cluster.Name}/{facts.Task.Key.Id}/{progress.Id}");
        json["Networks"] = Networks(facts, seen, version);
        if (version >= 4 && definition.RestartPolicy is { Enabled: true }) json["RestartCount"] = progress.RestartCount;
        if (version >= 4) json["Snapshotter"] = "overlayfs";
        return json;
    }

    /// <summary>As the API shows it, too: on Fargate it is not the engine's.</summary>
    public static string DockerId(TaskState task, ContainerProgress container) => task.RuntimeIdOf(container) ?? "";

    private static JsonObject PauseContainer(TaskFacts facts, EngineContainer pause, int version)
    {
        var json = new JsonObject
        {
            ["DockerId"] = pause.Id, ["Name"] = ContainerNames.PauseContainer, ["DockerName"] = pause.Name, ["Image"] = EngineImage.Pause,
            ["ImageID"] = pause.ImageId ?? "", ["Labels"] = Map(ContainerNames.Labels(facts.Task, ContainerNames.PauseContainer)),
            ["DesiredStatus"] = "RESOURCES_PROVISIONED", ["KnownStatus"] = "RESOURCES_PROVISIONED", ["Limits"] = Limits(0, 0),
        };
        AddTime(json, "CreatedAt", pause.CreatedAt);
        AddTime(json, "StartedAt", pause.StartedAt);
        json["Type"] = "CNI_PAUSE";
        json["Networks"] = Networks(facts, null, version);
        return json;
    }

    private static JsonArray Networks(TaskFacts facts, EngineContainer? seen, int version)
    {
        var mode = facts.Definition.NetworkMode.ToWire();
        var network = new JsonObject { ["NetworkMode"] = mode == "bridge" ? "default" : mode };
        if (facts.Task.Progress.Interface is { PrivateIp: { } address } eni)
        {
            network["IPv4Addresses"] = new JsonArray(address);
            if (version < 4) return [network];
            network["AttachmentIndex"] = 0;
            network["MACAddress"] = eni.MacAddress;
            if (facts.SubnetCidr is { } cidr)
            {
                network["IPv4SubnetCIDRBlock"] = cidr;
                network["SubnetGatewayIpv4Address"] = $"{FirstAddress(cidr)}/{cidr.Split('/')[^1]}";
            }

            network["PrivateDNSName"] = eni.PrivateDnsName;
        }
        else if (seen?.Address is { } bridged)
        {
            network["IPv4Addresses"] = new JsonArray(bridged);
        }

        return [network];
    }

    private static string FirstAddress(string cidr)
    {
        var bytes = System.Net.IPNetwork.Parse(cidr).BaseAddress.GetAddressBytes();
        bytes[^1]++;
        return new System.Net.IPAddress(bytes).ToString();
    }

    private static JsonArray Ports(ContainerDefinition definition, ContainerProgress progress)
    {
        var ports = new JsonArray();
        foreach (var port in definition.PortMappings ?? [])
        {
            if (port.ContainerPort is not { } inside) continue;
            var json = new JsonObject { ["ContainerPort"] = inside, ["Protocol"] = (port.Protocol ?? TransportProtocol.Tcp).ToWire() };
            if (progress.NetworkBindings.FirstOrDefault(b => b.ContainerPort == inside)?.HostPort is { } host) json["HostPort"] = host;
            ports.Add((JsonNode)json);
        }

        return ports;
    }

    private static JsonObject Health(ContainerProgress progress, EngineContainer? seen)
    {
        var json = new JsonObject { ["status"] = progress.HealthStatus.ToWire() };
        if (seen?.HealthOutput is { } output) json["output"] = output;
        return json;
    }

    private static JsonArray Volumes(TaskFacts facts, ContainerDefinition definition)
    {
        var volumes = new JsonArray();
        foreach (var mount in TaskVolumes.MountsOf(facts.Task, facts.Definition, definition, facts.FileSystems).Where(m => m.Source is not null))
        {
            var json = new JsonObject();
            if (mount.Source is ['/', ..]) json["Source"] = mount.Source;
            else json["DockerName"] = mount.Source;
            json["Destination"] = mount.ContainerPath;
            volumes.Add((JsonNode)json);
        }

        return volumes;
    }

    private static void AddLogs(JsonObject json, TaskState task, ContainerDefinition definition, ContainerProgress progress)
    {
        if (definition.LogConfiguration is not { } log) return;
        json["LogDriver"] = log.LogDriver.ToWire();
        var options = Map((log.Options ?? ImmutableDictionary<string, string>.Empty).OrderBy(o => o.Key, StringComparer.Ordinal));
        // AWS: the stream is told by the name it has, not by the prefix it was asked with.
        if (LogTarget.Of(task, definition, progress.RuntimeId) is { Stream: { } stream })
        {
            options.Remove("awslogs-stream-prefix");
            options["awslogs-stream"] = stream;
        }

        json["LogOptions"] = options;
    }

    private static void AddTags(JsonObject json, TaskFacts facts)
    {
        if (facts.Task.Tags.Length > 0) json["TaskTags"] = Map(facts.Task.Tags);
        if (facts.InstanceTags.Length > 0) json["ContainerInstanceTags"] = Map(facts.InstanceTags);
    }

    private static JsonObject Map(ImmutableArray<Tag> tags) => Map(tags.Select(t => System.Collections.Generic.KeyValuePair.Create(t.Key ?? "", t.Value ?? "")));

    private static JsonObject Map(IEnumerable<System.Collections.Generic.KeyValuePair<string, string>> pairs)
    {
        var json = new JsonObject();
        foreach (var (name, value) in pairs) json[name] = value;
        return json;
    }

    private static JsonObject? Limits(double? cpu, int? memory)
    {
        if (cpu is null && memory is null) return null;
        var json = new JsonObject();
        if (cpu is { } units) json["CPU"] = units;
        if (memory is { } mebibytes) json["Memory"] = mebibytes;
        return json;
    }

    private static double? Vcpu(string? units) => Number(units) is { } number ? (double)number / CpuUnits : null;

    private static int? Number(string? text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static void AddTime(JsonObject json, string name, DateTimeOffset? time)
    {
        if (time is { } at) json[name] = at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
    }
}
