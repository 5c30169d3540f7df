using Minato.Contracts.Ecs;
using Minato.Ecs.Tests.Tasks;
using Minato.Testing;

namespace Minato.Ecs.Tests.Api;

/// <summary>Revisions and their answers.</summary>
public sealed class TaskDefinitionApiTests
{
    private static RegisterTaskDefinitionRequest Plain => new()
    {
        Family = "web", ContainerDefinitions = [TaskWorld.Container() with { Memory = 128, PortMappings = [new() { ContainerPort = 80 }] }],
    };

    [Fact]
    public void The_answer_has_its_defaults_written_out() => TaskWorld.Run(1, async world =>
    {
        var made = (await world.Ecs.RegisterTaskDefinitionAsync(Plain, world.World.Caller, default)).TaskDefinition.ShouldNotBeNull();
        made.TaskDefinitionArn.ShouldBe("arn:aws:ecs:us-east-1:123456789012:task-definition/web:1");
        made.Status.ShouldBe(TaskDefinitionStatus.Active);
        made.Compatibilities?.ShouldBe([Compatibility.External, Compatibility.Ec2]);
        made.RequiresCompatibilities.ShouldBeNull();
        made.Volumes?.ShouldBeEmpty();
        var container = made.ContainerDefinitions?[0];
        container?.Cpu.ShouldBe(0);
        container?.Essential.ShouldBe(true);
        container?.Environment?.ShouldBeEmpty();
        container?.MountPoints?.ShouldBeEmpty();
        container?.VolumesFrom?.ShouldBeEmpty();
        container?.PortMappings?[0].ShouldBe(new PortMapping { ContainerPort = 80, HostPort = 0, Protocol = TransportProtocol.Tcp });
    });

    [Fact]
    public void A_revision_number_is_never_given_twice() => TaskWorld.Run(1, async world =>
    {
        for (var i = 1; i <= 3; i++)
            (await world.Ecs.RegisterTaskDefinitionAsync(Plain, world.World.Caller, default)).TaskDefinition?.Revision.ShouldBe(i);
        await world.Ecs.DeregisterTaskDefinitionAsync(new() { TaskDefinition = "web:3" }, world.World.Caller, default);
        (await world.Ecs.DescribeTaskDefinitionAsync(new() { TaskDefinition = "web" }, world.World.Caller, default)).TaskDefinition?.Revision.ShouldBe(2);
        await world.Ecs.DeleteTaskDefinitionsAsync(new() { TaskDefinitions = ["web:3"] }, world.World.Caller, default);
        await world.World.RunFor(TimeSpan.FromSeconds(1));
        (await world.World.Throws<ClientException>(() => world.Ecs.DescribeTaskDefinitionAsync(new() { TaskDefinition = "web:3" }, world.World.Caller, default)))
            .Message.ShouldBe("Unable to describe task definition.");
        (await world.Ecs.RegisterTaskDefinitionAsync(Plain, world.World.Caller, default)).TaskDefinition?.Revision.ShouldBe(4);
    });

