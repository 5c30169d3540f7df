using System.Reflection;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Minato.Contracts.Ec2;
using Minato.Contracts.Iam;
using Minato.Engines.Containers;
using Minato.Engines.Inside;

namespace Minato.Ec2.Tests;

/// <summary>Instances that containers play.</summary>
public sealed class InstanceTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static async Task<string> ImageAsync(Ec2Fixture world, SimImage? image = null)
    {
        world.Host.AddImage(image ?? new("legacy:1") { PullTime = TimeSpan.Zero });
        return (await world.Ec2.RegisterImageAsync(new() { Name = "legacy", ImageLocation = "legacy:1" }, world.Caller, None)).ImageId ?? "";
    }

    private static async Task<Instance> RunAsync(Ec2Fixture world, string image, Func<RunInstancesRequest, RunInstancesRequest>? more = null)
    {
        var request = new RunInstancesRequest { ImageId = image, InstanceType = "t3.micro", MinCount = 1, MaxCount = 1 };
        return (await world.Ec2.RunInstancesAsync(more?.Invoke(request) ?? request, world.Caller, None)).Instances?[0] ?? throw new InvalidOperationException();
    }

    private static async Task<Instance> ShowAsync(Ec2Fixture world, string id) =>
        (await world.Ec2.DescribeInstancesAsync(new() { InstanceIds = [id] }, world.Caller, None)).Reservations?[0].Instances?[0] ?? throw new InvalidOperationException();

    private static async Task<Instance> UntilAsync(Ec2Fixture world, string? id, InstanceStateName state)
    {
        await Ec2Fixture.EventuallyAsync(async () => (await ShowAsync(world, id ?? "")).State?.Name == state);
        return await ShowAsync(world, id ?? "");
    }

    private static async Task<EngineContainer?> ContainerAsync(Ec2Fixture world, string? id) => await world.Engine.InspectAsync($"minato-{id}", None);

    [Fact]
    public async Task One_of_a_container_image_boots_with_an_address_of_its_subnet_and_its_groups()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var image = await ImageAsync(world);
        var made = await RunAsync(world, image);
        made.State?.Name.ShouldBe(InstanceStateName.Pending);
        var running = await UntilAsync(world, made.InstanceId, InstanceStateName.Running);
        running.PrivateIpAddress.ShouldNotBeNull().ShouldStartWith("172.");
        running.PublicIpAddress.ShouldNotBeNull("default subnets give one").ShouldStartWith("198.1");
        running.SecurityGroups?.ShouldHaveSingleItem().GroupName.ShouldBe("default");
        var nic = running.NetworkInterfaces.GetValueOrDefault().ShouldHaveSingleItem();
        var shown = (await world.Ec2.DescribeNetworkInterfacesAsync(new() { NetworkInterfaceIds = [nic.NetworkInterfaceId ?? ""] }, world.Caller, None)).NetworkInterfaces?[0];
        (shown?.Attachment?.InstanceId, shown?.Status).ShouldBe((made.InstanceId, NetworkInterfaceStatus.InUse));
        (await ContainerAsync(world, made.InstanceId))?.Phase.ShouldBe(ContainerPhase.Running);
    }

    [Fact]
    public async Task After_a_reset_one_boots_in_the_new_network_of_the_same_range()
    {
        await using var world = await Ec2Fixture.StartAsync();
        await UntilAsync(world, (await RunAsync(world, await ImageAsync(world))).InstanceId, InstanceStateName.Running);
        await world.Platform.ResetAsync(None);
        await Ec2Fixture.EventuallyAsync(async () => (await world.Engine.UsedRangesAsync(None)).Count == 0);
        var again = await UntilAsync(world, (await RunAsync(world, await ImageAsync(world))).InstanceId, InstanceStateName.Running);
        again.PrivateIpAddress.ShouldNotBeNull().ShouldStartWith("172.31.");
    }

    [Fact]
    public async Task Stopped_it_keeps_its_private_address_and_files_and_gives_back_the_public_one()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var before = await UntilAsync(world, (await RunAsync(world, await ImageAsync(world))).InstanceId, InstanceStateName.Running);
        var id = before.InstanceId ?? "";
        var container = await ContainerAsync(world, id);
        var change = (await world.Ec2.StopInstancesAsync(new() { InstanceIds = [id] }, world.Caller, None)).StoppingInstances?[0];
        (change?.PreviousState?.Code, change?.CurrentState?.Code).ShouldBe((16, 64));
        var stopped = await UntilAsync(world, id, InstanceStateName.Stopped);
        (stopped.PrivateIpAddress, stopped.PublicIpAddress).ShouldBe((before.PrivateIpAddress, null));
        stopped.StateReason?.Code.ShouldBe("Client.UserInitiatedShutdown");
        stopped.StateTransitionReason.ShouldNotBeNull().ShouldStartWith("User initiated (");
        (await world.Ec2.StartInstancesAsync(new() { InstanceIds = [id] }, world.Caller, None)).StartingInstances?[0].CurrentState?.Name.ShouldBe(InstanceStateName.Pending);
        var again = await UntilAsync(world, id, InstanceStateName.Running);
        again.PrivateIpAddress.ShouldBe(before.PrivateIpAddress);
        again.PublicIpAddress.ShouldNotBeNull();
        (await ContainerAsync(world, id))?.Id.ShouldBe(container?.Id, "its files are those that it had");
        again.StateReason.ShouldBeNull();
    }

    [Fact]
    public async Task Terminated_it_is_shown_for_an_hour_without_an_address_and_its_interface_is_gone()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var running = await UntilAsync(world, (await RunAsync(world, await ImageAsync(world))).InstanceId, InstanceStateName.Running);
        var id = running.InstanceId ?? "";
        (await world.Ec2.TerminateInstancesAsync(new() { InstanceIds = [id] }, world.Caller, None)).TerminatingInstances?[0].CurrentState?.Name.ShouldBe(InstanceStateName.ShuttingDown);
        var gone = await UntilAsync(world, id, InstanceStateName.Terminated);
        (gone.PrivateIpAddress, gone.NetworkInterfaces?.Length).ShouldBe((null, 0));
        gone.StateReason?.Message.ShouldBe("Client.UserInitiatedShutdown: User initiated shutdown");
        (await ContainerAsync(world, id)).ShouldBeNull();
        await Ec2Fixture.RefusedAsync(world.Ec2.DescribeNetworkInterfacesAsync(
            new() { NetworkInterfaceIds = [running.NetworkInterfaces?[0].NetworkInterfaceId ?? ""] }, world.Caller, None), "InvalidNetworkInterfaceID.NotFound");
        await Ec2Fixture.RefusedAsync(world.Ec2.StartInstancesAsync(new() { InstanceIds = [id] }, world.Caller, None), "IncorrectInstanceState");
    }

    [Fact]
    public async Task One_that_is_protected_is_not_terminated_until_the_protection_is_off()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var id = (await RunAsync(world, await ImageAsync(world), r => r with { DisableApiTermination = true })).InstanceId ?? "";
        await Ec2Fixture.RefusedAsync(world.Ec2.TerminateInstancesAsync(new() { InstanceIds = [id] }, world.Caller, None), "OperationNotPermitted");
        await world.Ec2.ModifyInstanceAttributeAsync(new() { InstanceId = id, DisableApiTermination = new() { Value = false } }, world.Caller, None);
        await world.Ec2.TerminateInstancesAsync(new() { InstanceIds = [id] }, world.Caller, None);
        await UntilAsync(world, id, InstanceStateName.Terminated);
    }

    [Theory]
    [InlineData(null, InstanceStateName.Stopped)]
    [InlineData(ShutdownBehavior.Terminate, InstanceStateName.Terminated)]
    public async Task When_its_first_process_ends_it_has_shut_itself_down(ShutdownBehavior? behavior, InstanceStateName state)
    {
        await using var world = await Ec2Fixture.StartAsync();
        var image = await ImageAsync(world, new("legacy:1") { PullTime = TimeSpan.Zero, RunsFor = TimeSpan.FromMilliseconds(200) });
        var id = (await RunAsync(world, image, r => r with { InstanceInitiatedShutdownBehavior = behavior })).InstanceId;
        (await UntilAsync(world, id, state)).StateReason?.Code.ShouldBe("Client.InstanceInitiatedShutdown");
    }

    [Fact]
    public async Task One_that_cannot_be_launched_is_terminated_and_says_why()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var image = (await world.Ec2.RegisterImageAsync(new() { Name = "nothing", ImageLocation = "nobody/has:this" }, world.Caller, None)).ImageId ?? "";
        var gone = await UntilAsync(world, (await RunAsync(world, image)).InstanceId, InstanceStateName.Terminated);
        gone.StateReason?.Code.ShouldBe("Server.InternalError");
        gone.StateReason?.Message.ShouldNotBeNull().ShouldContain("manifest unknown");
    }

    [Fact]
    public async Task A_reboot_starts_it_again_with_everything_it_has()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var before = await UntilAsync(world, (await RunAsync(world, await ImageAsync(world))).InstanceId, InstanceStateName.Running);
        var started = (await ContainerAsync(world, before.InstanceId))?.StartedAt;
        await world.Ec2.RebootInstancesAsync(new() { InstanceIds = [before.InstanceId ?? ""] }, world.Caller, None);
        await Ec2Fixture.EventuallyAsync(async () => await ContainerAsync(world, before.InstanceId) is { Phase: ContainerPhase.Running, StartedAt: { } at } && at > started);
        var after = await ShowAsync(world, before.InstanceId ?? "");
        (after.State?.Name, after.PrivateIpAddress, after.PublicIpAddress).ShouldBe((InstanceStateName.Running, before.PrivateIpAddress, before.PublicIpAddress));
    }

    [Fact]
    public async Task An_image_of_an_instance_holds_its_files_and_others_start_from_it()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var id = (await UntilAsync(world, (await RunAsync(world, await ImageAsync(world))).InstanceId, InstanceStateName.Running)).InstanceId ?? "";
        var made = (await world.Ec2.CreateImageAsync(new() { InstanceId = id, Name = "golden" }, world.Caller, None)).ImageId ?? "";
        await Ec2Fixture.EventuallyAsync(async () => (await ImagesAsync([made]))[0].State is ImageState.Available);
        (await ImagesAsync([made]))[0].SourceInstanceId.ShouldBe(id);
        await UntilAsync(world, id, InstanceStateName.Running);
        await UntilAsync(world, (await RunAsync(world, made)).InstanceId, InstanceStateName.Running);
        (await Ec2Fixture.RefusedAsync(world.Ec2.CreateImageAsync(new() { InstanceId = id, Name = "golden" }, world.Caller, None), "InvalidAMIName.Duplicate")).Message.ShouldContain(made);
        await world.Ec2.DeregisterImageAsync(new() { ImageId = made }, world.Caller, None);
        await Ec2Fixture.RefusedAsync(ImagesAsync([made]), "InvalidAMIID.NotFound");

        async Task<IReadOnlyList<Image>> ImagesAsync(string[] ids) =>
            (await world.Ec2.DescribeImagesAsync(new() { ImageIds = [.. ids] }, world.Caller, None)).Images.GetValueOrDefault();
    }

    [Fact]
    public async Task The_console_has_what_its_first_process_wrote()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var image = await ImageAsync(world, new("legacy:1") { PullTime = TimeSpan.Zero, Lines = [new(TimeSpan.Zero, "Welcome to legacy")] });
        var id = (await UntilAsync(world, (await RunAsync(world, image)).InstanceId, InstanceStateName.Running)).InstanceId ?? "";
        await Ec2Fixture.EventuallyAsync(async () =>
        {
            var console = await world.Ec2.GetConsoleOutputAsync(new() { InstanceId = id }, world.Caller, None);
            return Encoding.UTF8.GetString(Convert.FromBase64String(console.Output ?? "")).Contains("Welcome to legacy", StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task An_instance_learns_of_itself_by_its_address_with_a_token_when_tokens_are_required()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var made = await RunAsync(world, await ImageAsync(world), r => r with
        {
            UserData = Convert.ToBase64String("#!/bin/sh\n"u8), MetadataOptions = new() { HttpTokens = HttpTokensState.Required, HttpPutResponseHopLimit = 2 },
        });
        var instance = await UntilAsync(world, made.InstanceId, InstanceStateName.Running);
        var vpc = await world.DefaultVpcAsync();
        var network = new InsideNetwork.Bridge(vpc.CidrBlock ?? "", vpc.CidrBlock?.Replace(".0.0/16", ".0.1", StringComparison.Ordinal) ?? "");
        var address = instance.PrivateIpAddress ?? "";

        (await AskAsync("/latest/meta-data/instance-id")).Status.ShouldBe(401);
        (await AskAsync("/latest/api/token", "PUT")).Status.ShouldBe(400);
        (await AskAsync("/latest/api/token", "PUT", ("x-aws-ec2-metadata-token-ttl-seconds", "21601"))).Status.ShouldBe(400);
        (await AskAsync("/latest/api/token", "PUT", ("x-aws-ec2-metadata-token-ttl-seconds", "60"), ("x-forwarded-for", "1.2.3.4"))).Status.ShouldBe(403);
        var issued = await AskAsync("/latest/api/token", "PUT", ("x-aws-ec2-metadata-token-ttl-seconds", "60"));
        (issued.Status, issued.HopLimit).ShouldBe((200, 2));
        var token = Encoding.UTF8.GetString(issued.Body.Span);
        (await ReadAsync("/latest/meta-data/instance-id")).ShouldBe(instance.InstanceId);
        (await ReadAsync("/2021-01-03/meta-data/local-ipv4")).ShouldBe(address);
        (await ReadAsync("/latest/meta-data/placement/")).ShouldBe("availability-zone\navailability-zone-id\nregion");
        (await ReadAsync("/latest/meta-data/")).Split('\n').ShouldContain("network/");
        (await ReadAsync("/latest/user-data")).ShouldBe("#!/bin/sh\n");
        (await ReadAsync("/latest/dynamic/instance-identity/document")).ShouldContain($"\"instanceId\":\"{instance.InstanceId}\"");
        (await AskAsync("/latest/meta-data/iam/security-credentials/", "GET", ("x-aws-ec2-metadata-token", token))).Status.ShouldBe(404, "it has no role");
        (await AskAsync("/latest/meta-data/instance-id", "GET", ("x-aws-ec2-metadata-token", token[..^4] + "AAA="))).Status.ShouldBe(401);
        (await world.Inside.AskAsync(InsideDoor.Instance, new(network, "172.31.99.99", "GET", "/latest/meta-data/instance-id", default))).Status.ShouldBe(404, "nobody is there");

        await world.Ec2.ModifyInstanceMetadataOptionsAsync(new() { InstanceId = instance.InstanceId ?? "", HttpEndpoint = InstanceMetadataEndpointState.Disabled }, world.Caller, None);
        (await AskAsync("/latest/meta-data/instance-id", "GET", ("x-aws-ec2-metadata-token", token))).Status.ShouldBe(403);

        async Task<string> ReadAsync(string path) => Encoding.UTF8.GetString((await AskAsync(path, "GET", ("x-aws-ec2-metadata-token", token))).Body.Span);

        Task<InsideAnswer> AskAsync(string path, string method = "GET", params (string Name, string Value)[] headers) => world.Inside.AskAsync(
            InsideDoor.Instance, new(network, address, method, path, default) { Headers = headers.ToDictionary(h => h.Name, h => h.Value) });
    }

    /// <summary>IAM with one instance profile, whose role has another name.</summary>
    public class OneProfile : DispatchProxy
    {
        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod?.Name is not nameof(IIam.GetInstanceProfileAsync) || args?[0] is not GetInstanceProfileRequest { InstanceProfileName: "agents" }) throw new NoSuchEntityException();
            var role = new Role { Path = "/", RoleName = "agents-role", RoleId = "AROA1", Arn = "arn:aws:iam::123456789012:role/agents-role", CreateDate = DateTimeOffset.UnixEpoch };
            return Task.FromResult(new GetInstanceProfileResponse
            {
                InstanceProfile = new() { Path = "/", InstanceProfileName = "agents", InstanceProfileId = "AIPA1", Arn = "arn:aws:iam::123456789012:instance-profile/agents", CreateDate = DateTimeOffset.UnixEpoch, Roles = [role] },
            });
        }
    }

    [Fact]
    public async Task The_role_of_an_instance_is_that_of_its_profile_whatever_its_name()
    {
        await using var world = await Ec2Fixture.StartAsync(more: s => s.AddSingleton(DispatchProxy.Create<IIam, OneProfile>()));
        var made = await RunAsync(world, await ImageAsync(world), r => r with { IamInstanceProfile = new() { Name = "agents" } });
        var instance = await UntilAsync(world, made.InstanceId, InstanceStateName.Running);
        var vpc = await world.DefaultVpcAsync();
        var network = new InsideNetwork.Bridge(vpc.CidrBlock ?? "", vpc.CidrBlock?.Replace(".0.0/16", ".0.1", StringComparison.Ordinal) ?? "");
        (await ReadAsync("iam/security-credentials/")).ShouldBe("agents-role");
        (await ReadAsync("public-hostname")).ShouldBe(instance.PublicDnsName);
        (await ReadAsync($"network/interfaces/macs/{instance.NetworkInterfaces?[0].MacAddress}/ipv4-associations/{instance.PublicIpAddress}")).ShouldBe(instance.PrivateIpAddress);

        async Task<string> ReadAsync(string path) => Encoding.UTF8.GetString((await world.Inside.AskAsync(
            InsideDoor.Instance, new(network, instance.PrivateIpAddress ?? "", "GET", "/latest/meta-data/" + path, default))).Body.Span);
    }

    [Fact]
    public async Task What_cannot_be_is_refused_before_anything_is_made()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var image = await ImageAsync(world);
        await Ec2Fixture.RefusedAsync(RunAsync(world, image, r => r with { UserData = "%%%" }), "InvalidParameterValue");
        await Ec2Fixture.RefusedAsync(RunAsync(world, image, r => r with { UserData = Convert.ToBase64String(new byte[16 * 1024 + 1]) }), "InvalidParameterValue");
        await Ec2Fixture.RefusedAsync(RunAsync(world, image, r => r with { MetadataOptions = new() { HttpPutResponseHopLimit = 65 } }), "InvalidParameterValue");
        await Ec2Fixture.RefusedAsync(RunAsync(world, image, r => r with { SecurityGroupIds = ["sg-0"] }), "InvalidGroup.NotFound");
        await Ec2Fixture.RefusedAsync(world.Ec2.RegisterImageAsync(new() { Name = "legacy", ImageLocation = "legacy:2" }, world.Caller, None), "InvalidAMIName.Duplicate");
        var carved = (await RunAsync(world, "ami-of-nobody")).InstanceId ?? "";
        await Ec2Fixture.RefusedAsync(world.Ec2.StopInstancesAsync(new() { InstanceIds = [carved] }, world.Caller, None), "UnsupportedOperation");
        (await world.Ec2.DescribeNetworkInterfacesAsync(new(), world.Caller, None)).NetworkInterfaces.GetValueOrDefault().ShouldBeEmpty();
    }
}
