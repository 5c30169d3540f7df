using Minato.Contracts.Ecs;
using Minato.Ecs.Tests.Tasks;
using Minato.Testing;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Api;

/// <summary>RunTask, StopTask and the lists.</summary>
public sealed class TaskApiTests
{
    private static async Task<RunTaskRequest> ReadyAsync(TaskWorld world)
    {
        await world.ClusterAsync();
        await world.Ecs.RegisterTaskDefinitionAsync(TaskWorld.Fargate(TaskWorld.Container()), world.World.Caller, default);
        return new()
        {
            TaskDefinition = "web",
            LaunchType = LaunchType.Fargate,
            NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = [await world.SubnetAsync()] } },
        };
    }

    private static Task RefusedAsync<TException>(string message, Func<RunTaskRequest, RunTaskRequest> change)
        where TException : Exception
    {
        TaskWorld.Run(1, async world =>
        {
            var request = change(await ReadyAsync(world));
            (await world.World.Throws<TException>(() => world.Ecs.RunTaskAsync(request, world.World.Caller, default))).Message.ShouldBe(message);
        });
        return Task.CompletedTask;
    }

    [Fact]
    public Task An_unknown_definition() => RefusedAsync<ClientException>("TaskDefinition not found.", r => r with { TaskDefinition = "web:9" });

    [Fact]
    public Task An_unknown_cluster() => RefusedAsync<ClusterNotFoundException>("Cluster not found.", r => r with { Cluster = "none" });

    [Fact]
    public Task No_network_configuration() => RefusedAsync<InvalidParameterException>(
        "Network Configuration must be provided when networkMode 'awsvpc' is specified.", r => r with { NetworkConfiguration = null });

    [Fact]
    public Task No_subnets() => RefusedAsync<InvalidParameterException>(
        "subnets can not be empty.", r => r with { NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = [] } } });

    [Fact]
    public Task A_subnet_that_is_not_there() => RefusedAsync<InvalidParameterException>(
        "Error retrieving subnet information for [subnet-0]: The subnet ID 'subnet-0' does not exist (ErrorCode: InvalidSubnetID.NotFound)",
        r => r with { NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = ["subnet-0"] } } });

    [Fact]
    public Task Launch_type_and_strategy() => RefusedAsync<InvalidParameterException>(
        "Specify either Launch Type or Capacity Provider Strategy, but not both.",
        r => r with { CapacityProviderStrategy = [new() { CapacityProvider = "FARGATE", Weight = 1 }] });

    [Fact]
    public Task An_override_of_a_container_that_is_not_there() => RefusedAsync<InvalidParameterException>(
        "Override for container named other is not a container in the TaskDefinition.",
        r => r with { Overrides = new() { ContainerOverrides = [new() { Name = "other" }] } });

    [Fact]
    public Task EC2_without_instances() => RefusedAsync<InvalidParameterException>(
        "No Container Instances were found in your cluster.", r => r with { LaunchType = LaunchType.Ec2 });

    [Fact]
    public void An_inactive_definition_runs_nothing() => TaskWorld.Run(1, async world =>
    {
        var request = await ReadyAsync(world);
        await world.Ecs.DeregisterTaskDefinitionAsync(new() { TaskDefinition = "web:1" }, world.World.Caller, default);
        (await world.World.Throws<ClientException>(() => world.Ecs.RunTaskAsync(request with { TaskDefinition = "web:1" }, world.World.Caller, default)))
            .Message.ShouldBe("TaskDefinition is inactive");
    });

    [Fact]
    public void A_client_token_makes_a_repeat_do_nothing() => TaskWorld.Run(1, async world =>
    {
        var request = await ReadyAsync(world) with { ClientToken = "once", Count = 2 };
        var first = await world.Ecs.RunTaskAsync(request, world.World.Caller, default);
        var again = await world.Ecs.RunTaskAsync(request, world.World.Caller, default);
        again.Tasks?.Select(t => t.TaskArn).ShouldBe(first.Tasks?.Select(t => t.TaskArn) ?? []);
        var conflict = await world.World.Throws<ConflictException>(() => world.Ecs.RunTaskAsync(request with { Count = 1 }, world.World.Caller, default));
        conflict.ResourceIds?.Length.ShouldBe(2);
        (await world.Ecs.ListTasksAsync(new(), world.World.Caller, default)).TaskArns?.Length.ShouldBe(2);
    });

    [Fact]
    public void Tasks_are_listed_by_what_they_share() => TaskWorld.Run(1, async world =>
    {
        var request = await ReadyAsync(world);
        await world.Ecs.RunTaskAsync(request with { StartedBy = "me", Count = 3 }, world.World.Caller, default);
        var other = await world.Ecs.RunTaskAsync(request, world.World.Caller, default);
        await world.StopAsync(other.Tasks?[0].TaskArn ?? "");
        (await CountAsync(new())).ShouldBe(3);
        (await CountAsync(new() { StartedBy = "me" })).ShouldBe(3);
        (await CountAsync(new() { Family = "web" })).ShouldBe(3);
        (await CountAsync(new() { Family = "none" })).ShouldBe(0);
        (await CountAsync(new() { LaunchType = LaunchType.Ec2 })).ShouldBe(0);
        (await CountAsync(new() { DesiredStatus = DesiredStatus.Stopped })).ShouldBe(1);
        (await CountAsync(new() { DesiredStatus = DesiredStatus.Pending })).ShouldBe(0);
        var page = await world.Ecs.ListTasksAsync(new() { MaxResults = 2 }, world.World.Caller, default);
        page.TaskArns?.Length.ShouldBe(2);
        (await CountAsync(new() { MaxResults = 2, NextToken = page.NextToken })).ShouldBe(1);
        (await world.World.Throws<InvalidParameterException>(() => CountAsync(new() { NextToken = "forged" }))).Message.ShouldBe("Invalid token");

        async Task<int> CountAsync(ListTasksRequest filter) => (await world.Ecs.ListTasksAsync(filter, world.World.Caller, default)).TaskArns?.Length ?? 0;
    });

    [Fact]
    public void An_unknown_task_is_a_failure_of_describe_and_an_error_of_stop() => TaskWorld.Run(1, async world =>
    {
        await world.ClusterAsync();
        var answer = await world.Ecs.DescribeTasksAsync(new() { Tasks = ["0123"] }, world.World.Caller, default);
        answer.Failures?.Single().ShouldBe(new Failure { Arn = "arn:aws:ecs:us-east-1:123456789012:task/default/0123", Reason = "MISSING" });
        (await world.World.Throws<InvalidParameterException>(() => world.StopAsync("0123"))).Message.ShouldBe("The referenced task was not found.");
    });

    [Fact]
    public void A_strategy_splits_tasks_by_base_and_weight() => TaskWorld.Run(1, async world =>
    {
        var request = await ReadyAsync(world);
        await world.Ecs.PutClusterCapacityProvidersAsync(new()
        {
            Cluster = "default", CapacityProviders = ["FARGATE", "FARGATE_SPOT"], DefaultCapacityProviderStrategy = [],
        }, world.World.Caller, default);
        var made = await world.Ecs.RunTaskAsync(request with
        {
            LaunchType = null, Count = 8,
            CapacityProviderStrategy = [new() { CapacityProvider = "FARGATE", Base = 2, Weight = 1 }, new() { CapacityProvider = "FARGATE_SPOT", Weight = 2 }],
        }, world.World.Caller, default);
        made.Tasks?.Count(t => t.CapacityProviderName == "FARGATE").ShouldBe(4);
        made.Tasks?.Count(t => t.CapacityProviderName == "FARGATE_SPOT").ShouldBe(4);
        made.Tasks?.All(t => t.LaunchType == LaunchType.Fargate).ShouldBe(true);
    });
}
