using Minato.Aws;
using Minato.Contracts.Ec2;

namespace Minato.Ec2.Tests;

/// <summary>Instances carved out of the machine.</summary>
public sealed class MachineTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static IEnumerable<Instance> All(DescribeInstancesResponse answer) => (answer.Reservations ?? []).SelectMany(r => r.Instances ?? []);

    [Fact]
    public async Task They_have_a_type_a_zone_and_an_address_of_their_own()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var run = await world.Ec2.RunInstancesAsync(new()
        {
            InstanceType = "m5.large", MinCount = 1, MaxCount = 3, Placement = new() { AvailabilityZone = "us-east-1b" },
            TagSpecifications = [new() { ResourceType = "instance", Tags = [new() { Key = "Name", Value = "web" }] }],
        }, world.Caller, None);
        var made = run.Instances.GetValueOrDefault();
        made.Select(i => i.PrivateIpAddress).Distinct().Count().ShouldBe(3);
        made.ShouldAllBe(i => i.PrivateIpAddress != null && i.PrivateIpAddress.StartsWith("127.88."));
        made.ShouldAllBe(i => i.InstanceType == "m5.large" && i.Placement != null && i.Placement.AvailabilityZone == "us-east-1b");
        var found = All(await world.Ec2.DescribeInstancesAsync(new() { Filters = [new() { Name = "tag:Name", Values = ["web"] }] }, world.Caller, None));
        found.Select(i => i.InstanceId).ShouldBe(made.Select(i => i.InstanceId), ignoreOrder: true);
        All(await world.Ec2.DescribeInstancesAsync(new(), world.Caller, None)).First().InstanceType.ShouldBe("minato.host", "the machine itself comes first");
    }

    [Fact]
    public async Task Terminated_ones_are_gone_and_the_machine_itself_stays()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var id = (await world.Ec2.RunInstancesAsync(new() { InstanceType = "t3.micro", MinCount = 1, MaxCount = 1 }, world.Caller, None)).Instances?[0].InstanceId ?? "";
        var ended = await world.Ec2.TerminateInstancesAsync(new() { InstanceIds = [id] }, world.Caller, None);
        ended.TerminatingInstances?[0].CurrentState?.Name.ShouldBe(InstanceStateName.Terminated);
        (await Should.ThrowAsync<AwsException>(() => world.Ec2.DescribeInstancesAsync(new() { InstanceIds = [id] }, world.Caller, None))).Code.ShouldBe("InvalidInstanceID.NotFound");
        var host = All(await world.Ec2.DescribeInstancesAsync(new(), world.Caller, None)).Single().InstanceId ?? "";
        (await Should.ThrowAsync<AwsException>(() => world.Ec2.TerminateInstancesAsync(new() { InstanceIds = [host] }, world.Caller, None))).Code.ShouldBe("OperationNotPermitted");
    }

    [Fact]
    public async Task A_client_token_runs_them_once()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var request = new RunInstancesRequest { InstanceType = "m5.large", MinCount = 2, MaxCount = 2, ClientToken = "once" };
        var first = await world.Ec2.RunInstancesAsync(request, world.Caller, None);
        var again = await world.Ec2.RunInstancesAsync(request, world.Caller, None);
        again.Instances?.Select(i => i.InstanceId).ShouldBe(first.Instances?.Select(i => i.InstanceId), ignoreOrder: true);
    }

    [Theory]
    [InlineData("m5.large", 2, 8192, 3)]
    [InlineData("c5.9xlarge", 36, 73728, 8)]
    [InlineData("t2.micro", 1, 1024, 2)]
    [InlineData("r6g.medium", 1, 8192, 2)]
    [InlineData("m6i.16xlarge", 64, 262144, 15)]
    public async Task Sizes_of_types_are_those_of_AWS(string type, int vcpus, int memory, int interfaces)
    {
        await using var world = await Ec2Fixture.StartAsync();
        var facts = (await world.Ec2.DescribeInstanceTypesAsync(new() { InstanceTypes = [type] }, world.Caller, None)).InstanceTypes?[0];
        (facts?.VCpuInfo?.DefaultVCpus, facts?.MemoryInfo?.SizeInMiB, facts?.NetworkInfo?.MaximumNetworkInterfaces).ShouldBe((vcpus, memory, interfaces));
    }

    [Fact]
    public async Task An_unknown_type_or_zone_is_refused()
    {
        await using var world = await Ec2Fixture.StartAsync();
        await Should.ThrowAsync<AwsException>(() => world.Ec2.RunInstancesAsync(new() { InstanceType = "m5.huge", MinCount = 1, MaxCount = 1 }, world.Caller, None));
        await Should.ThrowAsync<AwsException>(() => world.Ec2.RunInstancesAsync(
            new() { InstanceType = "m5.large", MinCount = 1, MaxCount = 1, Placement = new() { AvailabilityZone = "mars-1a" } }, world.Caller, None));
    }

    [Fact]
    public async Task One_without_a_subnet_stands_in_the_default_vpc_whatever_else_there_is()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var other = (await world.Ec2.CreateVpcAsync(new() { CidrBlock = "10.0.0.0/16" }, world.Caller, None)).Vpc?.VpcId ?? "";
        await world.Ec2.CreateSubnetAsync(new() { VpcId = other, CidrBlock = "10.0.1.0/24", AvailabilityZone = "us-east-1a" }, world.Caller, None);
        var run = await world.Ec2.RunInstancesAsync(new() { InstanceType = "t3.micro", MinCount = 1, MaxCount = 1 }, world.Caller, None);
        run.Instances?[0].VpcId.ShouldBe((await world.DefaultVpcAsync()).VpcId);
    }
}
