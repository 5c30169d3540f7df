using System.Collections.Immutable;
using Minato.Contracts.Ec2;

namespace Minato.Ec2.Tests;

/// <summary>How instances are found, told apart and changed.</summary>
public sealed class InstanceQueryTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static Filter By(string name, params string[] values) => new() { Name = name, Values = [.. values] };

    private static async Task<ImmutableArray<Instance>> RunAsync(Ec2Fixture world, int count = 1, string? image = null, Func<RunInstancesRequest, RunInstancesRequest>? more = null)
    {
        var request = new RunInstancesRequest { InstanceType = "t3.micro", MinCount = count, MaxCount = count, ImageId = image };
        return (await world.Ec2.RunInstancesAsync(more?.Invoke(request) ?? request, world.Caller, None)).Instances ?? [];
    }

    private static async Task<string> ImageAsync(Ec2Fixture world)
    {
        world.Host.AddImage(new("legacy:1") { PullTime = TimeSpan.Zero });
        return (await world.Ec2.RegisterImageAsync(new() { Name = "legacy", ImageLocation = "legacy:1" }, world.Caller, None)).ImageId ?? "";
    }

    private static async Task UntilAsync(Ec2Fixture world, string id, InstanceStateName state) => await Ec2Fixture.EventuallyAsync(async () =>
        (await world.Ec2.DescribeInstancesAsync(new() { InstanceIds = [id] }, world.Caller, None)).Reservations?[0].Instances?[0].State?.Name == state);

    [Fact]
    public async Task Instances_of_one_launch_are_one_reservation()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var (three, one) = (await RunAsync(world, 3), await RunAsync(world));
        var all = (await world.Ec2.DescribeInstancesAsync(new(), world.Caller, None)).Reservations ?? [];
        all.Select(r => r.Instances?.Length).Order().ShouldBe([1, 1, 3]);
        all[0].Instances?[0].InstanceType.ShouldBe("minato.host", "the machine itself comes first");
        var reservation = all.Single(r => r.Instances?.Length == 3);
        reservation.Instances?.Select(i => i.InstanceId).ShouldBe(three.Select(i => i.InstanceId), ignoreOrder: true);
        var found = (await world.Ec2.DescribeInstancesAsync(new() { Filters = [By("reservation-id", reservation.ReservationId ?? "")] }, world.Caller, None)).Reservations ?? [];
        found.ShouldHaveSingleItem().Instances?.Length.ShouldBe(3);
        (await world.Ec2.DescribeInstancesAsync(new() { Filters = [By("owner-id", world.Caller.AccountId), By("instance-id", one[0].InstanceId ?? "", "i-0")] }, world.Caller, None))
            .Reservations?.Length.ShouldBe(1);
    }

    [Fact]
    public async Task Pages_of_instances_follow_each_other_without_gap()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var made = await RunAsync(world, 12);
        var seen = new List<string?>();
        string? token = null;
        do
        {
            var page = await world.Ec2.DescribeInstancesAsync(new() { MaxResults = 5, NextToken = token }, world.Caller, None);
            seen.AddRange((page.Reservations ?? []).SelectMany(r => r.Instances ?? []).Select(i => i.InstanceId));
            token = page.NextToken;
        } while (token is not null);
        seen.Count.ShouldBe(13, "the machine itself is one of them");
        seen.Distinct().Count().ShouldBe(13);
        seen.Skip(1).ShouldBe(made.Select(i => i.InstanceId), ignoreOrder: true);
        (await Ec2Fixture.RefusedAsync(world.Ec2.DescribeInstancesAsync(new() { MaxResults = 5, InstanceIds = [made[0].InstanceId ?? ""] }, world.Caller, None), "InvalidParameterCombination"))
            .Message.ShouldBe("The parameter instancesSet cannot be used with the parameter maxResults");
    }

    [Fact]
    public async Task Ids_that_are_none_and_ids_of_nobody_are_told_apart()
    {
        await using var world = await Ec2Fixture.StartAsync();
        Task Ask(params string[] ids) => world.Ec2.DescribeInstancesAsync(new() { InstanceIds = [.. ids] }, world.Caller, None);
        (await Ec2Fixture.RefusedAsync(Ask("mine"), "InvalidInstanceID.Malformed")).Message.ShouldBe("Invalid id: \"mine\"");
        (await Ec2Fixture.RefusedAsync(Ask("i-00000000000000001", "i-00000000000000002"), "InvalidInstanceID.NotFound"))
            .Message.ShouldBe("The instance IDs 'i-00000000000000001, i-00000000000000002' do not exist");
    }

    [Fact]
    public async Task Status_checks_tell_of_every_running_instance_the_host_too()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var id = (await RunAsync(world))[0].InstanceId ?? "";
        var all = (await world.Ec2.DescribeInstanceStatusAsync(new() { Filters = [By("instance-status.status", "ok"), By("system-status.reachability", "passed")] }, world.Caller, None)).InstanceStatuses ?? [];
        all.Length.ShouldBe(2);
        var host = all.Single(s => s.InstanceId != id).InstanceId ?? "";
        var one = (await world.Ec2.DescribeInstanceStatusAsync(new() { InstanceIds = [host] }, world.Caller, None)).InstanceStatuses ?? [];
        (one[0].InstanceState?.Name, one[0].AvailabilityZoneId).ShouldBe((InstanceStateName.Running, "use1-az1"));
    }

    [Fact]
    public async Task Types_are_found_by_what_they_have_and_page_by_page()
    {
        await using var world = await Ec2Fixture.StartAsync();
        async Task<DescribeInstanceTypesResponse> Ask(string? token, params Filter[] filters) =>
            await world.Ec2.DescribeInstanceTypesAsync(new() { Filters = [.. filters], MaxResults = 5, NextToken = token }, world.Caller, None);
        var graviton = (await Ask(null, By("processor-info.supported-architecture", "arm64"), By("vcpu-info.default-vcpus", "64"))).InstanceTypes ?? [];
        graviton.Select(t => t.InstanceType).ShouldBe(["c6g.16xlarge", "c7g.16xlarge", "m6g.16xlarge", "m7g.16xlarge", "r6g.16xlarge"]);
        var first = await Ask(null, By("instance-type", "t3.*"));
        var second = await Ask(first.NextToken, By("instance-type", "t3.*"));
        (first.InstanceTypes?.Length, second.InstanceTypes?.Length, second.NextToken).ShouldBe((5, 2, null));
        await Ec2Fixture.RefusedAsync(Ask(null, By("colour", "red")), "InvalidParameterValue");
    }

    [Fact]
    public async Task A_terminated_instance_does_not_hold_its_subnet()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = (await world.Ec2.CreateVpcAsync(new() { CidrBlock = "10.0.0.0/16" }, world.Caller, None)).Vpc?.VpcId ?? "";
        var subnet = (await world.Ec2.CreateSubnetAsync(new() { VpcId = vpc, CidrBlock = "10.0.1.0/24" }, world.Caller, None)).Subnet?.SubnetId ?? "";
        var id = (await RunAsync(world, image: await ImageAsync(world), more: r => r with { SubnetId = subnet }))[0].InstanceId ?? "";
        await UntilAsync(world, id, InstanceStateName.Running);
        await Ec2Fixture.RefusedAsync(world.Ec2.DeleteSubnetAsync(new() { SubnetId = subnet }, world.Caller, None), "DependencyViolation");
        await world.Ec2.TerminateInstancesAsync(new() { InstanceIds = [id] }, world.Caller, None);
        await UntilAsync(world, id, InstanceStateName.Terminated);
        await world.Ec2.DeleteSubnetAsync(new() { SubnetId = subnet }, world.Caller, None);
        await world.Ec2.DeleteVpcAsync(new() { VpcId = vpc }, world.Caller, None);
        await UntilAsync(world, id, InstanceStateName.Terminated);
    }

    [Fact]
    public async Task An_attribute_is_changed_by_its_name_and_one_that_may_not_be_stopped_is_not()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var id = (await RunAsync(world, image: await ImageAsync(world), more: r => r with { DisableApiStop = true }))[0].InstanceId ?? "";
        await UntilAsync(world, id, InstanceStateName.Running);
        (await Ec2Fixture.RefusedAsync(world.Ec2.StopInstancesAsync(new() { InstanceIds = [id] }, world.Caller, None), "OperationNotPermitted"))
            .Message.ShouldBe($"The instance '{id}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again.");
        Task SetAsync(InstanceAttributeName name, string value) => world.Ec2.ModifyInstanceAttributeAsync(new() { InstanceId = id, Attribute = name, Value = value }, world.Caller, None);
        await SetAsync(InstanceAttributeName.DisableApiStop, "false");
        await SetAsync(InstanceAttributeName.InstanceInitiatedShutdownBehavior, "terminate");
        await Ec2Fixture.RefusedAsync(SetAsync(InstanceAttributeName.DisableApiTermination, "perhaps"), "InvalidParameterValue");
        await Ec2Fixture.RefusedAsync(SetAsync(InstanceAttributeName.InstanceInitiatedShutdownBehavior, "explode"), "InvalidParameterValue");
        (await world.Ec2.DescribeInstanceAttributeAsync(new() { InstanceId = id, Attribute = InstanceAttributeName.InstanceInitiatedShutdownBehavior }, world.Caller, None))
            .InstanceInitiatedShutdownBehavior?.Value.ShouldBe("terminate");
        await world.Ec2.StopInstancesAsync(new() { InstanceIds = [id] }, world.Caller, None);
    }

    [Fact]
    public async Task A_launch_template_says_how_metadata_is_asked_for_and_what_the_interface_has()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var group = (await world.Ec2.CreateSecurityGroupAsync(new() { GroupName = "web", Description = "web" }, world.Caller, None)).GroupId ?? "";
        var template = (await world.Ec2.CreateLaunchTemplateAsync(new()
        {
            LaunchTemplateName = "web",
            LaunchTemplateData = new()
            {
                ImageId = await ImageAsync(world), InstanceType = "t3.micro", DisableApiTermination = true, InstanceInitiatedShutdownBehavior = ShutdownBehavior.Terminate,
                MetadataOptions = new() { HttpTokens = LaunchTemplateHttpTokensState.Required, HttpPutResponseHopLimit = 2 },
                NetworkInterfaces = [new() { DeviceIndex = 0, AssociatePublicIpAddress = false, Groups = [group] }],
                TagSpecifications = [new() { ResourceType = "volume", Tags = [new() { Key = "a", Value = "b" }] }, new() { ResourceType = "network-interface", Tags = [new() { Key = "c", Value = "d" }] }],
            },
        }, world.Caller, None)).LaunchTemplate?.LaunchTemplateId;
        var made = (await world.Ec2.RunInstancesAsync(new() { MinCount = 1, MaxCount = 1, LaunchTemplate = new() { LaunchTemplateId = template } }, world.Caller, None)).Instances?[0] ?? new();
        (made.MetadataOptions?.HttpTokens, made.MetadataOptions?.HttpPutResponseHopLimit).ShouldBe((HttpTokensState.Required, 2));
        (made.PublicIpAddress, made.SecurityGroups?.Single().GroupId).ShouldBe((null, group));
        made.Tags.GetValueOrDefault().Select(t => (t.Key, t.Value)).ShouldBe([("aws:ec2launchtemplate:id", template), ("aws:ec2launchtemplate:version", "1")]);
        await Ec2Fixture.RefusedAsync(world.Ec2.TerminateInstancesAsync(new() { InstanceIds = [made.InstanceId ?? ""] }, world.Caller, None), "OperationNotPermitted");
        var nic = made.NetworkInterfaces?[0].NetworkInterfaceId ?? "";
        var found = (await world.Ec2.DescribeNetworkInterfacesAsync(new() { Filters = [By("tag:c", "d"), By("group-id", group), By("attachment.instance-id", made.InstanceId ?? "")] }, world.Caller, None)).NetworkInterfaces ?? [];
        found.ShouldHaveSingleItem().NetworkInterfaceId.ShouldBe(nic);
    }

    [Fact]
    public async Task The_address_of_an_interface_may_be_said_in_a_list_and_a_second_one_is_not_to_be_had()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var subnet = await world.SubnetAsync();
        var prefix = (subnet.CidrBlock ?? "")[..^"0/20".Length];
        async Task<NetworkInterface?> MakeAsync(params PrivateIpAddressSpecification[] addresses) => (await world.Ec2.CreateNetworkInterfaceAsync(
            new() { SubnetId = subnet.SubnetId ?? "", PrivateIpAddresses = [.. addresses] }, world.Caller, None)).NetworkInterface;
        (await MakeAsync(new PrivateIpAddressSpecification { Primary = true, PrivateIpAddress = prefix + "50" }))?.PrivateIpAddress.ShouldBe(prefix + "50");
        await Ec2Fixture.RefusedAsync(MakeAsync(
            new PrivateIpAddressSpecification { Primary = true, PrivateIpAddress = prefix + "51" }, new PrivateIpAddressSpecification { PrivateIpAddress = prefix + "52" }), "UnsupportedOperation");
    }

    [Fact]
    public async Task One_with_an_interface_that_was_there_before_needs_no_default_vpc()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var image = await ImageAsync(world);
        foreach (var old in (await world.Ec2.DescribeSubnetsAsync(new(), world.Caller, None)).Subnets ?? []) await world.Ec2.DeleteSubnetAsync(new() { SubnetId = old.SubnetId ?? "" }, world.Caller, None);
        var vpc = (await world.Ec2.CreateVpcAsync(new() { CidrBlock = "10.0.0.0/16" }, world.Caller, None)).Vpc?.VpcId ?? "";
        var subnet = (await world.Ec2.CreateSubnetAsync(new() { VpcId = vpc, CidrBlock = "10.0.1.0/24" }, world.Caller, None)).Subnet?.SubnetId ?? "";
        var nic = await world.InterfaceAsync(subnet);
        var made = (await RunAsync(world, image: image, more: r => r with { NetworkInterfaces = [new() { DeviceIndex = 0, NetworkInterfaceId = nic.NetworkInterfaceId }] }))[0];
        (made.SubnetId, made.PrivateIpAddress).ShouldBe((subnet, nic.PrivateIpAddress));
    }

    [Fact]
    public async Task Addresses_of_the_internet_have_names_where_the_vpc_gives_names()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var image = await ImageAsync(world);
        var named = (await RunAsync(world, image: image))[0];
        named.PublicDnsName.ShouldBe($"ec2-{named.PublicIpAddress?.Replace('.', '-')}.compute-1.amazonaws.com");
        var vpc = (await world.Ec2.CreateVpcAsync(new() { CidrBlock = "10.0.0.0/16" }, world.Caller, None)).Vpc?.VpcId ?? "";
        var subnet = (await world.Ec2.CreateSubnetAsync(new() { VpcId = vpc, CidrBlock = "10.0.1.0/24" }, world.Caller, None)).Subnet?.SubnetId ?? "";
        await world.Ec2.ModifySubnetAttributeAsync(new() { SubnetId = subnet, MapPublicIpOnLaunch = new() { Value = true } }, world.Caller, None);
        var nameless = (await RunAsync(world, image: image, more: r => r with { SubnetId = subnet }))[0];
        nameless.PublicIpAddress.ShouldNotBeNull();
        nameless.PublicDnsName.ShouldBe("");
    }
}
