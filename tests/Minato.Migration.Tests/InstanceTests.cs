using System.Collections.Immutable;
using Minato.Contracts.Ec2;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Migration.Journal;

namespace Minato.Migration.Tests;

/// <summary>The old side is EC2 instances: registered by the migration, or in a target group of type instance that has the traffic already.</summary>
public sealed class InstanceTests
{
    private const string ByTarget = "targets: [\"10.9.0.10:8080\", \"10.9.0.11:8080\"], healthPath: /health";

    [Fact]
    public void Users_move_from_instances_and_those_stay_when_the_migration_has_gone() => MigrationWorld.Run(async m =>
    {
        var ids = await RunAsync(m);
        m.Begin(MigrationWorld.Short.Replace(ByTarget, $"targets: [\"{ids[0]}:8080\", \"{ids[1]}:8080\"], healthPath: /health", StringComparison.Ordinal));
        var run = m.RunAsync();
        await m.UntilAsync(s => s.Weight == 10);
        var old = ((await m.Elb.DescribeTargetGroupsAsync(new() { Names = ["web-old"] }, m.World.Caller, default)).TargetGroups ?? []).Single();
        old.TargetType.ShouldBe(TargetTypeEnum.Instance);
        (await TargetsAsync(m, old.TargetGroupArn)).ShouldBe(ids.Select(i => (i, "healthy")), ignoreOrder: true);
        (await run).ShouldBe(Outcome.Completed, WorldTests.Story(m));
        await WorldTests.OnlyTheNewSideAsync(m);
        (await StatesAsync(m, ids)).ShouldAllBe(s => s == InstanceStateName.Running, "they are their owner's");
    });

    [Fact]
    public void An_instance_that_stops_while_users_move_does_not_stop_them_from_moving_on() => MigrationWorld.Run(async m =>
    {
        var ids = await RunAsync(m);
        m.Begin(MigrationWorld.Short.Replace(ByTarget, $"targets: [\"{ids[0]}:8080\", \"{ids[1]}:8080\"], healthPath: /health", StringComparison.Ordinal));
        var run = m.RunAsync();
        await m.UntilAsync(s => s.Weight == 50);
        await m.World.Client<IEc2>().StopInstancesAsync(new() { InstanceIds = [ids[0]] }, m.World.Caller, default);
        (await run).ShouldBe(Outcome.Completed, WorldTests.Story(m));
        await WorldTests.OnlyTheNewSideAsync(m);
    });

    [Fact]
    public void A_target_group_of_instances_that_has_the_traffic_keeps_it_after_a_retreat_and_is_its_owners_after_a_completion() => MigrationWorld.Run(async m =>
    {
        var ids = await RunAsync(m);
        var group = await BehindAsync(m, ids);
        var plan = MigrationWorld.Short.Replace(ByTarget, "targetGroup: legacy", StringComparison.Ordinal);
        m.Begin(plan);
        var run = m.RunAsync();
        await m.UntilAsync(s => s.Weight == 50);
        (await m.WeightsAsync()).ShouldBe((50, 50));
        m.NewErrors = 0.5;
        (await run).ShouldBe(Outcome.Retreated);
        (await m.WeightsAsync()).ShouldBe((100, 0));
        m.NewErrors = 0.001;
        m.Begin(plan);
        (await m.RunAsync()).ShouldBe(Outcome.Completed, WorldTests.Story(m));
        (await m.RuleAsync()).Actions?[0].TargetGroupArn.ShouldBe(m.NewGroup);
        (await m.GroupsAsync()).ShouldBe(["legacy", "web-ecs"], ignoreOrder: true);
        (await TargetsAsync(m, group)).Select(t => t.Id).ShouldBe(ids, ignoreOrder: true);
    });

    /// <summary>Two machines that containers play.</summary>
    private static async Task<ImmutableArray<string>> RunAsync(MigrationWorld m)
    {
        var ec2 = m.World.Client<IEc2>();
        m.World.Host.AddImage(new("legacy:1") { Listens = [8080] });
        var image = (await ec2.RegisterImageAsync(new() { Name = "legacy", ImageLocation = "legacy:1" }, m.World.Caller, default)).ImageId;
        var made = (await ec2.RunInstancesAsync(new() { ImageId = image, InstanceType = "t3.micro", MinCount = 2, MaxCount = 2 }, m.World.Caller, default)).Instances ?? [];
        ImmutableArray<string> ids = [.. made.Select(i => i.InstanceId ?? "")];
        await m.World.Eventually(async () => (await StatesAsync(m, ids)).All(s => s is InstanceStateName.Running), TimeSpan.FromMinutes(2));
        return ids;
    }

    /// <summary>The entry's traffic is theirs.</summary>
    private static async Task<string> BehindAsync(MigrationWorld m, ImmutableArray<string> ids)
    {
        var vpc = ((await m.World.Client<IEc2>().DescribeVpcsAsync(new(), m.World.Caller, default)).Vpcs ?? [])[0].VpcId;
        var group = (await m.Elb.CreateTargetGroupAsync(
            new() { Name = "legacy", Protocol = ProtocolEnum.Http, Port = 8080, VpcId = vpc, TargetType = TargetTypeEnum.Instance }, m.World.Caller, default)).TargetGroups?[0].TargetGroupArn ?? "";
        await m.Elb.RegisterTargetsAsync(new() { TargetGroupArn = group, Targets = [.. ids.Select(i => new TargetDescription { Id = i })] }, m.World.Caller, default);
        await m.Elb.ModifyListenerAsync(new() { ListenerArn = m.Listener, DefaultActions = [new() { Type = ActionTypeEnum.Forward, TargetGroupArn = group }] }, m.World.Caller, default);
        return group;
    }

    private static async Task<IEnumerable<(string Id, string State)>> TargetsAsync(MigrationWorld m, string? group) =>
        ((await m.Elb.DescribeTargetHealthAsync(new() { TargetGroupArn = group ?? "" }, m.World.Caller, default)).TargetHealthDescriptions ?? [])
        .Select(t => (t.Target?.Id ?? "", t.TargetHealth?.State?.ToWire() ?? ""));

    private static async Task<IEnumerable<InstanceStateName?>> StatesAsync(MigrationWorld m, ImmutableArray<string> ids) =>
        ((await m.World.Client<IEc2>().DescribeInstancesAsync(new() { InstanceIds = ids }, m.World.Caller, default)).Reservations ?? []).SelectMany(r => r.Instances ?? []).Select(i => i.State?.Name);
}
