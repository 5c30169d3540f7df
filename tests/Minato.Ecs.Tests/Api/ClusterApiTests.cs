using Minato.Contracts.Ecs;
using Minato.Ecs.Tests.Tasks;
using Minato.Testing;

namespace Minato.Ecs.Tests.Api;

/// <summary>Clusters, tags and account settings.</summary>
public sealed class ClusterApiTests
{
    [Fact]
    public void Creating_a_cluster_again_answers_the_one_that_is_there() => TaskWorld.Run(1, async world =>
    {
        var first = await world.Ecs.CreateClusterAsync(new() { ClusterName = "a", Tags = [new() { Key = "k", Value = "v" }] }, world.World.Caller, default);
        var again = await world.Ecs.CreateClusterAsync(new() { ClusterName = "a" }, world.World.Caller, default);
        again.Cluster?.ClusterArn.ShouldBe(first.Cluster?.ClusterArn);
        again.Cluster?.Tags?.Length.ShouldBe(1);
        (await world.Ecs.ListClustersAsync(new(), world.World.Caller, default)).ClusterArns?.ShouldBe(["arn:aws:ecs:us-east-1:123456789012:cluster/a"]);
    });

    [Fact]
    public void A_cluster_with_tasks_is_not_deleted() => TaskWorld.Run(1, async world =>
    {
        var arn = await world.RunAsync(TaskWorld.Container());
        (await world.World.Throws<ClusterContainsTasksException>(() => world.Ecs.DeleteClusterAsync(new() { Cluster = "default" }, world.World.Caller, default)))
            .Message.ShouldBe("The Cluster cannot be deleted while Tasks are active.");
        await world.StopAsync(arn);
        await world.UntilAsync(arn, "STOPPED");
        (await world.Ecs.DeleteClusterAsync(new() { Cluster = "default" }, world.World.Caller, default)).Cluster?.Status.ShouldBe("INACTIVE");
        var described = await world.Ecs.DescribeClustersAsync(new() { Clusters = ["default", "none"] }, world.World.Caller, default);
        described.Clusters?.Single().Status.ShouldBe("INACTIVE");
        described.Failures?.Single().Reason.ShouldBe("MISSING");
    });

    [Fact]
    public void Counters_and_statistics_follow_the_tasks() => TaskWorld.Run(1, async world =>
    {
        var arn = await world.RunAsync(TaskWorld.Container());
        (await DescribeAsync()).PendingTasksCount.ShouldBe(1);
        await world.UntilAsync(arn, "RUNNING");
        var cluster = await DescribeAsync();
        cluster.RunningTasksCount.ShouldBe(1);
        cluster.PendingTasksCount.ShouldBe(0);
        cluster.Statistics?.Single(s => s.Name == "runningFargateTasksCount").Value.ShouldBe("1");

        async System.Threading.Tasks.Task<Cluster> DescribeAsync() =>
            (await world.Ecs.DescribeClustersAsync(new() { Include = [ClusterField.Statistics] }, world.World.Caller, default)).Clusters?[0] ?? new();
    });

    [Fact]
    public void Only_known_providers_can_be_put() => TaskWorld.Run(1, async world =>
    {
        await world.ClusterAsync();
        await world.World.Throws<InvalidParameterException>(() => world.Ecs.PutClusterCapacityProvidersAsync(
            new() { Cluster = "default", CapacityProviders = ["mine"], DefaultCapacityProviderStrategy = [] }, world.World.Caller, default));
        var providers = await world.Ecs.DescribeCapacityProvidersAsync(new(), world.World.Caller, default);
        providers.CapacityProviders?.Select(p => p.Name).ShouldBe(["FARGATE", "FARGATE_SPOT"]);
    });

    [Fact]
    public void Tags_are_added_listed_and_removed() => TaskWorld.Run(1, async world =>
    {
        var arn = await world.RunAsync(TaskWorld.Container());
        foreach (var resource in new[] { arn, "arn:aws:ecs:us-east-1:123456789012:cluster/default", "arn:aws:ecs:us-east-1:123456789012:task-definition/web:1" })
        {
            await world.Ecs.TagResourceAsync(new() { ResourceArn = resource, Tags = [new() { Key = "a", Value = "1" }, new() { Key = "b", Value = "2" }] }, world.World.Caller, default);
            await world.Ecs.UntagResourceAsync(new() { ResourceArn = resource, TagKeys = ["a"] }, world.World.Caller, default);
            (await world.Ecs.ListTagsForResourceAsync(new() { ResourceArn = resource }, world.World.Caller, default)).Tags?.Single().Key.ShouldBe("b");
        }

        await world.World.Throws<ResourceNotFoundException>(() => world.Ecs.TagResourceAsync(
            new() { ResourceArn = "arn:aws:ecs:us-east-1:123456789012:task/default/none", Tags = [] }, world.World.Caller, default));
    });

    [Fact]
    public void Effective_settings_are_the_defaults_until_they_are_put() => TaskWorld.Run(1, async world =>
    {
        (await world.Ecs.ListAccountSettingsAsync(new(), world.World.Caller, default)).Settings?.ShouldBeEmpty();
        await world.Ecs.PutAccountSettingAsync(new() { Name = SettingName.ContainerInsights, Value = "enabled" }, world.World.Caller, default);
        var all = await world.Ecs.ListAccountSettingsAsync(new() { EffectiveSettings = true }, world.World.Caller, default);
        all.Settings?.Single(s => s.Name == SettingName.ContainerInsights).Value.ShouldBe("enabled");
        all.Settings?.Single(s => s.Name == SettingName.TaskLongArnFormat).Value.ShouldBe("enabled");
    });
}
