using System.Globalization;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Minato.Engines.Containers;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Real;

/// <summary>Instances carved out of this machine: the kernel holds their tasks to their size, and each has ports of its own.</summary>
[Trait("Floor", "engine")]
[Collection(DockerRooms.OneByOne)]
public sealed class DockerInstanceTests(DockerRooms rooms) : IClassFixture<DockerRooms>
{
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task Two_instances_have_the_same_port_and_a_limit_each()
    {
        Assert.SkipWhen(rooms.Absence is not null, rooms.Absence ?? "");
        await AddAsync();
        await AddAsync();
        await rooms.Ecs.RegisterTaskDefinitionAsync(new()
        {
            Family = "carved", ContainerDefinitions = [new()
            {
                Name = "app", Image = rooms.Image, Memory = 64, PortMappings = [new() { ContainerPort = 80, HostPort = 8088 }],
                Command = ["/bin/sh", "-c", "echo here > /index.html; exec busybox httpd -f -p 80 -h /"],
            }],
        }, rooms.Caller, None);
        var made = await rooms.Ecs.RunTaskAsync(new() { TaskDefinition = "carved", LaunchType = LaunchType.Ec2, Count = 2 }, rooms.Caller, None);
        made.Failures.ShouldBe([]);
        string[] arns = [.. (made.Tasks ?? []).Select(t => t.TaskArn ?? "")];
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (true)
        {
            var tasks = (await rooms.Ecs.DescribeTasksAsync(new() { Tasks = [.. arns] }, rooms.Caller, None)).Tasks ?? [];
            tasks.ShouldAllBe(t => t.LastStatus != "STOPPED", tasks[0].StoppedReason + tasks[0].Containers?[0].Reason);
            if (tasks.All(t => t.LastStatus == "RUNNING")) break;
            await Task.Delay(20, late.Token);
        }

        var containers = (await rooms.Get<IContainerEngine>().ListAsync(None)).Where(c => c.Labels.GetValueOrDefault("com.amazonaws.ecs.container-name") == "app").ToArray();
        var addresses = containers.SelectMany(c => c.Ports).Select(p => p.HostAddress).Distinct().ToArray();
        addresses.Length.ShouldBe(2);
        using var http = new HttpClient();
        foreach (var address in addresses) (await http.GetStringAsync($"http://{address}:8088/index.html", late.Token)).Trim().ShouldBe("here");
        foreach (var container in containers) LimitOf(container.Id).ShouldBe(1L << 30);
    }

    private async Task AddAsync()
    {
        var run = await rooms.Get<IEc2>().RunInstancesAsync(new() { InstanceType = "t3.micro", MinCount = 1, MaxCount = 1 }, rooms.Caller, None);
        await rooms.Ecs.RegisterContainerInstanceAsync(
            new() { InstanceIdentityDocument = $$"""{"instanceId":"{{run.Instances?[0].InstanceId}}"}""" }, rooms.Caller, None);
    }

    // The group above the container's own is that of its instance.
    private static long LimitOf(string container)
    {
        var isVersion2 = File.Exists("/sys/fs/cgroup/cgroup.controllers");
        var root = isVersion2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory";
        var own = Directory.EnumerateDirectories(root, "minato-*").SelectMany(Directory.EnumerateDirectories)
            .Single(group => Directory.Exists(Path.Combine(group, container)));
        return long.Parse(File.ReadAllText(Path.Combine(own, isVersion2 ? "memory.max" : "memory.limit_in_bytes")), CultureInfo.InvariantCulture);
    }
}
