using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

// Instances carved out of the machine.
internal sealed partial class Ec2Api
{
    private const int MostAtOnce = 100;

    /// <summary>The network that addresses of instances are in: load balancers take theirs anywhere in 127.0.0.0/8.</summary>
    private const string AddressPrefix = "127.88";

    /// <summary>The tag of an instance that is another machine, with that machine's address.</summary>
    private const string AddressTag = "minato:address";

    /// <summary>What a launch makes, or would make on AWS, and can be tagged with it.</summary>
    private static readonly string[] s_launched = ["instance", "network-interface", "volume", "spot-instances-request", "elastic-gpu"];

    public async Task<RunInstancesResponse> RunInstancesAsync(RunInstancesRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        request = WithTemplate(store.Current, request, caller);
        EndIfDryRun(request.DryRun);
        if (request.MinCount < 1 || request.MaxCount < request.MinCount || request.MaxCount > MostAtOnce)
            throw Ec2Errors.Invalid($"Value ({request.MinCount}) for parameter minCount is invalid.");
        var type = request.InstanceType ?? "m1.small";
        if (!InstanceTypes.All.ContainsKey(type)) throw Ec2Errors.Invalid($"Invalid value '{type}' for InstanceType.");
        var tags = TagsFrom(request.TagSpecifications, "instance", caller.MaySetSystemTags, s_launched);
        var image = request.ImageId is { } ami ? store.Current.Find(Ec2Tables.Images, KeyOf(caller, ami)) : null;
        if (image is not null) await PrepareAsync(image, request, caller, ct);
        var made = await store.UpdateAsync(tx =>
        {
            if (request.ClientToken is { } token && tx.Where(Ec2Tables.MachinesByClientToken, $"{caller.AccountId}/{caller.Region}/{token}").ToImmutableArray() is { IsEmpty: false } same) return same;
            var subnet = SubnetFor(tx, request, caller);
            var reservation = DefaultVpc.NewId("r", ids);
            var machines = Enumerable.Range(0, request.MaxCount)
                .Select(i => NewMachine(tx, request, image, (type, reservation, i), subnet, AddressFrom(tags), caller)).ToImmutableArray();
            foreach (var machine in machines) PutTags(tx, machine.Key, tags.SetItems(TemplateTags(tx, request, caller)));
            return machines;
        }, ct);
        var state = store.Current;
        return new()
        {
            ReservationId = made[0].ReservationId, OwnerId = caller.AccountId, Groups = [], Instances = [.. made.Select(m => ToWire(state, m))],
        };
    }

    public async Task<TerminateInstancesResponse> TerminateInstancesAsync(TerminateInstancesRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        var changes = await store.UpdateAsync(tx => request.InstanceIds.Distinct(StringComparer.Ordinal).Select(id =>
        {
            if (id == HostId(HomeOf(caller)))
                throw new AwsException("OperationNotPermitted", $"The instance '{id}' is the machine Minato runs on and may not be terminated.");
            return End(tx, tx.Find(Ec2Tables.Machines, KeyOf(caller, id)) ?? throw Ec2Errors.InstanceNotFound(id));
        }).ToImmutableArray(), ct);
        foreach (var changed in changes) hints.Publish(Ec2Room.InstanceTopic, changed.InstanceId ?? "");
        return new() { TerminatingInstances = changes };
    }

    /// <summary>A carved one is gone at once; what plays another one has to be stopped first.</summary>
    private static InstanceStateChange End(Transaction tx, MachineState machine)
    {
        if (machine.Body is not { } body)
        {
            tx.Delete(Ec2Tables.Machines, machine.Key);
            tx.Delete(Ec2Tables.Tags, machine.Key);
            return Changed(machine.Key.Id, InstanceStateName.Running, InstanceStateName.Terminated);
        }
        if (body.DisableApiTermination)
        {
            throw new AwsException("OperationNotPermitted",
                $"The instance '{machine.Key.Id}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.");
        }
        if (body.Wanted is InstanceStateName.Terminated) return Changed(machine.Key.Id, body.State, body.State);
        var now = body with
        {
            Wanted = InstanceStateName.Terminated, State = InstanceStateName.ShuttingDown, DisableApiTermination = false,
            ReasonCode = MachineReason.ByUser.Code, Reason = MachineReason.ByUser.Message,
        };
        tx.Put(Ec2Tables.Machines, machine with { Body = now });
        return Changed(machine.Key.Id, body.State, now.State);
    }

