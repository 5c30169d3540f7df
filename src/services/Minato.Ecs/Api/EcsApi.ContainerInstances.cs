using System.Collections.Immutable;
using System.Text.Json;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Placement;
using Minato.Ecs.Planning.Placement.Query;
using Minato.Ecs.Reconcile;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Api;

internal sealed partial class EcsApi
{
    // AWS: Docker's ports and the agent's own are never given to tasks.
    private static readonly ImmutableArray<int> s_reservedPorts = [22, 2375, 2376, 51678, 51679];

    /// <summary>Makes this host a container instance. What the request leaves out is asked of the container engine.</summary>
    public async Task<RegisterContainerInstanceResponse> RegisterContainerInstanceAsync(
        RegisterContainerInstanceRequest request, Caller caller, CancellationToken ct)
    {
        if (AgentRegistration.IsFromAgent(request)) return await RegisterAgentAsync(request, caller, ct);
        var size = await host.AskAsync(InstanceIdOf(request.InstanceIdentityDocument), caller, ct);
        var tags = Tagging.Check(request.Tags, caller.MaySetSystemTags);
        var now = Now;
        var wire = await store.UpdateAsync(ecs =>
        {
            var cluster = References.ClusterKeyOf(caller, request.Cluster);
            if (ecs.Find(EcsTables.Clusters, cluster) is not { IsActive: true })
            {
                // AWS: the first instance of the default cluster makes it.
                if (cluster.Name != References.DefaultCluster) throw new ClientException("Cluster not found.");
                ecs.Put(EcsTables.Clusters, new ClusterState { Key = cluster, Settings = WithDefaults([]) });
            }

            var id = request.ContainerInstanceArn is { } arn ? References.Id(arn) : ids.Hex(32);
            var known = ecs.Find(EcsTables.Instances, new ContainerInstanceKey(cluster, id));
            if (known is null && ecs.Count(EcsTables.InstancesByCluster, cluster) >= Quotas.ContainerInstancesPerCluster)
                throw new ClientException($"The maximum number of container instances for the cluster has been reached. Max allowed: {Quotas.ContainerInstancesPerCluster}.");
            if (request.ContainerInstanceArn is not null && known is not { Status: not null, Agent: null })
                throw new ClientException("The referenced container instance was not found.");
            var instance = Registered(known ?? New(new(cluster, id), size, now), request, size, tags);
            ecs.Put(EcsTables.Instances, instance);
            return ToWire(ecs, instance, withTags: true);
        }, ct);
        return new() { ContainerInstance = wire };
    }

    public Task<DescribeContainerInstancesResponse> DescribeContainerInstancesAsync(
        DescribeContainerInstancesRequest request, Caller caller, CancellationToken ct)
    {
        if (request.ContainerInstances.Length == 0) throw new InvalidParameterException("Container instance cannot be empty.");
        var ecs = store.Current;
        var cluster = ecs.RequireCluster(caller, request.Cluster).Key;
        var withTags = request.Include?.Contains(ContainerInstanceField.Tags) ?? false;
        var withHealth = request.Include?.Contains(ContainerInstanceField.ContainerInstanceHealth) ?? false;
        var (found, missing) = FindInstances(ecs, cluster, request.ContainerInstances);
        return Answer(new DescribeContainerInstancesResponse
        {
            ContainerInstances = [.. found.Select(i => ToWire(ecs, i, withTags, withHealth))],
            Failures = missing,
        });
    }

    public Task<ListContainerInstancesResponse> ListContainerInstancesAsync(
        ListContainerInstancesRequest request, Caller caller, CancellationToken ct)
    {
        var ecs = store.Current;
        var cluster = ecs.RequireCluster(caller, request.Cluster).Key;
        var filter = string.IsNullOrEmpty(request.Filter) ? null : ClusterQuery.Parse(request.Filter);
        ContainerInstanceKey? after = tokens.Position("ListContainerInstances", request.NextToken) is { } id ? new(cluster, id) : null;
        var instances = ecs.After(EcsTables.InstancesByCluster, cluster, after)
            .Where(i => request.Status is null || i.Status == request.Status)
            .Where(i => filter is null || filter.Matches(InstanceView.Of(ecs, i)));
        var (page, next) = tokens.Page("ListContainerInstances", instances, request.MaxResults, i => i.Key.Id);
        return Answer(new ListContainerInstancesResponse { ContainerInstanceArns = [.. page.Select(i => i.Key.Arn)], NextToken = next });
    }

