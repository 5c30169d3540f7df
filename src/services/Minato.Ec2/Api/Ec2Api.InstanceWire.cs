using System.Globalization;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

// How instances are shown.
internal sealed partial class Ec2Api
{
    private static Instance ToWire(IReadState state, MachineState machine) => machine.Body is { } body ? Played(state, machine, body) : new()
    {
        InstanceId = machine.Key.Id,
        InstanceType = machine.Type,
        ImageId = machine.ImageId,
        LaunchTime = machine.LaunchedAt,
        State = ToWire(InstanceStateName.Running),
        Placement = new() { AvailabilityZone = machine.AvailabilityZone, Tenancy = Tenancy.Default },
        VpcId = machine.VpcId,
        SubnetId = machine.SubnetId,
        PrivateIpAddress = machine.Address,
        PrivateDnsName = $"{machine.Key.Id}.{machine.Key.Region}.compute.internal",
        SecurityGroups = [],
        NetworkInterfaces = [],
        SourceDestCheck = true,
        ClientToken = machine.ClientToken,
        InstanceLifecycle = machine.IsSpot ? InstanceLifecycleType.Spot : null,
        Tags = ToWire(TagsOf(state, machine.Key)),
    };

    private static Instance Played(IReadState state, MachineState machine, MachineBody body)
    {
        var nic = body.State is InstanceStateName.Terminated ? null : state.Find(Ec2Tables.Interfaces, machine.Key with { Id = body.InterfaceId });
        var address = nic is null ? null : AssociationOf(state, nic);
        var dns = nic is null ? "" : DnsNameOf(nic.PrivateIpAddress, machine.Key.Region);
        return new()
        {
            InstanceId = machine.Key.Id,
            InstanceType = machine.Type,
            ImageId = machine.ImageId,
            AmiLaunchIndex = body.LaunchIndex,
            KeyName = body.KeyName,
            LaunchTime = machine.LaunchedAt,
            State = ToWire(body.State),
            StateReason = body.Reason is null ? null : new() { Code = body.ReasonCode, Message = body.Reason },
            StateTransitionReason = TransitionOf(body),
            Placement = new() { AvailabilityZone = machine.AvailabilityZone, GroupName = "", Tenancy = Tenancy.Default },
            Monitoring = new() { State = MonitoringState.Disabled },
            Architecture = ArchitectureOf(machine.Type),
            Hypervisor = HypervisorType.Xen,
            VirtualizationType = VirtualizationType.Hvm,
            RootDeviceType = DeviceType.Ebs,
            RootDeviceName = RootDevice,
            BlockDeviceMappings = [],
            EbsOptimized = false,
            EnaSupport = true,
            ProductCodes = [],
            VpcId = nic?.VpcId,
            SubnetId = nic?.SubnetId,
            PrivateIpAddress = nic?.PrivateIpAddress,
            PrivateDnsName = dns,
            PublicIpAddress = address?.PublicIp,
            PublicDnsName = address?.PublicDnsName ?? "",
            SecurityGroups = nic is null ? [] : GroupsOf(state, nic),
            NetworkInterfaces = nic is null ? [] : [ToInstanceWire(state, nic, dns)],
            SourceDestCheck = nic is null ? null : !nic.HasNoSourceDestCheck,
            IamInstanceProfile = body.ProfileArn is null ? null : new() { Arn = body.ProfileArn, Id = "AIPA" + machine.Key.Id[2..].ToUpperInvariant() },
            ClientToken = machine.ClientToken,
            InstanceLifecycle = machine.IsSpot ? InstanceLifecycleType.Spot : null,
            MetadataOptions = ToWire(body.Metadata),
            Tags = ToWire(TagsOf(state, machine.Key)),
        };
    }

    private static string TransitionOf(MachineBody body) => body is { ReasonCode: "Client.UserInitiatedShutdown" }
        ? body.EndedAt is { } at ? $"User initiated ({at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} GMT)" : "User initiated"
        : body.Reason ?? "";

    private static InstanceNetworkInterface ToInstanceWire(IReadState state, InterfaceState nic, string dns)
    {
        var association = AssociationOf(state, nic) is { } a
            ? new InstanceNetworkInterfaceAssociation { IpOwnerId = a.IpOwnerId, PublicDnsName = a.PublicDnsName, PublicIp = a.PublicIp } : null;
        return new()
        {
            NetworkInterfaceId = nic.Key.Id,
            OwnerId = nic.Key.AccountId,
            Description = nic.Description,
            InterfaceType = "interface",
            MacAddress = nic.MacAddress,
            PrivateIpAddress = nic.PrivateIpAddress,
            PrivateDnsName = dns,
            PrivateIpAddresses = [new() { Primary = true, PrivateIpAddress = nic.PrivateIpAddress, PrivateDnsName = dns, Association = association }],
            Ipv6Addresses = [],
            Groups = GroupsOf(state, nic),
            Association = association,
            Attachment = new()
            {
                AttachmentId = nic.Attachment?.Id, AttachTime = nic.Attachment?.At, DeleteOnTermination = nic.Attachment?.DeleteOnTermination,
                DeviceIndex = nic.Attachment?.DeviceIndex, NetworkCardIndex = 0, Status = AttachmentStatus.Attached,
            },
            SourceDestCheck = !nic.HasNoSourceDestCheck,
            Status = NetworkInterfaceStatus.InUse,
            SubnetId = nic.SubnetId,
            VpcId = nic.VpcId,
        };
    }

    private static InstanceMetadataOptionsResponse ToWire(MetadataOptions options) => new()
    {
        State = InstanceMetadataOptionsState.Applied,
        HttpTokens = options.NeedsToken ? HttpTokensState.Required : HttpTokensState.Optional,
        HttpPutResponseHopLimit = options.HopLimit,
        HttpEndpoint = options.IsOn ? InstanceMetadataEndpointState.Enabled : InstanceMetadataEndpointState.Disabled,
        HttpProtocolIpv6 = InstanceMetadataProtocolState.Disabled,
        InstanceMetadataTags = options.ShowsTags ? InstanceMetadataTagsState.Enabled : InstanceMetadataTagsState.Disabled,
    };

    private static InstanceState ToWire(InstanceStateName state) => new()
    {
        Name = state,
        Code = state switch
        {
            InstanceStateName.Pending => 0,
            InstanceStateName.Running => 16,
            InstanceStateName.ShuttingDown => 32,
            InstanceStateName.Terminated => 48,
            InstanceStateName.Stopping => 64,
            _ => 80,
        },
    };

    private static ArchitectureValues ArchitectureOf(string type) =>
        InstanceTypes.All.GetValueOrDefault(type)?.Architecture is "arm64" ? ArchitectureValues.Arm64 : ArchitectureValues.X8664;

    /// <summary>AWS: empty where the VPC gives no names.</summary>
    private static string PublicNameIn(IReadState state, InterfaceState nic, string address) =>
        state.Find(Ec2Tables.Vpcs, nic.Key with { Id = nic.VpcId }) is { EnableDnsHostnames: true, EnableDnsSupport: true } ? PublicNameOf(address, nic.Key.Region) : "";

    internal static string PublicNameOf(string address, string region) =>
        $"ec2-{address.Replace('.', '-')}.{(region is "us-east-1" ? "compute-1" : $"{region}.compute")}.amazonaws.com";
}
