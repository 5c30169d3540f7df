using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.CloudWatchLogs;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Minato.Ec2;
using Minato.Logs;
using Minato.Testing;
using Minato.Testing.Containers;
using EcsTask = Minato.Contracts.Ecs.Task;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Tasks;

/// <summary>A world with the rooms that a task needs, and short words for what a test does with tasks.</summary>
internal sealed class TaskWorld(World world)
{
    public World World => world;
    public IEcs Ecs => world.Client<IEcs>();
    public SimHost Host => world.Host;
    private static CancellationToken None => CancellationToken.None;

    public static void Run(ulong seed, Func<TaskWorld, Task> test, EcsOptions? options = null, Action<IServiceCollection>? more = null) =>
        World.Run(seed, async world =>
        {
            var tasks = new TaskWorld(world);
            tasks.Host.AddImage(new SimImage("app:1") { Digest = "sha256:" + new string('a', 64) });
            await test(tasks);
        }, services =>
        {
            services.AddSingleton(options ?? new EcsOptions());
            services.AddSingleton(new PageTokens("a secret of the test"u8));
            services.AddEc2().AddLogs().AddEcs();
            more?.Invoke(services);
        });

    /// <summary>In the first zone, where instances are without a subnet of their own.</summary>
    public async Task<string> SubnetAsync() =>
        (await world.Client<IEc2>().DescribeSubnetsAsync(new(), world.Caller, None)).Subnets?.MinBy(s => s.AvailabilityZone, StringComparer.Ordinal)?.SubnetId ?? "";

    public Task ClusterAsync() => Ecs.CreateClusterAsync(new(), world.Caller, None);

    public static ContainerDefinition Container(string name = "app", string image = "app:1") => new() { Name = name, Image = image };

    public static RegisterTaskDefinitionRequest Fargate(params ContainerDefinition[] containers) => new()
    {
        Family = "web",
        NetworkMode = NetworkMode.Awsvpc,
        RequiresCompatibilities = [Compatibility.Fargate],
        Cpu = "256",
        Memory = "512",
        ExecutionRoleArn = "arn:aws:iam::123456789012:role/execution",
        ContainerDefinitions = [.. containers],
    };

    /// <summary>Registers, runs one task on Fargate in the default cluster, and answers its ARN.</summary>
    public async Task<string> RunAsync(params ContainerDefinition[] containers) => (await RunAsync(Fargate(containers))).TaskArn ?? "";

    public async Task<EcsTask> RunAsync(RegisterTaskDefinitionRequest definition)
    {
        await ClusterAsync();
        await Ecs.RegisterTaskDefinitionAsync(definition, world.Caller, None);
        var answer = await Ecs.RunTaskAsync(new()
        {
            TaskDefinition = definition.Family,
            LaunchType = LaunchType.Fargate,
            NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = [await SubnetAsync()] } },
        }, world.Caller, None);
        return answer.Tasks?[0] ?? throw new InvalidOperationException("No task was made.");
    }

    public async Task<EcsTask> DescribeAsync(string arn) =>
        (await Ecs.DescribeTasksAsync(new() { Tasks = [arn] }, world.Caller, None)).Tasks?.FirstOrDefault()
        ?? throw new InvalidOperationException($"There is no {arn}.");

    public async Task<EcsTask> UntilAsync(string arn, string status, double withinSeconds = 60)
    {
        await world.Eventually(async () => (await DescribeAsync(arn)).LastStatus == status, TimeSpan.FromSeconds(withinSeconds), $"{status} {arn}");
        return await DescribeAsync(arn);
    }

    public Task StopAsync(string arn, string? reason = null) => Ecs.StopTaskAsync(new() { Task = arn, Reason = reason }, world.Caller, None);

    public ImmutableArray<SimContainerInfo> Containers(string name = "app") =>
        [.. Host.Containers.Where(c => c.Labels.GetValueOrDefault("com.amazonaws.ecs.container-name") == name)];

    public async Task<string[]> LogAsync(string stream, string group = "/ecs/web") =>
        [.. ((await world.Client<ICloudWatchLogs>().GetLogEventsAsync(
            new() { LogGroupName = group, LogStreamName = stream, StartFromHead = true }, world.Caller, None)).Events ?? []).Select(e => e.Message ?? "")];
}
