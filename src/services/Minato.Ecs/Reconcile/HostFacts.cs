using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Engines.Containers;

namespace Minato.Ecs.Reconcile;

/// <summary>What a machine, or a part of one, brings to a cluster as a container instance.</summary>
internal sealed record HostSize(string Ec2InstanceId, int Cpu, int MemoryMiB, string EngineVersion, ImmutableArray<Attribute> Attributes)
{
    public int Gpus { get; init; }

    /// <summary>Interfaces for tasks; null for no limit.</summary>
    public int? Interfaces { get; init; }

    /// <summary>Its own address, when it is a part of a machine.</summary>
    public string? HostAddress { get; init; }

    /// <summary>The container engine on another machine that it stands for; null for that of this machine.</summary>
    public string? Engine { get; init; }
}

/// <summary>Asks engines and EC2 about a host: the one that Minato runs on, a part of it, or another one.</summary>
internal sealed class HostFacts(IContainerEngines engines, IEc2 ec2)
{
    /// <summary>The tag of an EC2 instance that stands for a container engine on another machine, whose name it holds.</summary>
    private const string EngineTag = "minato:engine";
    private const int CpuUnits = 1024; // AWS: of one core.
    private const int Mebibyte = 1024 * 1024;

    // As an agent with what Minato can do would report them.
    private static readonly string[] s_capabilities =
    [
        "com.amazonaws.ecs.capability.docker-remote-api.1.17", "com.amazonaws.ecs.capability.docker-remote-api.1.18",
        "com.amazonaws.ecs.capability.docker-remote-api.1.19", "com.amazonaws.ecs.capability.docker-remote-api.1.20",
        "com.amazonaws.ecs.capability.docker-remote-api.1.21", "com.amazonaws.ecs.capability.ecr-auth",
        "com.amazonaws.ecs.capability.logging-driver.awslogs", "com.amazonaws.ecs.capability.logging-driver.json-file",
        "com.amazonaws.ecs.capability.logging-driver.fluentd", "com.amazonaws.ecs.capability.logging-driver.gelf",
        "com.amazonaws.ecs.capability.logging-driver.journald", "com.amazonaws.ecs.capability.logging-driver.splunk",
        "com.amazonaws.ecs.capability.logging-driver.awsfirelens", "com.amazonaws.ecs.capability.logging-driver.syslog",
        "com.amazonaws.ecs.capability.privileged-container", TaskRoles,
        "ecs.capability.container-health-check", "ecs.capability.container-ordering", "ecs.capability.container-restart-policy",
        "ecs.capability.execution-role-awslogs", "ecs.capability.execution-role-ecr-pull", "ecs.capability.task-eni",
    ];

    // Credentials of a task's role are answered at 169.254.170.2, which leads to Minato on this machine alone.
    private const string TaskRoles = "com.amazonaws.ecs.capability.task-iam-role";

    /// <param name="machine">The EC2 instance that registers; null for the machine that Minato runs on.</param>
    public async Task<HostSize> AskAsync(string? machine, Caller caller, CancellationToken ct)
    {
        var host = await FindAsync(null, caller, ct);
        var instance = machine is null || machine == host?.InstanceId ? host : await FindAsync(machine, caller, ct) ?? host;
        var engine = instance?.Tags?.FirstOrDefault(t => t.Key == EngineTag)?.Value;
        var up = await StatusAsync(engine, ct);
        var size = new HostSize(
            instance?.InstanceId ?? "", up.Cpus * CpuUnits, (int)(up.MemoryBytes / Mebibyte), up.Version,
            [
                Named("ecs.availability-zone", instance?.Placement?.AvailabilityZone), Named("ecs.instance-type", instance?.InstanceType),
                Named("ecs.os-type", "linux"), Named("ecs.os-family", "LINUX"),
                Named("ecs.cpu-architecture", up.Architecture is "arm64" or "aarch64" ? "arm64" : "x86_64"),
                Named("ecs.vpc-id", instance?.VpcId), Named("ecs.subnet-id", instance?.SubnetId),
                .. s_capabilities.Where(c => engine is null || c != TaskRoles).Select(c => Named(c, null)),
            ]);
        return instance is null || instance == host ? size : await PartAsync(size with { Engine = engine }, instance, caller, ct);
    }

    private async Task<EngineStatus.Up> StatusAsync(string? engine, CancellationToken ct)
    {
        try
        {
            return await engines.Of(engine).StatusAsync(ct) switch
            {
                EngineStatus.Up up => up,
                var status => throw Silent((status as EngineStatus.Away)?.Advice),
            };
        }
        catch (EngineUnavailableException e)
        {
            throw Silent(e.Message);
        }

        static Contracts.Ecs.ClientException Silent(string? advice) => new($"The container engine of this host does not answer. {advice}");
    }

    // A part of the machine is as large as its type says.
    private async Task<HostSize> PartAsync(HostSize whole, Instance instance, Caller caller, CancellationToken ct)
    {
        var answer = await ec2.DescribeInstanceTypesAsync(new() { InstanceTypes = [instance.InstanceType ?? ""] }, caller, ct);
        if (answer.InstanceTypes is not [var type, ..]) return whole;
        return whole with
        {
            Cpu = (type.VCpuInfo?.DefaultVCpus ?? 1) * CpuUnits,
            MemoryMiB = (int)(type.MemoryInfo?.SizeInMiB ?? whole.MemoryMiB),
            Gpus = (type.GpuInfo?.Gpus ?? []).Sum(g => g.Count ?? 0),
            // AWS: one is the instance's own.
            Interfaces = type.NetworkInfo?.MaximumNetworkInterfaces - 1,
            // All of another machine's addresses are its own.
            HostAddress = whole.Engine is null ? instance.PrivateIpAddress : null,
        };
    }

    private async Task<Instance?> FindAsync(string? id, Caller caller, CancellationToken ct)
    {
        try
        {
            var answer = await ec2.DescribeInstancesAsync(new() { InstanceIds = id is null ? null : [id] }, caller, ct);
            return answer.Reservations?.FirstOrDefault()?.Instances?.FirstOrDefault();
        }
        catch (AwsException e) when (e.IsClientFault && id is not null)
        {
            return null; // Whoever registers it knows it from elsewhere.
        }
    }

    private static Attribute Named(string name, string? value) => new() { Name = name, Value = value };
}