    public async Task<DeregisterContainerInstanceResponse> DeregisterContainerInstanceAsync(
        DeregisterContainerInstanceRequest request, Caller caller, CancellationToken ct)
    {
        var wire = await store.UpdateAsync(ecs =>
        {
            var cluster = ecs.RequireCluster(caller, request.Cluster).Key;
            if (ecs.Find(EcsTables.Instances, References.InstanceKeyOf(cluster, request.ContainerInstance)) is not { Status: not null } instance)
                throw new InvalidParameterException("The referenced container instance was not found.");
            TaskState[] tasks = [.. ecs.Where(EcsTables.LiveTasksByInstance, instance.Key)];
            if (tasks.Length > 0 && request.Force != true) throw new InvalidParameterException("Found running tasks on the instance.");
            foreach (var task in tasks)
                ecs.Put(EcsTables.Tasks, task.RequestStop(TaskStopCode.UserInitiated, "Container instance deregistration forced by user", Now));
            var gone = instance with { Status = null, AgentConnected = false, Version = instance.Version + 1 };
            ecs.Put(EcsTables.Instances, gone);
            return ToWire(ecs, gone, withTags: true);
        }, ct);
        return new() { ContainerInstance = wire };
    }

    public async Task<UpdateContainerInstancesStateResponse> UpdateContainerInstancesStateAsync(
        UpdateContainerInstancesStateRequest request, Caller caller, CancellationToken ct)
    {
        if (request.Status is not (ContainerInstanceStatus.Active or ContainerInstanceStatus.Draining))
            throw new InvalidParameterException("Container instance status should be one of [ACTIVE,DRAINING].");
        return await store.UpdateAsync(ecs =>
        {
            var cluster = ecs.RequireCluster(caller, request.Cluster).Key;
            var (found, missing) = FindInstances(ecs, cluster, request.ContainerInstances);
            var changed = ImmutableArray.CreateBuilder<ContainerInstance>();
            foreach (var instance in found.Where(i => i.Status is not null))
            {
                var next = instance with { Status = request.Status, Version = instance.Version + 1 };
                ecs.Put(EcsTables.Instances, next);
                changed.Add(ToWire(ecs, next, withTags: false));
            }

            ImmutableArray<Failure> inactive = [.. found.Where(i => i.Status is null).Select(i => new Failure { Arn = i.Key.Arn, Reason = "INACTIVE" })];
            return new UpdateContainerInstancesStateResponse { ContainerInstances = changed.ToImmutable(), Failures = [.. missing, .. inactive] };
        }, ct);
    }

    private static ContainerInstanceState New(ContainerInstanceKey key, HostSize size, DateTimeOffset now) => new()
    {
        Key = key,
        Ec2InstanceId = size.Ec2InstanceId,
        RegisteredAt = now,
        Cpu = size.Cpu,
        Memory = size.MemoryMiB,
        GpuIds = [.. Enumerable.Range(0, size.Gpus).Select(i => $"GPU-{key.Id}-{i}")],
        Interfaces = size.Interfaces,
        HostAddress = size.HostAddress,
        Engine = size.Engine,
        ReservedTcpPorts = s_reservedPorts,
        Attributes = size.Attributes,
        VersionInfo = new() { AgentVersion = "1.0.0", DockerVersion = $"DockerVersion: {size.EngineVersion}" },
    };

    private static ContainerInstanceState Registered(
        ContainerInstanceState instance, RegisterContainerInstanceRequest request, HostSize size, ImmutableArray<Tag> tags)
    {
        var resources = request.TotalResources ?? [];
        var given = request.Attributes ?? [];
        return instance with
        {
            Ec2InstanceId = InstanceIdOf(request.InstanceIdentityDocument) ?? size.Ec2InstanceId,
            Cpu = Integer("CPU") ?? instance.Cpu,
            Memory = Integer("MEMORY") ?? instance.Memory,
            ReservedTcpPorts = Ports("PORTS") ?? instance.ReservedTcpPorts,
            ReservedUdpPorts = Ports("PORTS_UDP") ?? instance.ReservedUdpPorts,
            GpuIds = resources.FirstOrDefault(r => r.Name == "GPU")?.StringSetValue ?? instance.GpuIds,
            Attributes = [.. instance.Attributes.Where(a => given.All(g => g.Name != a.Name)), .. given],
            Tags = tags.IsEmpty ? instance.Tags : tags,
            VersionInfo = request.VersionInfo ?? instance.VersionInfo,
            AgentConnected = true,
        };

        int? Integer(string name) => resources.FirstOrDefault(r => r.Name == name)?.IntegerValue;
        ImmutableArray<int>? Ports(string name) => resources.FirstOrDefault(r => r.Name == name)?.StringSetValue is { } ports
            ? [.. ports.Select(int.Parse)] : null;
    }

