using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.AutoScaling.State;
using Minato.CloudFormation;
using Minato.Contracts.AutoScaling;
using Minato.Contracts.CloudFormation;
using Minato.Ec2;
using Minato.Engines.Yaml;
using Minato.Platform;
using Minato.Testing;

namespace Minato.AutoScaling.Tests;

/// <summary>Update policies of a group, from the template through the engine to the instances.</summary>
public sealed class RollingStackTests
{
    private const string Rolling = "AutoScalingRollingUpdate: { MaxBatchSize: 2, MinInstancesInService: '2' }";
    private const string Signalled = "AutoScalingRollingUpdate: { MaxBatchSize: 2, MinInstancesInService: 2, WaitOnResourceSignals: true, PauseTime: PT10M }";

    [Fact]
    public void Instances_of_an_old_kind_give_way_in_batches_and_enough_stay_in_service() => Run(async w =>
    {
        await w.MakeAsync(Rolling);
        var old = w.InService();
        w.World.Always(_ => w.InService().Count >= 2 ? null : $"only {w.InService().Count} are in service");
        await w.UpdateAsync(Rolling);
        await w.ReachAsync(StackStatus.UpdateComplete);
        w.InService().Count.ShouldBe(4);
        w.InService().ShouldNotContain(i => old.Contains(i));
        (await w.GroupAsync()).Instances?.ShouldAllBe(i => i.InstanceType == "t3.large");
        (await w.KindsAsync()).ShouldHaveSingleItem().InstanceType.ShouldBe("t3.large"); // The old one goes when nobody runs by it.
    });

    [Fact]
    public void Where_all_must_stay_in_service_there_are_more_for_a_while_and_then_as_many_as_before() => Run(async w =>
    {
        const string all = "AutoScalingRollingUpdate: { MaxBatchSize: 2, MinInstancesInService: 4 }";
        await w.MakeAsync(all, desired: "");
        await w.World.Client<IAutoScaling>().SetDesiredCapacityAsync(new() { AutoScalingGroupName = await w.NameAsync(), DesiredCapacity = 4 }, w.World.Caller, default);
        await w.World.Eventually(() => w.InService().Count == 4, TimeSpan.FromMinutes(2));
        w.World.Always(_ => w.InService().Count is >= 4 and <= 6 ? null : $"{w.InService().Count} are in service");
        await w.UpdateAsync(all, desired: "");
        await w.ReachAsync(StackStatus.UpdateComplete);
        await w.World.Eventually(() => w.InService().Count == 4, TimeSpan.FromMinutes(2));
    });

    [Fact]
    public void Between_batches_is_a_pause() => Run(async w =>
    {
        const string slow = "AutoScalingRollingUpdate: { MaxBatchSize: 1, PauseTime: PT20M }";
        await w.MakeAsync(slow);
        var began = w.World.Time.Elapsed;
        await w.UpdateAsync(slow);
        await w.ReachAsync(StackStatus.UpdateComplete);
        (w.World.Time.Elapsed - began).ShouldBeGreaterThan(TimeSpan.FromHours(1)); // Longer than any other handler may take.
    });

