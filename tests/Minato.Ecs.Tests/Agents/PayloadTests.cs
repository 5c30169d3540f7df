using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;
using Minato.Engines.EcsAgent.Messages;
using Minato.Platform;

namespace Minato.Ecs.Tests.Agents;

/// <summary>How a task definition is told to an agent.</summary>
public sealed class PayloadTests
{
    private static readonly Installation s_installation = new() { Id = "t", AccountId = "123456789012", Endpoint = new("http://127.0.0.1:4566") };
    private static readonly ClusterKey s_cluster = new(new("123456789012", "us-east-1"), "default");

    private static JsonNode Task(ContainerDefinition container, Func<TaskDefinition, TaskDefinition>? define = null, TaskOverride? overrides = null, TaskInputs? inputs = null)
    {
        var whole = new TaskDefinition { NetworkMode = NetworkMode.Bridge, ContainerDefinitions = [container] };
        var definition = new TaskDefinitionState { Key = new(s_cluster.Scope, "web", 7), Definition = define?.Invoke(whole) ?? whole };
        var task = TaskState.Create(new() { Cluster = s_cluster, LaunchType = LaunchType.Ec2, ContainerInstance = "one", Overrides = overrides }, definition, new Ids(1), default);
        var hosted = new HostedTasks(task, definition, inputs ?? TaskInputs.None, c => ImageNames.Resolve(c.Image ?? "", null, s_installation), s_installation.Endpoint)
            .Describe(null, null);
        var message = new Envelope<PayloadMessage>("PayloadMessage", new()
        {
            MessageId = "m", ClusterArn = "c", ContainerInstanceArn = "i", GeneratedAt = 1, SeqNum = 1, Tasks = [Payloads.Start(hosted)],
        });
        return JsonNode.Parse(JsonSerializer.Serialize(message, AgentJson.Default.EnvelopePayloadMessage))?["message"]?["tasks"]?[0] ?? throw new InvalidOperationException();
    }

    private static JsonNode Container(ContainerDefinition container, TaskOverride? overrides = null, TaskInputs? inputs = null) =>
        Task(container, overrides: overrides, inputs: inputs)["containers"]?[0] ?? throw new InvalidOperationException();

    private static JsonNode? Docker(ContainerDefinition container, string which) => JsonNode.Parse((string?)Container(container)["dockerConfig"]?[which] ?? "");

    private static ContainerDefinition App => new() { Name = "app", Image = "app:1" };

    [Fact]
    public void Essential_is_always_said() => ((bool?)Container(App)["essential"]).ShouldBe(true);

    [Fact]
    public void Cpu_of_a_task_is_in_vCPU_and_memory_in_MiB()
    {
        var task = Task(App, d => d with { Cpu = "512", Memory = "1024" });
        ((double?)task["cpu"], (int?)task["memory"]).ShouldBe((0.5, 1024));
        Task(App)["cpu"].ShouldBeNull();
    }

    [Fact]
    public void Version_is_a_text() => ((string?)Task(App)["version"]).ShouldBe("7");

    [Fact]
    public void Protocols_are_lower_case_and_ranges_have_no_single_port()
    {
        var ports = Container(App with { PortMappings = [new() { ContainerPort = 53, Protocol = TransportProtocol.Udp }, new() { ContainerPortRange = "8000-8010" }] })["portMappings"].ShouldNotBeNull();
        ports.ToJsonString().ShouldBe("""[{"containerPort":53,"hostPort":0,"protocol":"udp"},{"containerPortRange":"8000-8010","protocol":"tcp"}]""");
    }

    [Fact]
    public void Overrides_are_merged_and_not_sent()
    {
        var container = Container(
            App with { Environment = [new() { Name = "A", Value = "1" }, new() { Name = "B", Value = "1" }], Memory = 64 },
            new() { ContainerOverrides = [new() { Name = "app", Command = ["other"], Environment = [new() { Name = "B", Value = "2" }], Memory = 128 }] });
        ((string?)container["environment"]?["A"], (string?)container["environment"]?["B"], (int?)container["memory"]).ShouldBe(("1", "2", 128));
        container["command"]?.ToJsonString().ShouldBe("""["other"]""");
        container["overrides"].ShouldBeNull();
    }

