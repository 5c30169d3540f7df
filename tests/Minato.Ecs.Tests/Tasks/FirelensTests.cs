using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Tasks;

/// <summary>The log driver awsfirelens: what the router is given, and how the others write to it.</summary>
public sealed class FirelensTests
{
    private static ContainerDefinition Router(FirelensConfigurationType type) => TaskWorld.Container("router") with
    {
        Memory = 64, Essential = true, FirelensConfiguration = new() { Type = type },
    };

    private static ContainerDefinition Routed(params (string Name, string Value)[] options) => TaskWorld.Container("app") with
    {
        Memory = 64,
        LogConfiguration = new() { LogDriver = LogDriver.Awsfirelens, Options = options.ToImmutableDictionary(o => o.Name, o => o.Value) },
    };

    private static Task RegisterAsync(TaskWorld world, NetworkMode mode, params ContainerDefinition[] containers) => world.Ecs.RegisterTaskDefinitionAsync(
        new() { Family = "web", NetworkMode = mode, ContainerDefinitions = [.. containers] }, world.World.Caller, default);

    private static async Task<string> StartAsync(TaskWorld world, params ContainerDefinition[] containers)
    {
        await world.ClusterAsync();
        await RegisterAsync(world, NetworkMode.Bridge, containers);
        await world.Ecs.RegisterContainerInstanceAsync(new(), world.World.Caller, default);
        var answer = await world.Ecs.RunTaskAsync(new() { TaskDefinition = "web", LaunchType = LaunchType.Ec2 }, world.World.Caller, default);
        return answer.Tasks?[0].TaskArn ?? throw new InvalidOperationException($"No task was made: {answer.Failures?[0].Reason}");
    }

    [Fact]
    public void The_router_of_Fluent_Bit_listens_on_the_socket_that_the_engine_writes_to() => TaskWorld.Run(1, async world =>
    {
        var arn = await StartAsync(world, Routed(("Name", "cloudwatch"), ("region", "us-east-1"), ("exclude-pattern", "^DEBUG"), ("log-driver-buffer-limit", "2097152")), Router(FirelensConfigurationType.Fluentbit));
        await world.UntilAsync(arn, "RUNNING");
        var id = arn[(arn.LastIndexOf('/') + 1)..];
        var router = world.Containers("router").Single().Spec;
        router.Mounts.ShouldContain(m => m.Source == $"ecs-firelens-{id}" && m.ContainerPath == "/var/run");
        var file = router.Files.Single();
        file.Path.ShouldBe("/fluent-bit/etc/fluent-bit.conf");
        file.Text.ShouldStartWith("[INPUT]\n    Name forward\n    unix_path /var/run/fluent.sock\n\n[INPUT]\n    Name forward\n    Listen 0.0.0.0\n    Port 24224\n\n");
        file.Text.ShouldContain($"    Record ecs_cluster default\n    Record ecs_task_arn {arn}\n    Record ecs_task_definition web:1\n");
        file.Text.ShouldEndWith("[FILTER]\n    Name grep\n    Match app-firelens*\n    Exclude log ^DEBUG\n\n[OUTPUT]\n    Name cloudwatch\n    Match app-firelens*\n    region us-east-1\n\n");
        var app = world.Containers().Single().Spec.Log;
        app.Name.ShouldBe("fluentd");
        app.Options["fluentd-address"].ShouldBe($"unix:///var/lib/docker/volumes/ecs-firelens-{id}/_data/fluent.sock");
        app.Options["tag"].ShouldBe($"app-firelens-{id}");
        app.Options["fluentd-buffer-limit"].ShouldBe("2097152");
        await world.StopAsync(arn);
        await world.UntilAsync(arn, "STOPPED");
        await world.World.Eventually(() => world.Host.Volumes.Count == 0, TimeSpan.FromSeconds(5));
    });

    [Fact]
    public void The_router_of_Fluentd_is_configured_in_its_own_words() => TaskWorld.Run(1, async world =>
    {
        var arn = await StartAsync(world, Routed(("@type", "s3"), ("s3_bucket", "logs")), Router(FirelensConfigurationType.Fluentd) with
        {
            FirelensConfiguration = new()
            {
                Type = FirelensConfigurationType.Fluentd,
                Options = ImmutableDictionary<string, string>.Empty.Add("enable-ecs-log-metadata", "false").Add("config-file-type", "file").Add("config-file-value", "/extra.conf"),
            },
        });
        await world.UntilAsync(arn, "RUNNING");
        var file = world.Containers("router").Single().Spec.Files.Single();
        file.Path.ShouldBe("/fluentd/etc/fluent.conf");
        file.Text.ShouldBe("<source>\n    @type unix\n    path /var/run/fluent.sock\n</source>\n\n<source>\n    @type forward\n    bind 0.0.0.0\n    port 24224\n</source>\n\n"
            + "@include /extra.conf\n\n<match app-firelens**>\n    @type s3\n    s3_bucket logs\n</match>\n\n");
    });

    [Fact]
    public void The_router_starts_before_those_that_write_to_it_and_stops_after_them() => TaskWorld.Run(1, async world =>
    {
        var arn = await StartAsync(world, Routed(("Name", "stdout")), Router(FirelensConfigurationType.Fluentbit));
        var isFirst = true;
        world.World.Always(() => isFirst);
        await world.World.Eventually(() =>
        {
            var running = world.Host.Containers.Where(c => c.Phase == Engines.Containers.ContainerPhase.Running).Select(c => c.Name).ToArray();
            if (running.Any(n => n.Contains("-app-", StringComparison.Ordinal)) && !running.Any(n => n.Contains("-router-", StringComparison.Ordinal))) isFirst = false;
            return running.Length == 2;
        }, TimeSpan.FromMinutes(1));
        await world.UntilAsync(arn, "RUNNING");
    });

    [Theory]
    [InlineData("none", "When a container uses the awsfirelens log driver, the task definition must have a container with a firelensConfiguration.")]
    [InlineData("two", "Only one container in a task definition can have a firelensConfiguration.")]
    [InlineData("s3", "Minato does not read a FireLens configuration from S3 yet.")]
    public void A_definition_whose_logs_could_not_be_routed_is_refused(string what, string message) => TaskWorld.Run(1, async world =>
    {
        var router = Router(FirelensConfigurationType.Fluentbit);
        ContainerDefinition[] containers = what switch
        {
            "none" => [Routed(("Name", "stdout"))],
            "two" => [Routed(("Name", "stdout")), router, router with { Name = "second" }],
            _ => [Routed(), router with { FirelensConfiguration = new() { Type = FirelensConfigurationType.Fluentbit, Options = ImmutableDictionary<string, string>.Empty.Add("config-file-type", "s3") } }],
        };
        (await world.World.Throws<ClientException>(() => RegisterAsync(world, NetworkMode.Bridge, containers))).Message.ShouldBe(message);
    });
}
