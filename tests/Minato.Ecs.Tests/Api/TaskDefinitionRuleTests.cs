using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.TaskDefinitions;
using Minato.Ecs.Tests.Tasks;

namespace Minato.Ecs.Tests.Api;

/// <summary>What RegisterTaskDefinition refuses, in AWS's words.</summary>
public sealed class TaskDefinitionRuleTests
{
    private static readonly RegisterTaskDefinitionRequest Fargate = TaskWorld.Fargate(TaskWorld.Container());

    private static readonly RegisterTaskDefinitionRequest Plain = new()
    {
        Family = "web", ContainerDefinitions = [TaskWorld.Container() with { Memory = 128 }],
    };

    private static RegisterTaskDefinitionRequest Only(ContainerDefinition container) => Plain with { ContainerDefinitions = [container] };

    public static TheoryData<string, RegisterTaskDefinitionRequest> Refused => new()
    {
        { "Container.image should not be null or empty.", Only(new() { Name = "app", Memory = 128 }) },
        { "Container.name should not be null or empty.", Only(new() { Image = "app:1", Memory = 128 }) },
        { "Family contains invalid characters.", Plain with { Family = "a b" } },
        { "Container list cannot be empty.", Plain with { ContainerDefinitions = [] } },
        { "Invalid setting for container 'app'. At least one of 'memory' or 'memoryReservation' must be specified.", Only(TaskWorld.Container()) },
        { "Fargate requires that 'cpu' be defined at the task level.", Fargate with { Cpu = null } },
        { "Fargate requires that 'memory' be defined at the task level.",
            Fargate with { Memory = null, ContainerDefinitions = [TaskWorld.Container() with { Memory = 128 }] } },
        { "No Fargate configuration exists for given values: 256 CPU, 4096 memory", Fargate with { Memory = "4096" } },
        { "Invalid 'cpu' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.", Plain with { Cpu = "64" } },
        { "Invalid 'cpu' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.", Plain with { Cpu = "many" } },
        { "Fargate only supports network mode ‘awsvpc’.", Fargate with { NetworkMode = NetworkMode.Bridge } },
        { "When networkMode=awsvpc, the host ports and container ports in port mappings must match.",
            Fargate with { ContainerDefinitions = [TaskWorld.Container() with { PortMappings = [new() { ContainerPort = 80, HostPort = 8080 }] }] } },
        { "When networkMode=host, the host ports and container ports in port mappings must match.",
            Only(TaskWorld.Container() with { Memory = 128, PortMappings = [new() { ContainerPort = 80, HostPort = 8080 }] }) with { NetworkMode = NetworkMode.Host } },
        { "Tasks using the Fargate launch type do not support pidMode 'host'. The supported value for pidMode is 'task'.", Fargate with { PidMode = PidMode.Host } },
        { "Fargate requires that the 'privileged' setting be 'false' at the container level.",
            Fargate with { ContainerDefinitions = [TaskWorld.Container() with { Privileged = true }] } },
        { "EphemeralStorage size should be at least 21", Fargate with { EphemeralStorage = new() { SizeInGiB = 20 } } },
        { "EphemeralStorage size should be at most 200", Fargate with { EphemeralStorage = new() { SizeInGiB = 201 } } },
        { "The 'memory' setting for container is greater than for the task.",
            Fargate with { ContainerDefinitions = [TaskWorld.Container() with { Memory = 1024 }] } },
        { "Fargate requires task definition to have execution role ARN to support log driver awslogs.",
            Fargate with { ExecutionRoleArn = null, ContainerDefinitions = [TaskWorld.Container() with { LogConfiguration = Awslogs }] } },
        { "At least one container must be essential.", Only(TaskWorld.Container() with { Memory = 128, Essential = false }) },
        { "Container dependencies cannot be cyclic: a -> b -> a.", Plain with { ContainerDefinitions = [Needs("a", "b"), Needs("b", "a")] } },
        { "Unknown volume 'data'.", Only(TaskWorld.Container() with { Memory = 128, MountPoints = [new() { SourceVolume = "data", ContainerPath = "/data" }] }) },
    };