    [Fact]
    public void Secrets_travel_as_environment() => ((string?)Container(App, inputs: new(ImmutableDictionary<string, ContainerInputs>.Empty.Add("app", new()
    {
        Secrets = ImmutableSortedDictionary<string, string>.Empty.Add("PASSWORD", "s3cret"),
    })))["environment"]?["PASSWORD"]).ShouldBe("s3cret");

    [Fact]
    public void What_is_not_asked_for_is_not_in_the_host_config_where_it_would_win() =>
        Docker(App, "hostConfig")?.AsObject().Select(p => p.Key).ShouldBe(["NetworkMode", "LogConfig"]);

    [Fact]
    public void Docker_settings_are_JSON_within_JSON_spelt_as_Docker_does()
    {
        var container = App with
        {
            User = "1000", WorkingDirectory = "/srv", Hostname = "box", Interactive = true, PseudoTerminal = true,
            DockerLabels = ImmutableDictionary<string, string>.Empty.Add("team", "a"), Privileged = true, ReadonlyRootFilesystem = true, MemoryReservation = 32,
            ExtraHosts = [new() { Hostname = "db", IpAddress = "10.0.0.1" }], DnsServers = ["1.1.1.1"], DnsSearchDomains = ["corp"],
            Ulimits = [new() { Name = UlimitName.Nofile, SoftLimit = 10, HardLimit = 20 }], SystemControls = [new() { Namespace = "net.core.somaxconn", Value = "1" }],
            LinuxParameters = new() { Capabilities = new() { Add = ["SYS_PTRACE"], Drop = ["MKNOD"] }, InitProcessEnabled = true, SharedMemorySize = 64 },
            LogConfiguration = new() { LogDriver = LogDriver.Syslog, Options = ImmutableDictionary<string, string>.Empty.Add("syslog-address", "udp://1.2.3.4") },
        };
        var config = Docker(container, "config").ShouldNotBeNull();
        config.ToJsonString().ShouldBe("""{"User":"1000","WorkingDir":"/srv","Hostname":"box","OpenStdin":true,"Tty":true,"Labels":{"team":"a"}}""");
        var host = Docker(container, "hostConfig").ShouldNotBeNull();
        ((long?)host["MemoryReservation"]).ShouldBe(32L * 1024 * 1024);
        ((bool?)host["Privileged"], (bool?)host["ReadonlyRootfs"], (bool?)host["Init"]).ShouldBe((true, true, true));
        host["Ulimits"]?.ToJsonString().ShouldBe("""[{"Name":"nofile","Soft":10,"Hard":20}]""");
        host["ExtraHosts"]?.ToJsonString().ShouldBe("""["db:10.0.0.1"]""");
        host["CapAdd"]?.ToJsonString().ShouldBe("""["SYS_PTRACE"]""");
        host["CapDrop"]?.ToJsonString().ShouldBe("""["MKNOD"]""");
        host["Sysctls"]?.ToJsonString().ShouldBe("""{"net.core.somaxconn":"1"}""");
        ((long?)host["ShmSize"]).ShouldBe(64L * 1024 * 1024);
        host["LogConfig"]?.ToJsonString().ShouldBe("""{"Type":"syslog","Config":{"syslog-address":"udp://1.2.3.4"}}""");
    }

    [Fact]
    public void A_health_check_is_in_nanoseconds_and_named_docker()
    {
        var checkedApp = App with { HealthCheck = new() { Command = ["CMD", "true"], Interval = 10, Timeout = 2, Retries = 4, StartPeriod = 1 } };
        ((string?)Container(checkedApp)["healthCheckType"]).ShouldBe("docker");
        Docker(checkedApp, "config")?["Healthcheck"]?.ToJsonString()
            .ShouldBe("""{"Test":["CMD","true"],"Interval":10000000000,"Timeout":2000000000,"StartPeriod":1000000000,"Retries":4}""");
        Container(App)["healthCheckType"].ShouldBeNull();
    }

