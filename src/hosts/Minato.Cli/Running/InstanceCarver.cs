using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Attribute = Minato.Contracts.Ecs.Attribute;
using Tag = Minato.Contracts.Ec2.Tag;
using Task = System.Threading.Tasks.Task;

namespace Minato.Cli.Running;

/// <summary>A container instance as the list shows it.</summary>
internal sealed record CarvedInstance(
    string Id, string Ec2InstanceId, string Type, string Zone, string Address, string Status, int Tasks, int Cpu, int CpuLeft, int Memory, int MemoryLeft)
{
    public JsonObject ToJson() => new()
    {
        ["containerInstance"] = Id, ["ec2InstanceId"] = Ec2InstanceId, ["type"] = Type, ["zone"] = Zone, ["address"] = Address, ["status"] = Status,
        ["tasks"] = Tasks, ["cpu"] = Cpu, ["cpuLeft"] = CpuLeft, ["memory"] = Memory, ["memoryLeft"] = MemoryLeft,
    };
}

/// <summary>What an operator does on AWS, with the same calls: runs instances, registers them with a cluster, and takes them back.</summary>
internal sealed class InstanceCarver(MinatoClient minato, string cluster)
{
    private const int DescribedAtOnce = 100;

    public static Attribute ReadAttribute(string text) => text.Split('=', 2) is [{ Length: > 0 } name, var value]
        ? new() { Name = name, Value = value } : throw new UserException($"'{text}' is not NAME=VALUE.");

    public async Task<IReadOnlyList<CarvedInstance>> AddAsync(string type, int count, string? zone, Attribute[] attributes, Tag[] tags, CancellationToken ct)
    {
        if (count is < 1 or > DescribedAtOnce) throw new UserException($"--count is between 1 and {DescribedAtOnce}.");
        await EnsureClusterAsync(ct);
        var zones = zone is not null ? [zone] : await ZonesAsync(ct);
        var arns = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var run = await minato.Ec2.RunInstancesAsync(new()
            {
                InstanceType = type, MinCount = 1, MaxCount = 1, Placement = new() { AvailabilityZone = zones[i % zones.Length] },
                TagSpecifications = [new() { ResourceType = "instance", Tags = [new() { Key = "Name", Value = $"ECS Instance - {cluster}" }, .. tags] }],
            }, minato.Caller, ct);
            if (run.Instances is [{ InstanceId: { } id }, ..]) arns.Add(await RegisterAsync(id, attributes, ct));
        }

        return await DescribeAsync([.. arns], ct);
    }

    public async Task<IReadOnlyList<CarvedInstance>> ListAsync(CancellationToken ct)
    {
        var found = new List<CarvedInstance>();
        string? next = null;
        do
        {
            var page = await minato.Ecs.ListContainerInstancesAsync(new() { Cluster = cluster, NextToken = next, MaxResults = DescribedAtOnce }, minato.Caller, ct);
            if (page.ContainerInstanceArns is { Length: > 0 } arns) found.AddRange(await DescribeAsync(arns, ct));
            next = page.NextToken;
        }
        while (next is not null);
        return found;
    }

    public async Task RemoveAsync(string id, CancellationToken ct)
    {
        var one = (await ListAsync(ct)).FirstOrDefault(i => i.Id == id || i.Ec2InstanceId == id)
            ?? throw new UserException($"the cluster {cluster} has no container instance {id}.");
        await minato.Ecs.DeregisterContainerInstanceAsync(new() { Cluster = cluster, ContainerInstance = one.Id, Force = true }, minato.Caller, ct);
        try
        {
            await minato.Ec2.TerminateInstancesAsync(new() { InstanceIds = [one.Ec2InstanceId] }, minato.Caller, ct);
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            // The machine itself, or one that joined from elsewhere: nothing of it is to be taken back.
        }
    }

    private async Task<string> RegisterAsync(string id, Attribute[] attributes, CancellationToken ct)
    {
        var answer = await minato.Ecs.RegisterContainerInstanceAsync(new()
        {
            Cluster = cluster,
            InstanceIdentityDocument = new JsonObject { ["instanceId"] = id }.ToJsonString(),
            Attributes = attributes.Length == 0 ? null : [.. attributes],
        }, minato.Caller, ct);
        return answer.ContainerInstance?.ContainerInstanceArn ?? "";
    }

    private async Task EnsureClusterAsync(CancellationToken ct)
    {
        var answer = await minato.Ecs.DescribeClustersAsync(new() { Clusters = [cluster] }, minato.Caller, ct);
        if (answer.Clusters is not [{ Status: "ACTIVE" }]) await minato.Ecs.CreateClusterAsync(new() { ClusterName = cluster }, minato.Caller, ct);
    }

    private async Task<string[]> ZonesAsync(CancellationToken ct)
    {
        var subnets = await minato.Ec2.DescribeSubnetsAsync(new(), minato.Caller, ct);
        return [.. (subnets.Subnets ?? []).Select(s => s.AvailabilityZone).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private async Task<IReadOnlyList<CarvedInstance>> DescribeAsync(ImmutableArray<string> arns, CancellationToken ct)
    {
        var answer = await minato.Ecs.DescribeContainerInstancesAsync(new() { Cluster = cluster, ContainerInstances = arns }, minato.Caller, ct);
        var machines = ((await minato.Ec2.DescribeInstancesAsync(new(), minato.Caller, ct)).Reservations ?? []).SelectMany(r => r.Instances ?? [])
            .ToDictionary(i => i.InstanceId ?? "", i => i.PrivateIpAddress, StringComparer.Ordinal);
        return [.. (answer.ContainerInstances ?? []).Select(i => Read(i, machines.GetValueOrDefault(i.Ec2InstanceId ?? "")))];
    }

    private static CarvedInstance Read(ContainerInstance instance, string? address) => new(
        instance.ContainerInstanceArn?.Split('/')[^1] ?? "", instance.Ec2InstanceId ?? "", Named(instance, "ecs.instance-type"), Named(instance, "ecs.availability-zone"),
        address ?? "-", instance.AgentConnected == true ? instance.Status ?? "" : $"{instance.Status} (away)", (instance.RunningTasksCount ?? 0) + (instance.PendingTasksCount ?? 0),
        Amount(instance.RegisteredResources, "CPU"), Amount(instance.RemainingResources, "CPU"),
        Amount(instance.RegisteredResources, "MEMORY"), Amount(instance.RemainingResources, "MEMORY"));

    private static string Named(ContainerInstance instance, string attribute) =>
        (instance.Attributes ?? []).FirstOrDefault(a => a.Name == attribute)?.Value ?? "-";

    private static int Amount(ImmutableArray<Resource>? resources, string name) => (resources ?? []).FirstOrDefault(r => r.Name == name)?.IntegerValue ?? 0;
}
