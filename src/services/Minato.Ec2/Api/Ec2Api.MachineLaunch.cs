using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

// What an instance is started with that a container plays.
internal sealed partial class Ec2Api
{
    private const int LongestHops = 64;

    private static InstanceNetworkInterfaceSpecification? First(RunInstancesRequest request) =>
        request.NetworkInterfaces.OrNone().OrderBy(n => n.DeviceIndex ?? 0).FirstOrDefault();

    /// <summary>Everything that may be refused before anything is made.</summary>
    private async ValueTask PrepareAsync(StoredImage image, RunInstancesRequest request, Caller caller, CancellationToken ct)
    {
        if (image.State is not ImageState.Available)
            throw new AwsException("InvalidAMIID.Unavailable", $"The image ID '{image.Key.Id}' is not available");
        if (request.NetworkInterfaces.OrNone().Length > 1) throw Ec2Errors.Unsupported("An instance has one network interface here.");
        if (request.NetworkInterfaces.OrNone().Length > 0 && (request.SubnetId is not null || request.SecurityGroupIds is { Length: > 0 } || request.SecurityGroups is { Length: > 0 }))
        {
            throw new AwsException("InvalidParameterCombination",
                "Network interfaces and an instance-level subnet ID or security groups may not be specified on the same request");
        }
        if (request.UserData is { } text)
        {
            if (UserData.Decode(text) is not { } data) throw Ec2Errors.Invalid("Invalid BASE64 encoding of user data.");
            if (data.Length > UserData.MaxBytes) throw Ec2Errors.Invalid($"User data is limited to {UserData.MaxBytes} bytes");
        }
        CheckHops(request.MetadataOptions?.HttpPutResponseHopLimit);
        await enforcement.DemandAsync(SubnetFor(store.Current, request, caller).VpcId, ct);
    }

    private static void CheckHops(int? hops)
    {
        if (hops is < 1 or > LongestHops)
            throw Ec2Errors.Invalid($"A value of '{hops}' is not valid for HttpPutResponseHopLimit. Specify a value between 1 and {LongestHops} inclusive.");
    }

    private static InterfaceState InterfaceOf(IReadState state, Caller caller, string id) =>
        state.Find(Ec2Tables.Interfaces, KeyOf(caller, id)) ?? throw Ec2Errors.InterfaceNotFound(id);

    private InterfaceState NicFor(Transaction tx, RunInstancesRequest request, ResourceKey machine, StoredSubnet subnet, Caller caller)
    {
        var asked = First(request);
        var nic = asked?.NetworkInterfaceId is { } id ? InterfaceOf(tx, caller, id) : NewInterface(tx, new()
        {
            SubnetId = subnet.Key.Id, PrivateIpAddress = asked?.PrivateIpAddress ?? request.PrivateIpAddress, Description = asked?.Description,
            PrivateIpAddresses = asked?.PrivateIpAddresses, SecondaryPrivateIpAddressCount = asked?.SecondaryPrivateIpAddressCount,
            Ipv6AddressCount = asked?.Ipv6AddressCount ?? request.Ipv6AddressCount, Ipv6Addresses = asked?.Ipv6Addresses ?? request.Ipv6Addresses,
            Groups = asked?.Groups ?? GroupIds(tx, request, subnet, caller),
        }, caller) with { RequesterId = null };
        if (IsInUse(nic)) throw new AwsException("InvalidNetworkInterface.InUse", $"Interface: [{nic.Key.Id}] in use.");
        var isOwn = asked?.NetworkInterfaceId is null; // AWS: one that was there before stays after it.
        nic = nic with
        {
            Attachment = new(DefaultVpc.NewId("eni-attach", ids), machine.Id, asked?.DeviceIndex ?? 0, clock.GetUtcNow(), asked?.DeleteOnTermination ?? isOwn),
        };
        tx.Put(Ec2Tables.Interfaces, nic);
        if (isOwn) PutTags(tx, nic.Key, TagsFrom(request.TagSpecifications, "network-interface", caller.MaySetSystemTags, s_launched));
        return nic;
    }

    private static ImmutableArray<string>? GroupIds(IReadState state, RunInstancesRequest request, StoredSubnet subnet, Caller caller)
    {
        if (request.SecurityGroups is not { Length: > 0 } names) return request.SecurityGroupIds;
        var named = names.Select(n => state.Where(Ec2Tables.SecurityGroupsByName, (subnet.VpcId, n)).FirstOrDefault(g => g.Key.Home == HomeOf(caller))?.Key.Id
            ?? throw Ec2Errors.GroupNameNotFound(n, subnet.VpcId));
        return [.. request.SecurityGroupIds ?? [], .. named];
    }

    private static MachineBody BodyOf(
        RunInstancesRequest request, StoredImage image, InterfaceState nic, StoredKeyPair? keys, int index, StoredSubnet subnet, Caller caller) => new()
    {
        Image = image.Location,
        InterfaceId = nic.Key.Id,
        LaunchIndex = index,
        KeyName = keys?.Name,
        PublicKey = keys?.Line,
        UserData = string.IsNullOrEmpty(request.UserData) ? null : request.UserData,
        ProfileArn = request.IamInstanceProfile switch
        {
            { Arn: { } arn } => arn,
            { Name: { } name } => $"arn:aws:iam::{caller.AccountId}:instance-profile/{name}",
            _ => null,
        },
        Metadata = Changed(new(), request.MetadataOptions),
        IsTerminatedByShutdown = request.InstanceInitiatedShutdownBehavior is ShutdownBehavior.Terminate,
        DisableApiTermination = request.DisableApiTermination ?? false,
        DisableApiStop = request.DisableApiStop ?? false,
        HasPublicAddress = First(request) is { NetworkInterfaceId: not null } ? false : First(request)?.AssociatePublicIpAddress ?? subnet.MapPublicIpOnLaunch,
        Wanted = InstanceStateName.Running,
        State = InstanceStateName.Pending,
    };

    private static MetadataOptions Changed(MetadataOptions options, InstanceMetadataOptionsRequest? asked) => asked is null ? options : options with
    {
        IsOn = asked.HttpEndpoint is { } endpoint ? endpoint is InstanceMetadataEndpointState.Enabled : options.IsOn,
        NeedsToken = asked.HttpTokens is { } tokens ? tokens is HttpTokensState.Required : options.NeedsToken,
        HopLimit = asked.HttpPutResponseHopLimit ?? options.HopLimit,
        ShowsTags = asked.InstanceMetadataTags is { } tags ? tags is InstanceMetadataTagsState.Enabled : options.ShowsTags,
    };

    /// <summary>AWS: nobody has allocated it, and it lasts until the instance stops.</summary>
    private void GivePublic(Transaction tx, InterfaceState nic, Caller caller)
    {
        if (tx.Count(Ec2Tables.AddressesByInterface, nic.Key.Id) > 0) return;
        tx.Put(Ec2Tables.Addresses, NewAddress(tx, caller) with
        {
            IsAutomatic = true, Association = new(DefaultVpc.NewId("eipassoc", ids), nic.Key.Id, nic.PrivateIpAddress),
        });
    }
}
