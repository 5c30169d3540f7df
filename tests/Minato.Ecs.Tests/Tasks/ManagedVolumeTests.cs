using Minato.Contracts.Ecs;
using Minato.Ecs.Tests.Services;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Tasks;

/// <summary>Volumes configured at launch: EBS volumes of tasks and services.</summary>
public sealed class ManagedVolumeTests
{
    private const string Role = "arn:aws:iam::123456789012:role/infrastructure";

    private static TaskVolumeConfiguration Data(int? size = 10, bool? isDeleted = null, string? type = null) => new()
    {
        Name = "data",
        ManagedEBSVolume = new()
        {
            RoleArn = Role, SizeInGiB = size, VolumeType = type, TerminationPolicy = isDeleted is { } deleted ? new() { DeleteOnTermination = deleted } : null,
        },
    };

    private static async Task DefineAsync(TaskWorld world)
    {
        await world.ClusterAsync();
        await world.Ecs.RegisterContainerInstanceAsync(new(), world.World.Caller, default);
        await world.Ecs.RegisterTaskDefinitionAsync(new()
        {
            Family = "db", NetworkMode = NetworkMode.Bridge, Volumes = [new() { Name = "data", ConfiguredAtLaunch = true }],
            ContainerDefinitions = [TaskWorld.Container() with { Memory = 64, MountPoints = [new() { SourceVolume = "data", ContainerPath = "/data" }] }],
        }, world.World.Caller, default);
    }

    private static async Task<Contracts.Ecs.Task> RunAsync(TaskWorld world, params TaskVolumeConfiguration[] volumes) =>
        (await world.Ecs.RunTaskAsync(new() { TaskDefinition = "db", LaunchType = LaunchType.Ec2, VolumeConfigurations = [.. volumes] }, world.World.Caller, default)).Tasks?[0]
        ?? throw new InvalidOperationException("No task was made.");

    private static string? Detail(Contracts.Ecs.Task task, string name) => task.Attachments?[0].Details?.FirstOrDefault(d => d.Name == name)?.Value;

    [Theory]
    [InlineData(null, 0)]
    [InlineData(true, 0)]
    [InlineData(false, 1)]
    public void A_volume_is_attached_and_goes_with_its_task_unless_it_is_to_stay(bool? isDeleted, int left) => TaskWorld.Run(1, async world =>
    {
        await DefineAsync(world);
        var made = await RunAsync(world, Data(isDeleted: isDeleted));
        made.Attachments?[0].Type.ShouldBe("AmazonElasticBlockStorage");
        made.Attachments?[0].Status.ShouldBe("PRECREATED");
        var arn = made.TaskArn ?? "";
        var running = await world.UntilAsync(arn, "RUNNING");
        running.Attachments?[0].Status.ShouldBe("ATTACHED");
        Detail(running, "roleArn").ShouldBe(Role);
        Detail(running, "deleteOnTermination").ShouldBe(isDeleted is false ? "false" : "true");
        var volume = Detail(running, "volumeId") ?? "";
        volume.ShouldStartWith("vol-");
        world.Containers()[0].Spec.Mounts.ShouldContain(m => m.Source == volume && m.ContainerPath == "/data");
        world.Host.Volumes.ShouldBe([volume]);
        await world.StopAsync(arn);
        await world.UntilAsync(arn, "STOPPED");
        await world.World.Eventually(() => world.Host.Volumes.Count == left, TimeSpan.FromSeconds(10));
    });

    [Fact]
    public void Each_task_of_a_service_has_a_volume_of_its_own() => ServiceWorld.Run(1, async services =>
    {
        await services.Ecs.RegisterTaskDefinitionAsync(new()
        {
            Family = "db", NetworkMode = NetworkMode.Awsvpc, RequiresCompatibilities = [Compatibility.Fargate], Cpu = "256", Memory = "512",
            Volumes = [new() { Name = "data", ConfiguredAtLaunch = true }],
            ContainerDefinitions = [new() { Name = "web", Image = ServiceWorld.Good, MountPoints = [new() { SourceVolume = "data", ContainerPath = "/data" }] }],
        }, services.World.Caller, default);
        var asked = new ServiceVolumeConfiguration { Name = "data", ManagedEBSVolume = new() { RoleArn = Role, SizeInGiB = 5 } };
        var service = await services.CreateAsync(await services.RequestAsync(2) with { TaskDefinition = "db", VolumeConfigurations = [asked] });
        service.Deployments?[0].VolumeConfigurations?[0].ManagedEBSVolume?.SizeInGiB.ShouldBe(5);
        await services.StableAsync(TimeSpan.FromMinutes(5));
        services.Host.Volumes.Count(v => v.StartsWith("vol-", StringComparison.Ordinal)).ShouldBe(2);
        var bigger = await services.UpdateAsync(new() { Service = "web", VolumeConfigurations = [asked with { ManagedEBSVolume = new() { RoleArn = Role, SizeInGiB = 6 } }] });
        bigger.Deployments?.Length.ShouldBe(2, "another volume is another deployment");
        await services.UpdateAsync(new() { Service = "web", DesiredCount = 0 });
        await services.World.Eventually(() => services.Host.Volumes.Count == 0, TimeSpan.FromMinutes(5));
    });

    [Theory]
    [InlineData("none", "The volume data is configured at launch in the task definition, but no volume configuration was given for it.")]
    [InlineData("unknown", "The volume other is not configured at launch in the task definition.")]
    [InlineData("size", "You must specify either a snapshotId or a sizeInGiB for a managed EBS volume.")]
    [InlineData("small", "The sizeInGiB 10 is not valid for the volumeType st1: it must be between 125 and 16384.")]
    [InlineData("two", "Only one volume can be configured at launch.")]
    public void A_volume_that_cannot_be_made_is_refused(string what, string message) => TaskWorld.Run(1, async world =>
    {
        await DefineAsync(world);
        TaskVolumeConfiguration[] volumes = what switch
        {
            "none" => [],
            "unknown" => [Data() with { Name = "other" }],
            "size" => [Data(size: null)],
            "small" => [Data(type: "st1")],
            _ => [Data(), Data()],
        };
        (await world.World.Throws<InvalidParameterException>(() => RunAsync(world, volumes))).Message.ShouldBe(message);
    });

    [Fact]
    public void A_volume_of_FSx_for_Windows_finds_no_instance_on_Linux() => TaskWorld.Run(1, async world =>
    {
        await world.ClusterAsync();
        await world.Ecs.RegisterContainerInstanceAsync(new(), world.World.Caller, default);
        await world.Ecs.RegisterTaskDefinitionAsync(new()
        {
            Family = "share", ContainerDefinitions = [TaskWorld.Container() with { Memory = 64 }],
            Volumes = [new() { Name = "share", FsxWindowsFileServerVolumeConfiguration = new() { FileSystemId = "fs-1", RootDirectory = "share", AuthorizationConfig = new() { CredentialsParameter = "arn:aws:secretsmanager:us-east-1:123456789012:secret:s", Domain = "corp.local" } } }],
        }, world.World.Caller, default);
        var answer = await world.Ecs.RunTaskAsync(new() { TaskDefinition = "share", LaunchType = LaunchType.Ec2 }, world.World.Caller, default);
        answer.Failures?.Single().Reason.ShouldBe("ATTRIBUTE");
    });
}