    [Fact]
    public void References_are_told_apart() => TaskWorld.Run(1, async world =>
    {
        await world.Ecs.RegisterTaskDefinitionAsync(Plain, world.World.Caller, default);
        (await world.World.Throws<ClientException>(() => world.Ecs.DeregisterTaskDefinitionAsync(new() { TaskDefinition = "web" }, world.World.Caller, default)))
            .Message.ShouldBe("Revision is missing.");
        (await world.World.Throws<InvalidParameterException>(() => world.Ecs.DeregisterTaskDefinitionAsync(new() { TaskDefinition = "web:x" }, world.World.Caller, default)))
            .Message.ShouldBe("Invalid revision number. Number: x");
        await world.Ecs.DeregisterTaskDefinitionAsync(new() { TaskDefinition = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1" }, world.World.Caller, default);
        (await world.Ecs.ListTaskDefinitionsAsync(new(), world.World.Caller, default)).TaskDefinitionArns?.ShouldBeEmpty();
        (await world.Ecs.ListTaskDefinitionsAsync(new() { Status = TaskDefinitionStatus.Inactive }, world.World.Caller, default)).TaskDefinitionArns?.Length.ShouldBe(1);
        (await world.Ecs.ListTaskDefinitionFamiliesAsync(new() { Status = TaskDefinitionFamilyStatus.Active }, world.World.Caller, default)).Families?.ShouldBeEmpty();
        (await world.Ecs.ListTaskDefinitionFamiliesAsync(new(), world.World.Caller, default)).Families?.ShouldBe(["web"]);
    });

    /// <summary>The rows of the reference about definitions that are not there, not ACTIVE, or not named in full.</summary>
    public static TheoryData<string, string, string> Refusals => new()
    {
        { "describe", "none", "ClientException: Unable to describe task definition." },
        { "describe", "web:7", "ClientException: Unable to describe task definition." },
        { "run", "none", "ClientException: TaskDefinition not found." },
        { "run", "web:7", "ClientException: TaskDefinition not found." },
        { "run", "web:1", "ClientException: TaskDefinition is inactive" },
        { "create-service", "none", "ClientException: TaskDefinition not found." },
        { "create-service", "web:1", "ClientException: TaskDefinition is inactive" },
        { "update-service", "none", "ClientException: TaskDefinition not found." },
        { "update-service", "web:1", "ClientException: TaskDefinition is inactive" },
        { "deregister", "web", "ClientException: Revision is missing." },
        { "deregister", "web:x", "InvalidParameterException: Invalid revision number. Number: x" },
    };

    [Theory, MemberData(nameof(Refusals))]
    public void What_cannot_be_used_is_refused_in_AWSs_words(string operation, string reference, string words) => TaskWorld.Run(1, async world =>
    {
        var (ecs, caller) = (world.Ecs, world.World.Caller);
        await world.ClusterAsync();
        await ecs.RegisterTaskDefinitionAsync(Plain, caller, default);
        await ecs.RegisterTaskDefinitionAsync(Plain, caller, default);
        await ecs.DeregisterTaskDefinitionAsync(new() { TaskDefinition = "web:1" }, caller, default);
        await ecs.CreateServiceAsync(new() { ServiceName = "web", TaskDefinition = "web:2", DesiredCount = 0, LaunchType = LaunchType.Ec2 }, caller, default);
        var refused = await world.World.Throws<Minato.Aws.AwsException>(() => operation switch
        {
            "describe" => ecs.DescribeTaskDefinitionAsync(new() { TaskDefinition = reference }, caller, default),
            "run" => ecs.RunTaskAsync(new() { TaskDefinition = reference, LaunchType = LaunchType.Ec2 }, caller, default),
            "create-service" => ecs.CreateServiceAsync(new() { ServiceName = "other", TaskDefinition = reference, DesiredCount = 0, LaunchType = LaunchType.Ec2 }, caller, default),
            "update-service" => ecs.UpdateServiceAsync(new() { Service = "web", TaskDefinition = reference }, caller, default),
            _ => ecs.DeregisterTaskDefinitionAsync(new() { TaskDefinition = reference }, caller, default),
        });
        $"{refused.Code}: {refused.Message}".ShouldBe(words);
    });

    [Fact]
    public void Pages_go_on_where_the_last_one_ended() => TaskWorld.Run(1, async world =>
    {
        for (var i = 0; i < 5; i++) await world.Ecs.RegisterTaskDefinitionAsync(Plain, world.World.Caller, default);
        foreach (var sort in new[] { SortOrder.Asc, SortOrder.Desc })
        {
            var seen = new List<string>();
            string? token = null;
            do
            {
                var page = await world.Ecs.ListTaskDefinitionsAsync(new() { MaxResults = 2, Sort = sort, NextToken = token }, world.World.Caller, default);
                seen.AddRange(page.TaskDefinitionArns ?? []);
                token = page.NextToken;
            }
            while (token is not null);
            seen.Select(a => a[^1]).ShouldBe(sort == SortOrder.Asc ? "12345" : "54321");
        }
    });
}