    private static IEnumerable<MachineState> Machines(IReadState state, Caller caller) => state.Where(Ec2Tables.MachinesByHome, HomeOf(caller));

    private static StoredSubnet SubnetFor(IReadState state, RunInstancesRequest request, Caller caller)
    {
        if (First(request)?.NetworkInterfaceId is { } nic) return SubnetOf(state, caller, InterfaceOf(state, caller, nic).SubnetId);
        if ((request.SubnetId ?? First(request)?.SubnetId) is { } id) return state.Find(Ec2Tables.Subnets, KeyOf(caller, id)) ?? throw Ec2Errors.SubnetNotFound(id);
        var vpc = state.Find(Ec2Tables.Homes, HomeOf(caller)) is { } home ? Homes.DefaultOf(state, home) : null;
        if (vpc is null) throw Ec2Errors.NoDefaultVpc();
        var zone = request.Placement?.AvailabilityZone;
        if (zone is not null && Places.ZoneLetters.All(l => caller.Region + l != zone)) throw Ec2Errors.Invalid($"Invalid availability zone: [{zone}]");
        return state.Where(Ec2Tables.SubnetsByVpc, vpc.Key.Id).Where(s => s.IsDefault && (zone is null || s.AvailabilityZone == zone))
            .OrderBy(s => s.AvailabilityZone, StringComparer.Ordinal).FirstOrDefault()
            ?? throw new AwsException("MissingInput", $"No subnets found for the default VPC '{vpc.Key.Id}'. Please specify a subnet.");
    }

    private MachineState NewMachine(
        Transaction tx, RunInstancesRequest request, StoredImage? image, (string Type, string Reservation, int Index) launch, StoredSubnet subnet, string? address, Caller caller)
    {
        var key = KeyOf(caller, DefaultVpc.NewId("i", ids));
        var keys = KeyPairFor(tx, caller, request.KeyName);
        var nic = image is null ? null : NicFor(tx, request, key, subnet, caller);
        var machine = new MachineState
        {
            Key = key, ReservationId = launch.Reservation, Type = launch.Type,
            SubnetId = nic?.SubnetId ?? subnet.Key.Id, VpcId = nic?.VpcId ?? subnet.VpcId, AvailabilityZone = nic?.AvailabilityZone ?? subnet.AvailabilityZone,
            Address = nic?.PrivateIpAddress ?? address ?? FreeAddress(tx), LaunchedAt = clock.GetUtcNow(), ImageId = request.ImageId, ClientToken = request.ClientToken,
            IsSpot = request.InstanceMarketOptions?.MarketType == MarketType.Spot,
            Body = nic is null || image is null ? null : BodyOf(request, image, nic, keys, launch.Index, subnet, caller),
        };
        tx.Put(Ec2Tables.Machines, machine);
        if (nic is not null && machine.Body is { HasPublicAddress: true }) GivePublic(tx, nic, caller);
        return machine;
    }

    private static string? AddressFrom(ImmutableSortedDictionary<string, string> tags) => tags.GetValueOrDefault(AddressTag) switch
    {
        null => null,
        var text when IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork => address.ToString(),
        var text => throw Ec2Errors.Invalid($"The tag {AddressTag} says '{text}', which is no IPv4 address."),
    };

    private string FreeAddress(IReadState state)
    {
        while (true)
        {
            var address = $"{AddressPrefix}.{ids.Next(256)}.{1 + ids.Next(254)}";
            if (state.Count(Ec2Tables.MachinesByAddress, address) == 0) return address;
        }
    }
}