    private static string? InstanceIdOf(string? document)
    {
        if (string.IsNullOrEmpty(document)) return null;
        try
        {
            using var json = JsonDocument.Parse(document);
            return json.RootElement.TryGetProperty("instanceId", out var id) ? id.GetString() : null;
        }
        catch (JsonException)
        {
            throw new ClientException("Unable to parse the instance identity document.");
        }
    }

    private static (ImmutableArray<ContainerInstanceState> Found, ImmutableArray<Failure> Missing) FindInstances(
        IReadState ecs, ClusterKey cluster, ImmutableArray<string> references)
    {
        var keys = references.Select(r => References.InstanceKeyOf(cluster, r)).ToArray();
        return ([.. keys.Select(k => ecs.Find(EcsTables.Instances, k)).OfType<ContainerInstanceState>()],
            [.. keys.Where(k => ecs.Find(EcsTables.Instances, k) is null).Select(k => new Failure { Arn = k.Arn, Reason = "MISSING" })]);
    }

    internal static ContainerInstance ToWire(IReadState ecs, ContainerInstanceState instance, bool withTags, bool withHealth = false)
    {
        var view = InstanceView.Of(ecs, instance);
        TaskState[] tasks = [.. ecs.Where(EcsTables.LiveTasksByInstance, instance.Key)];
        return new()
        {
            ContainerInstanceArn = instance.Key.Arn,
            Ec2InstanceId = instance.Ec2InstanceId,
            CapacityProviderName = instance.CapacityProviderName,
            Version = instance.Version,
            VersionInfo = instance.VersionInfo,
            Status = instance.Status?.ToWire() ?? "INACTIVE",
            AgentConnected = instance.AgentConnected,
            AgentUpdateStatus = instance.Agent?.UpdateStatus,
            HealthStatus = withHealth ? HealthOf(instance.Agent) : null,
            RunningTasksCount = tasks.Count(t => ClusterCounts.IsRunning(t.LastStatus)),
            PendingTasksCount = tasks.Count(t => ClusterCounts.IsPending(t.LastStatus)),
            RegisteredResources = Resources(instance.Cpu, instance.Memory, instance.ReservedTcpPorts, instance.ReservedUdpPorts, instance.Gpus == 0 ? null : instance.GpuIds),
            // AWS: what remains of ports lists the ones in use.
            RemainingResources = Resources(view.CpuLeft, view.MemoryLeft, view.TcpPortsUsed, view.UdpPortsUsed, instance.Gpus == 0 ? null : instance.GpuIds.TakeLast(view.GpusLeft)),
            Attributes = instance.Attributes,
            RegisteredAt = instance.RegisteredAt,
            Attachments = [],
            Tags = withTags ? instance.Tags : [],
        };
    }

    private static ImmutableArray<Resource> Resources(int cpu, int memory, IEnumerable<int> tcp, IEnumerable<int> udp, IEnumerable<string>? gpus) =>
    [
        new() { Name = "CPU", Type = "INTEGER", DoubleValue = 0, LongValue = 0, IntegerValue = cpu },
        new() { Name = "MEMORY", Type = "INTEGER", DoubleValue = 0, LongValue = 0, IntegerValue = memory },
        new() { Name = "PORTS", Type = "STRINGSET", DoubleValue = 0, LongValue = 0, IntegerValue = 0, StringSetValue = [.. tcp.Order().Select(p => $"{p}")] },
        new() { Name = "PORTS_UDP", Type = "STRINGSET", DoubleValue = 0, LongValue = 0, IntegerValue = 0, StringSetValue = [.. udp.Order().Select(p => $"{p}")] },
        // AWS: an instance without any does not speak of them.
        .. gpus is null ? (Resource[])[] : [new() { Name = "GPU", Type = "STRINGSET", DoubleValue = 0, LongValue = 0, IntegerValue = 0, StringSetValue = [.. gpus] }],
    ];
}