    [Fact]
    public void A_batch_waits_for_the_signals_of_its_instances() => Run(async w =>
    {
        await w.MakeAsync(Signalled);
        var old = w.InService();
        await w.UpdateAsync(Signalled);
        await w.World.RunFor(TimeSpan.FromMinutes(5));
        var first = w.InService().Except(old).ToList();
        first.Count.ShouldBe(2);
        foreach (var id in first) await w.SignalAsync(id, ResourceSignalStatus.Success);
        await w.World.Eventually(() => w.InService().Except(old).Count() == 4, TimeSpan.FromMinutes(2));
        (await w.StackAsync()).StackStatus.ShouldBe(StackStatus.UpdateInProgress);
        foreach (var id in w.InService().Except(first)) await w.SignalAsync(id, ResourceSignalStatus.Success);
        await w.ReachAsync(StackStatus.UpdateComplete);
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Without_enough_good_signals_the_update_is_rolled_back(bool isSaid) => Run(async w =>
    {
        await w.MakeAsync(Signalled);
        var old = w.InService();
        await w.UpdateAsync(Signalled);
        await w.World.RunFor(TimeSpan.FromMinutes(5));
        var bad = w.InService().Except(old).ToList();
        if (isSaid) await w.SignalAsync(bad[0], ResourceSignalStatus.Failure);
        var reason = $"Received {(isSaid ? 1 : 2)} FAILURE signal(s) out of 4.  Unable to satisfy 100% MinSuccessfulInstancesPercent requirement";
        await w.World.Eventually(async () => (await w.TellAsync()).Contains($"Group UPDATE_FAILED {reason}"), TimeSpan.FromMinutes(15));
        var heard = new HashSet<string>();
        // What comes in place of the bad ones is of the kind that was, and must say that it works, too.
        await w.World.Eventually(async () =>
        {
            foreach (var id in w.InService().Except(old).Except(bad).Where(heard.Add)) await w.SignalAsync(id, ResourceSignalStatus.Success);
            return (await w.StackAsync()).StackStatus is StackStatus.UpdateRollbackComplete;
        }, TimeSpan.FromMinutes(20));
        (await w.GroupAsync()).Instances?.ShouldAllBe(i => i.InstanceType == "t3.small");
        w.InService().Count.ShouldBe(4);
    });

    [Fact]
    public void Some_may_fail_where_the_policy_says_so() => Run(async w =>
    {
        var half = Signalled.Replace("PauseTime", "MinSuccessfulInstancesPercent: 50, PauseTime", StringComparison.Ordinal);
        await w.MakeAsync(half);
        var old = w.InService();
        await w.UpdateAsync(half);
        await w.World.RunFor(TimeSpan.FromMinutes(5));
        var first = w.InService().Except(old).ToList();
        foreach (var id in first) await w.SignalAsync(id, ResourceSignalStatus.Failure);
        await w.World.Eventually(() => w.InService().Except(old).Count() == 4, TimeSpan.FromMinutes(2));
        foreach (var id in w.InService().Except(first)) await w.SignalAsync(id, ResourceSignalStatus.Success);
        await w.ReachAsync(StackStatus.UpdateComplete);
    });

    [Fact]
    public void A_replacing_update_makes_another_group_and_then_deletes_the_old_one() => Run(async w =>
    {
        const string replacing = "AutoScalingReplacingUpdate: { WillReplace: true }";
        await w.MakeAsync(replacing);
        var (name, old) = (await w.NameAsync(), w.InService());
        w.World.Always(_ => w.InService().Count >= 4 ? null : $"only {w.InService().Count} are in service");
        await w.UpdateAsync(replacing);
        await w.ReachAsync(StackStatus.UpdateComplete);
        (await w.NameAsync()).ShouldNotBe(name);
        w.InService().Count.ShouldBe(4);
        w.InService().ShouldNotContain(i => old.Contains(i));
        (await w.World.Client<IAutoScaling>().DescribeAutoScalingGroupsAsync(new(), w.World.Caller, default)).AutoScalingGroups.Length.ShouldBe(1);
    });

    [Fact]
    public void Without_a_policy_what_runs_goes_on_as_it_is() => Run(async w =>
    {
        await w.MakeAsync("");
        var old = w.InService();
        await w.UpdateAsync("");
        await w.ReachAsync(StackStatus.UpdateComplete);
        w.InService().ShouldBe(old);
    });

    private static void Run(Func<Fleet, Task> test) => World.Run(1, world => test(new(world)), (_, services) => services
        .AddSingleton(new PageTokens("a secret of the test"u8)).AddSingleton<ISealer>(p => new AesSealer(new byte[AesSealer.KeyLength], p.GetRequiredService<Ids>()))
        .AddYaml().AddEc2().AddAutoScaling().AddCloudFormation());

    /// <summary>A stack with a group of four instances; an update makes them larger.</summary>
    private sealed class Fleet(World world)
    {
        public World World => world;

        private ICloudFormation Cfn => world.Client<ICloudFormation>();

        public async Task MakeAsync(string policy, string desired = "'4'")
        {
            await Cfn.CreateStackAsync(new() { StackName = "fleet", TemplateBody = Template("t3.small", policy, desired) }, world.Caller, default);
            await ReachAsync(StackStatus.CreateComplete);
        }

        public async Task UpdateAsync(string policy, string desired = "'4'") =>
            await Cfn.UpdateStackAsync(new() { StackName = "fleet", TemplateBody = Template("t3.large", policy, desired) }, world.Caller, default);

        public async Task ReachAsync(StackStatus status)
        {
            await world.Eventually(async () => !(await StackAsync()).StackStatus.ToWire().EndsWith("IN_PROGRESS", StringComparison.Ordinal), TimeSpan.FromHours(3));
            (await StackAsync()).StackStatus.ShouldBe(status, string.Join('\n', await TellAsync()));
        }

        public async Task<Stack> StackAsync() => (await Cfn.DescribeStacksAsync(new() { StackName = "fleet" }, world.Caller, default)).Stacks?[0] ?? throw new InvalidOperationException("No stack.");

        public async Task<List<string>> TellAsync() => [.. ((await Cfn.DescribeStackEventsAsync(new() { StackName = "fleet" }, world.Caller, default)).StackEvents ?? [])
            .Select(e => $"{e.LogicalResourceId} {e.ResourceStatus?.ToWire()} {e.ResourceStatusReason}".TrimEnd())];

        public async Task SignalAsync(string instance, ResourceSignalStatus status) =>
            await Cfn.SignalResourceAsync(new() { StackName = "fleet", LogicalResourceId = "Group", UniqueId = instance, Status = status }, world.Caller, default);

        public HashSet<string> InService() => [.. world.Store.Current.All(AutoScalingTables.Instances).Where(i => i.Stage is InstanceStage.InService).Select(i => i.Id)];

        public async Task<string> NameAsync() =>
            (await Cfn.DescribeStackResourceAsync(new() { StackName = "fleet", LogicalResourceId = "Group" }, world.Caller, default)).StackResourceDetail?.PhysicalResourceId ?? "";

        public async Task<AutoScalingGroup> GroupAsync() =>
            (await world.Client<IAutoScaling>().DescribeAutoScalingGroupsAsync(new() { AutoScalingGroupNames = [await NameAsync()] }, world.Caller, default)).AutoScalingGroups.Single();

        public async Task<IReadOnlyList<LaunchConfiguration>> KindsAsync() =>
            (await world.Client<IAutoScaling>().DescribeLaunchConfigurationsAsync(new(), world.Caller, default)).LaunchConfigurations;

        private static string Template(string type, string policy, string desired) => $$"""
            Resources:
              Kind: { Type: AWS::AutoScaling::LaunchConfiguration, Properties: { ImageId: ami-0, InstanceType: {{type}} } }
              Group:
                Type: AWS::AutoScaling::AutoScalingGroup
                Properties:
                  LaunchConfigurationName: !Ref Kind
                  MinSize: '1'
                  MaxSize: '8'
                  {{(desired.Length == 0 ? "" : $"DesiredCapacity: {desired}")}}
                  AvailabilityZones: [us-east-1a, us-east-1b]
                {{(policy.Length == 0 ? "" : $"UpdatePolicy: {{ {policy} }}")}}
            """;
    }
}