    private static LogConfiguration Awslogs => new()
    {
        LogDriver = LogDriver.Awslogs,
        Options = ImmutableDictionary<string, string>.Empty.Add("awslogs-group", "g").Add("awslogs-region", "us-east-1"),
    };

    private static ContainerDefinition Needs(string name, string other) =>
        TaskWorld.Container(name) with { Memory = 128, DependsOn = [new() { ContainerName = other, Condition = ContainerCondition.Start }] };

    [Theory, MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public void A_bad_definition_is_a_ClientException(string message, RegisterTaskDefinitionRequest request) =>
        Should.Throw<ClientException>(() => TaskDefinitionRules.Check(request)).Message.ShouldBe(message);

    /// <summary>Rules of structure, whose words AWS does not tell.</summary>
    public static TheoryData<string, RegisterTaskDefinitionRequest> Misbuilt => new()
    {
        { "eleven containers", Plain with { ContainerDefinitions = [.. Enumerable.Range(0, 11).Select(i => TaskWorld.Container($"c{i}") with { Memory = 128 })] } },
        { "two containers of a name", Plain with { ContainerDefinitions = [TaskWorld.Container() with { Memory = 128 }, TaskWorld.Container() with { Memory = 128 }] } },
        { "eleven placement constraints", Plain with { PlacementConstraints = [.. Enumerable.Repeat(new TaskDefinitionPlacementConstraint { Type = TaskDefinitionPlacementConstraintType.MemberOf, Expression = "attribute:a == b" }, 11)] } },
        { "links in awsvpc", Fargate with { ContainerDefinitions = [TaskWorld.Container() with { Links = ["db"] }] } },
        { "a hostname in awsvpc", Fargate with { ContainerDefinitions = [TaskWorld.Container() with { Hostname = "me" }] } },
        { "extra hosts in awsvpc", Fargate with { ContainerDefinitions = [TaskWorld.Container() with { ExtraHosts = [new() { Hostname = "a", IpAddress = "10.0.0.1" }] }] } },
        { "ports in none", Ports(new PortMapping { ContainerPort = 80 }) with { NetworkMode = NetworkMode.None } },
        { "a port on two protocols", Ports(new() { ContainerPort = 53 }, new() { ContainerPort = 53, Protocol = TransportProtocol.Udp }) },
        { "a range with a host port", Ports(new PortMapping { ContainerPortRange = "80-90", HostPort = 80 }) },
        { "a range upside down", Ports(new PortMapping { ContainerPortRange = "90-80" }) },
        { "a range of signs", Ports(new PortMapping { ContainerPortRange = "+80- 90" }) },
        { "a range in host mode", Ports(new PortMapping { ContainerPortRange = "80-90" }) with { NetworkMode = NetworkMode.Host } },
        { "ranges that overlap", Ports(new() { ContainerPortRange = "80-90" }, new() { ContainerPortRange = "90-95" }) },
        { "101 ranges", Ports([.. Enumerable.Range(1, 101).Select(i => new PortMapping { ContainerPortRange = $"{i * 10}-{(i * 10) + 5}" })]) },
        { "a port's name with a capital", Ports(new PortMapping { ContainerPort = 80, Name = "Web" }) },
        { "a port's name that begins with a dash", Ports(new PortMapping { ContainerPort = 80, Name = "-web" }) },
        { "no more memory than is reserved", Only(TaskWorld.Container() with { Memory = 128, MemoryReservation = 128 }) },
        { "five MiB", Only(TaskWorld.Container() with { Memory = 5 }) },
        { "a long image", Only(TaskWorld.Container() with { Memory = 128, Image = new string('a', 256) }) },
        { "a short digest", Only(TaskWorld.Container() with { Memory = 128, Image = "app@sha256:abc" }) },
        { "a restart period of 59 s", Only(TaskWorld.Container() with { Memory = 128, RestartPolicy = new() { Enabled = true, RestartAttemptPeriod = 59 } }) },
        { "a restart period of 1801 s", Only(TaskWorld.Container() with { Memory = 128, RestartPolicy = new() { Enabled = true, RestartAttemptPeriod = 1801 } }) },
        { "51 exit codes to ignore", Only(TaskWorld.Container() with { Memory = 128, RestartPolicy = new() { Enabled = true, IgnoredExitCodes = [.. Enumerable.Range(0, 51)] } }) },
        { "a health check without CMD", Checked(new() { Command = ["curl", "localhost"] }) },
        { "an interval of 4 s", Checked(new() { Command = ["CMD", "true"], Interval = 4 }) },
        { "an interval of 301 s", Checked(new() { Command = ["CMD", "true"], Interval = 301 }) },
        { "a timeout of 1 s", Checked(new() { Command = ["CMD", "true"], Timeout = 1 }) },
        { "a timeout of 61 s", Checked(new() { Command = ["CMD", "true"], Timeout = 61 }) },
        { "no retries", Checked(new() { Command = ["CMD", "true"], Retries = 0 }) },
        { "eleven retries", Checked(new() { Command = ["CMD", "true"], Retries = 11 }) },
        { "a start period of 301 s", Checked(new() { Command = ["CMD", "true"], StartPeriod = 301 }) },
        { "waiting for the end of an essential container", Plain with { ContainerDefinitions = [TaskWorld.Container("a") with { Memory = 128 }, TaskWorld.Container("b") with { Memory = 128, DependsOn = [new() { ContainerName = "a", Condition = ContainerCondition.Success }] }] } },
        { "waiting for health without a check", Plain with { ContainerDefinitions = [TaskWorld.Container("a") with { Memory = 128 }, TaskWorld.Container("b") with { Memory = 128, DependsOn = [new() { ContainerName = "a", Condition = ContainerCondition.Healthy }] }] } },
        { "a stopTimeout of 121 s on Fargate", Fargate with { ContainerDefinitions = [TaskWorld.Container() with { StopTimeout = 121 }] } },
        { "a host path on Fargate", Fargate with { Volumes = [new() { Name = "a", Host = new() { SourcePath = "/a" } }] } },
    };

    private static RegisterTaskDefinitionRequest Ports(params PortMapping[] ports) => Only(TaskWorld.Container() with { Memory = 128, PortMappings = [.. ports] });

    private static RegisterTaskDefinitionRequest Checked(HealthCheck check) => Only(TaskWorld.Container() with { Memory = 128, HealthCheck = check });

    [Theory, MemberData(nameof(Misbuilt), DisableDiscoveryEnumeration = true)]
    public void A_misbuilt_definition_is_a_ClientException_too(string what, RegisterTaskDefinitionRequest request) =>
        Should.Throw<ClientException>(() => TaskDefinitionRules.Check(request), what).Message.ShouldNotBeNullOrEmpty();

    [Fact]
    public void Good_definitions_pass()
    {
        TaskDefinitionRules.Check(Fargate);
        TaskDefinitionRules.Check(Plain);
    }

    [Theory]
    [InlineData(256, 512, true), InlineData(256, 2048, true), InlineData(256, 3072, false)]
    [InlineData(512, 1024, true), InlineData(512, 4096, true), InlineData(512, 1536, false)]
    [InlineData(1024, 2048, true), InlineData(1024, 1024, false), InlineData(2048, 16384, true), InlineData(4096, 30720, true)]
    [InlineData(8192, 16384, true), InlineData(8192, 17408, false), InlineData(8192, 20480, true)]
    [InlineData(16384, 122880, true), InlineData(16384, 36864, false), InlineData(300, 1024, false)]
    public void Fargate_offers_these_pairs(int cpu, int memory, bool offered) => TaskSize.IsFargatePair(cpu, memory).ShouldBe(offered);

    [Theory, InlineData("1 vCPU", 1024), InlineData(".25 vcpu", 256), InlineData("512", 512)]
    public void Cpu_is_units_or_vCPUs(string text, int units) => TaskSize.Cpu(text).ShouldBe(units);

    [Theory, InlineData(".5 gb", 512), InlineData("2GB", 2048), InlineData("512", 512)]
    public void Memory_is_MiB_or_GB(string text, int mib) => TaskSize.Memory(text).ShouldBe(mib);
}
