using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Engines.Containers;
using MountPoint = Minato.Contracts.Ecs.MountPoint;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Tasks;

/// <summary>Volumes and the parameters of the machine.</summary>
public sealed class TaskVolumeTests
{
    private static ContainerDefinition Mounting(params string[] volumes) => TaskWorld.Container() with
    {
        MountPoints = [.. volumes.Select(v => new MountPoint { SourceVolume = v, ContainerPath = $"/{v}", ReadOnly = v == "conf" })],
    };

    private static RegisterTaskDefinitionRequest OnEc2(ContainerDefinition container, params Volume[] volumes) => new()
    {
        Family = "web", NetworkMode = NetworkMode.Bridge, ContainerDefinitions = [container with { Memory = 64 }], Volumes = [.. volumes],
    };

    private static async Task<string> StartAsync(TaskWorld world, RegisterTaskDefinitionRequest definition)
    {
        await world.ClusterAsync();
        await world.Ecs.RegisterTaskDefinitionAsync(definition, world.World.Caller, default);
        if ((await world.Ecs.ListContainerInstancesAsync(new(), world.World.Caller, default)).ContainerInstanceArns is { Length: 0 })
            await world.Ecs.RegisterContainerInstanceAsync(new(), world.World.Caller, default);
        var answer = await world.Ecs.RunTaskAsync(new() { TaskDefinition = definition.Family, LaunchType = LaunchType.Ec2 }, world.World.Caller, default);
        return answer.Tasks?[0].TaskArn ?? throw new InvalidOperationException($"No task was made: {answer.Failures?[0].Reason}");
    }

    [Fact]
    public void A_volume_of_the_task_goes_with_it_and_a_shared_one_stays() => TaskWorld.Run(1, async world =>
    {
        var arn = await StartAsync(world, OnEc2(Mounting("own", "plain", "shared", "conf"),
            new Volume { Name = "own", DockerVolumeConfiguration = new() { Scope = Scope.Task, Driver = "local" } },
            new Volume { Name = "plain" },
            new Volume { Name = "shared", DockerVolumeConfiguration = new() { Scope = Scope.Shared, Autoprovision = true } },
            new Volume { Name = "conf", Host = new() { SourcePath = "/etc/app" } }));
        await world.UntilAsync(arn, "RUNNING");
        var id = arn[(arn.LastIndexOf('/') + 1)..];
        world.Host.Volumes.ShouldBe([$"ecs-web-1-own-{id}", $"ecs-web-1-plain-{id}", "shared"], ignoreOrder: true);
        world.Containers()[0].Spec.Mounts.ShouldContain(m => m.Source == "/etc/app" && m.ReadOnly);
        await world.StopAsync(arn);
        await world.UntilAsync(arn, "STOPPED");
        await world.World.Eventually(() => world.Host.Volumes.SequenceEqual(["shared"]), TimeSpan.FromSeconds(5));
    });

    [Fact]
    public void A_shared_volume_that_nobody_may_provision_has_to_be_there() => TaskWorld.Run(1, async world =>
    {
        var arn = await StartAsync(world, OnEc2(Mounting("shared"),
            new Volume { Name = "shared", DockerVolumeConfiguration = new() { Scope = Scope.Shared, Autoprovision = false } }));
        var stopped = await world.UntilAsync(arn, "STOPPED");
        stopped.StoppedReason.ShouldBe("Task failed to start");
        stopped.Containers?[0].Reason.ShouldBe("CannotCreateVolumeError: get shared: no such volume");
    });

    [Fact]
    public void A_file_system_is_a_directory_that_tasks_share() => TaskWorld.Run(1, async world =>
    {
        await world.UntilAsync(await StartAsync(world, OnEc2(Mounting("efs"), new Volume
        {
            Name = "efs", EfsVolumeConfiguration = new() { FileSystemId = "fs-1", RootDirectory = "/data/" },
        })), "RUNNING");
        world.Containers()[0].Spec.Mounts[0].Source.ShouldBe("/files/fs-1/root/data");
    }, new EcsOptions { FileSystemDirectory = "/files" });

    [Fact]
    public void Parameters_of_linux_reach_the_engine() => TaskWorld.Run(1, async world =>
    {
        await world.UntilAsync(await StartAsync(world, OnEc2(TaskWorld.Container() with
        {
            LinuxParameters = new()
            {
                InitProcessEnabled = true, SharedMemorySize = 32, MaxSwap = 128, Swappiness = 10,
                Devices = [new() { HostPath = "/dev/fuse", Permissions = [DeviceCgroupPermission.Read, DeviceCgroupPermission.Mknod] }],
                Tmpfs = [new() { ContainerPath = "/run", Size = 16, MountOptions = ["noexec", "ro"] }],
                Capabilities = new() { Add = ["SYS_PTRACE"], Drop = ["CHOWN"] },
            },
        })), "RUNNING");
        var spec = world.Containers()[0].Spec;
        (spec.Init, spec.SharedMemoryBytes, spec.SwapBytes, spec.Swappiness).ShouldBe((true, 32L << 20, 128L << 20, 10));
        spec.Devices.ShouldBe([new DeviceMapping("/dev/fuse", "/dev/fuse", "rm")]);
        spec.Mounts[0].ShouldSatisfyAllConditions(
            m => (m.Source, m.ContainerPath, m.ReadOnly, m.TmpfsBytes).ShouldBe((null, "/run", true, 16L << 20)),
            m => m.TmpfsOptions.ShouldBe(["noexec", "ro"]));
        (spec.CapabilitiesAdded[0], spec.CapabilitiesDropped[0]).ShouldBe(("SYS_PTRACE", "CHOWN"));
    });

    [Fact]
    public void Fargate_raises_the_number_of_open_files_unless_told_otherwise() => TaskWorld.Run(1, async world =>
    {
        await world.UntilAsync(await world.RunAsync(TaskWorld.Container()), "RUNNING");
        world.Containers()[0].Spec.Ulimits.ShouldBe([new Engines.Containers.Ulimit("nofile", 65535, 65535, IsDefault: true)]);
        await world.UntilAsync((await world.RunAsync(TaskWorld.Fargate(TaskWorld.Container("told") with
        {
            Ulimits = [new() { Name = UlimitName.Nofile, SoftLimit = 100, HardLimit = 200 }],
        }))).TaskArn ?? "", "RUNNING");
        world.Containers("told")[0].Spec.Ulimits.ShouldBe([new Engines.Containers.Ulimit("nofile", 100, 200)]);
    });

    [Fact]
    public void A_process_namespace_of_the_task_is_its_pause_containers() => TaskWorld.Run(1, async world =>
    {
        await world.UntilAsync((await world.RunAsync(TaskWorld.Fargate(TaskWorld.Container()) with { PidMode = PidMode.Task })).TaskArn ?? "", "RUNNING");
        world.Containers()[0].Spec.ProcessNamespace.ShouldNotBeNull().ShouldStartWith("ecs-web-1-internalecspause-");
    });
}
