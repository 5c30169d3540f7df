using System.Security.Cryptography;
using System.Text;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

internal sealed partial class Ec2Api
{
    /// <summary>The host listens on loopback for ports of containers in bridge and host mode; that is where targets of it are.</summary>
    private const string HostAddress = "127.0.0.1";

    private static readonly FilterSet<Instance> InstanceFilters = new(
        ("instance-id", i => [i.InstanceId]),
        ("instance-state-name", i => [i.State?.Name?.ToWire()]),
        ("instance-state-code", i => [Text(i.State?.Code)]),
        ("instance-type", i => [i.InstanceType]),
        ("private-ip-address", i => [i.PrivateIpAddress]),
        ("private-dns-name", i => [i.PrivateDnsName]),
        ("vpc-id", i => [i.VpcId]),
        ("subnet-id", i => [i.SubnetId]),
        ("availability-zone", i => [i.Placement?.AvailabilityZone]),
        ("image-id", i => [i.ImageId]),
        ("ip-address", i => [i.PublicIpAddress]),
        ("dns-name", i => [i.PublicDnsName]),
        ("key-name", i => [i.KeyName]),
        ("reservation-id", _ => []),
        ("client-token", i => [i.ClientToken]),
        ("iam-instance-profile.arn", i => [i.IamInstanceProfile?.Arn]),
        ("instance.group-id", i => i.SecurityGroups.OrNone().Select(g => g.GroupId)),
        ("instance.group-name", i => i.SecurityGroups.OrNone().Select(g => g.GroupName)),
        ("network-interface.network-interface-id", i => i.NetworkInterfaces.OrNone().Select(n => n.NetworkInterfaceId)),
        ("owner-id", _ => []));

    public async Task<DescribeInstancesResponse> DescribeInstancesAsync(DescribeInstancesRequest request, Caller caller, CancellationToken ct)
    {
        var home = await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var state = store.Current;
        var host = HostOf(state, home);
        var hostTags = TagsOf(state, KeyOf(caller, HostId(HomeOf(caller))));
        var all = request.InstanceIds is { Length: > 0 } asked
            ? asked.Distinct(StringComparer.Ordinal).Select(id => id == host.InstanceId ? host with { Tags = ToWire(hostTags) }
                : state.Find(Ec2Tables.Machines, KeyOf(caller, id)) is { } one ? ToWire(state, one) : throw Ec2Errors.InstanceNotFound(id))
            : Machines(state, caller).Select(m => ToWire(state, m)).Prepend(host with { Tags = ToWire(hostTags) });
        var passes = InstanceFilters.Compile(request.Filters, i => TagsOf(state, KeyOf(caller, i.InstanceId ?? "")));
        return new() { Reservations = [.. all.Where(passes).Select(i => Reserved(state, caller, i))] };
    }

    private Reservation Reserved(IReadState state, Caller caller, Instance instance) => new()
    {
        ReservationId = state.Find(Ec2Tables.Machines, KeyOf(caller, instance.InstanceId ?? ""))?.ReservationId ?? "r-" + HostId(HomeOf(caller))["i-".Length..],
        OwnerId = caller.AccountId, Groups = [], Instances = [instance],
    };

    /// <summary>Not stored: the same installation names its host the same way for ever, also after a reset.</summary>
    private string HostId(Home home)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{installation.Id}/{home.AccountId}/{home.Region}"));
        return "i-0" + Convert.ToHexStringLower(hash)[..16];
    }

    /// <summary>In the default VPC, as long as there is one.</summary>
    private Instance HostOf(IReadState state, HomeState home)
    {
        var vpc = Homes.DefaultOf(state, home);
        var subnet = vpc is null ? null : state.Where(Ec2Tables.SubnetsByVpc, vpc.Key.Id).OrderBy(s => s.AvailabilityZone, StringComparer.Ordinal).FirstOrDefault();
        return new()
        {
            InstanceId = HostId(home.Home),
            InstanceType = "minato.host", // Not a type of AWS on purpose: what the machine is, its owner knows.
            LaunchTime = vpc?.CreatedAt,
            State = ToWire(InstanceStateName.Running),
            Placement = new() { AvailabilityZone = subnet?.AvailabilityZone ?? home.Home.Region + Places.ZoneLetters[0], Tenancy = Tenancy.Default },
            VpcId = vpc?.Key.Id,
            SubnetId = subnet?.Key.Id,
            PrivateIpAddress = HostAddress,
            PrivateDnsName = "localhost",
            SecurityGroups = vpc is null ? [] : [new() { GroupId = vpc.DefaultSecurityGroupId, GroupName = "default" }],
            NetworkInterfaces = [],
            SourceDestCheck = true,
        };
    }
}
