using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.Tests.Services;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Api;

/// <summary>What an account may have, and what it set for itself.</summary>
public sealed class QuotaAndSettingTests
{
    [Fact]
    public void Every_quota_has_a_name_to_change_it_by()
    {
        var changed = EcsQuotas.Names.Aggregate(new EcsQuotas(), (quotas, name) => quotas.With(name, 1) ?? throw new InvalidOperationException(name));
        typeof(EcsQuotas).GetProperties().Where(p => p.PropertyType == typeof(int)).ShouldAllBe(p => Equals(p.GetValue(changed), 1));
        new EcsQuotas().With("nothing", 1).ShouldBeNull();
    }

    [Fact]
    public void Above_a_quota_nothing_is_made() => ServiceWorld.Run(1, async world =>
    {
        await Refused(() => world.Ecs.CreateClusterAsync(new() { ClusterName = "second" }, world.World.Caller, default), "clusters");
        var request = await world.RequestAsync(1);
        (await world.World.Throws<InvalidParameterException>(() => world.CreateAsync(request with { DesiredCount = 2 }))).Message.ShouldBe("The desired count must be at most 1.");
        await world.CreateAsync(request);
        await Refused(() => world.CreateAsync(request with { ServiceName = "second" }), "services");
        await world.Ecs.RegisterContainerInstanceAsync(new(), world.World.Caller, default);
        await Refused(() => world.Ecs.RegisterContainerInstanceAsync(new(), world.World.Caller, default), "container instances");

        async Task Refused(Func<Task> call, string what) =>
            (await world.World.Throws<ClientException>(call)).Message.ShouldContain($"The maximum number of {what}");
    }, new EcsOptions { Quotas = new() { Clusters = 1, ServicesPerCluster = 1, TasksPerService = 1, ContainerInstancesPerCluster = 1 } });

    [Fact]
    public void A_users_own_setting_comes_before_the_accounts_and_that_before_the_usual() => ServiceWorld.Run(2, async world =>
    {
        var user = world.World.Caller with { PrincipalArn = "arn:aws:iam::123456789012:user/ann" };
        (await ValueAsync()).ShouldBe("disabled");
        await world.Ecs.PutAccountSettingDefaultAsync(new() { Name = SettingName.ContainerInsights, Value = "enabled" }, user, default);
        (await ValueAsync()).ShouldBe("enabled");
        await world.Ecs.PutAccountSettingAsync(new() { Name = SettingName.ContainerInsights, Value = "enhanced" }, user, default);
        (await ValueAsync()).ShouldBe("enhanced");
        var root = user with { PrincipalArn = "arn:aws:iam::123456789012:root" };
        (await world.Ecs.ListAccountSettingsAsync(new(), root, default)).Settings?.Single().Value.ShouldBe("enabled");
        await world.Ecs.DeleteAccountSettingAsync(new() { Name = SettingName.ContainerInsights }, user, default);
        (await ValueAsync()).ShouldBe("enabled");
        var cluster = (await world.Ecs.CreateClusterAsync(new() { ClusterName = "new" }, user, default)).Cluster;
        cluster?.Settings?.Single().Value.ShouldBe("enabled");

        async Task<string?> ValueAsync() => (await world.Ecs.ListAccountSettingsAsync(
            new() { Name = SettingName.ContainerInsights, EffectiveSettings = true }, user, default)).Settings?.Single().Value;
    });

    [Fact]
    public void Every_setting_of_the_model_has_an_effective_value() => ServiceWorld.Run(3, async world =>
    {
        var all = (await world.Ecs.ListAccountSettingsAsync(new() { EffectiveSettings = true }, world.World.Caller, default)).Settings ?? [];
        all.Length.ShouldBe(Enum.GetValues<SettingName>().Length);
        all.Single(s => s.Type == SettingType.AwsManaged).Name.ShouldBe(SettingName.GuardDutyActivate);
        await world.World.Throws<InvalidParameterException>(() => world.Ecs.PutAccountSettingAsync(
            new() { Name = SettingName.GuardDutyActivate, Value = "on" }, world.World.Caller, default));
    });
}