    [Theory]
    [InlineData(NetworkMode.Host, "host")]
    [InlineData(NetworkMode.None, "none")]
    [InlineData(NetworkMode.Bridge, "bridge")]
    public void The_network_mode_is_in_the_host_config(NetworkMode mode, string word)
    {
        var task = Task(App, d => d with { NetworkMode = mode });
        ((string?)task["networkMode"]).ShouldBe(word);
        ((string?)JsonNode.Parse((string?)task["containers"]?[0]?["dockerConfig"]?["hostConfig"] ?? "")?["NetworkMode"]).ShouldBe(word);
    }

    [Fact]
    public void Volumes_have_a_name_and_a_type()
    {
        var task = Task(App with { MountPoints = [new() { SourceVolume = "data", ContainerPath = "/data", ReadOnly = true }] }, d => d with
        {
            Volumes = [new() { Name = "data", Host = new() { SourcePath = "/srv/data" } }, new() { Name = "scratch" },
                new() { Name = "shared", DockerVolumeConfiguration = new() { Scope = Scope.Shared, Autoprovision = true, Driver = "local" } }],
        });
        task["volumes"]?.ToJsonString().ShouldBe(
            """[{"name":"data","type":"host","host":{"sourcePath":"/srv/data"}},{"name":"scratch","type":"host","host":{}},"""
            + """{"name":"shared","type":"docker","dockerVolumeConfiguration":{"scope":"shared","autoprovision":true,"driver":"local"}}]""");
        task["containers"]?[0]?["mountPoints"]?.ToJsonString().ShouldBe("""[{"sourceVolume":"data","containerPath":"/data","readOnly":true}]""");
    }

    [Fact]
    public void Order_and_time_limits_of_containers_are_the_agents_to_keep()
    {
        var app = App with { DependsOn = [new() { ContainerName = "db", Condition = ContainerCondition.Healthy }], StartTimeout = 30, StopTimeout = 5, Links = ["db:database"] };
        var container = Task(app, d => d with { ContainerDefinitions = [app, App with { Name = "db" }] })["containers"]?[0] ?? throw new InvalidOperationException();
        container["dependsOn"]?.ToJsonString().ShouldBe("""[{"containerName":"db","condition":"HEALTHY"}]""");
        ((int?)container["startTimeout"], (int?)container["stopTimeout"]).ShouldBe((30, 5));
        container["links"]?.ToJsonString().ShouldBe("""["db:database"]""");
    }

    [Fact]
    public void The_registry_of_the_account_gives_its_password_here() =>
        Container(App with { Image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1" })["registryAuthentication"]?.ToJsonString().ShouldBe(
            """{"type":"ecr","ecrAuthData":{"registryId":"123456789012","region":"eu-west-1","endpointOverride":"http://127.0.0.1:4566/","useExecutionRole":false}}""");

    [Fact]
    public void The_stream_of_awslogs_is_named_by_the_control_plane()
    {
        var log = Docker(App with
        {
            LogConfiguration = new()
            {
                LogDriver = LogDriver.Awslogs,
                Options = ImmutableDictionary<string, string>.Empty.Add("awslogs-group", "/ecs/web").Add("awslogs-region", "us-east-1").Add("awslogs-stream-prefix", "ecs"),
            },
        }, "hostConfig")?["LogConfig"];
        ((string?)log?["Type"]).ShouldBe("awslogs");
        ((string?)log?["Config"]?["awslogs-stream"]).ShouldNotBeNull().ShouldMatch("^ecs/app/[0-9a-f]{32}$");
        ((string?)log?["Config"]?["awslogs-endpoint"]).ShouldBe("http://127.0.0.1:4566/");
        log?["Config"]?["awslogs-stream-prefix"].ShouldBeNull();
    }

    [Fact]
    public void An_order_to_stop_needs_no_more_than_the_name() =>
        Payloads.Stop("arn:task").ShouldBe(new PayloadTask { Arn = "arn:task", DesiredStatus = "STOPPED" });
}
