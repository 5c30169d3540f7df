using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

internal sealed partial class Ec2Api
{
    [GeneratedRegex("^i-[0-9a-f]{8,17}$", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex InstanceId();

    /// <summary>The host listens on loopback for ports of containers in bridge and host mode; that is where targets of it are.</summary>
    private const string HostAddress = "127.0.0.1";

    public async Task<DescribeInstancesResponse> DescribeInstancesAsync(DescribeInstancesRequest request, Caller caller, CancellationToken ct)
    {
        var home = await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        DemandOne(request.InstanceIds, request.MaxResults);
        var state = store.Current;
        var passes = InstanceFilters.Compile(request.Filters, r => TagsOf(state, KeyOf(caller, r.Shown.InstanceId ?? "")));
        var rows = InstancesOf(state, home, request.InstanceIds, request.Filters).Select(m => RowOf(state, home, m));
        var host = HostId(home.Home);
        // The host comes first, on the first page.
        var (page, next) = Page(nameof(DescribeInstancesAsync), rows.Where(passes), r => r.Shown.InstanceId == host ? "" : r.Shown.InstanceId ?? "", request.MaxResults, request.NextToken);
        return new()
        {
            Reservations = [.. page.GroupBy(r => r.ReservationId).Select(r => new Reservation
            {
                ReservationId = r.Key, OwnerId = caller.AccountId, Groups = [], Instances = [.. r.Select(i => i.Shown)],
            })],
            NextToken = next,
        };
    }

    public async Task<DescribeInstanceStatusResponse> DescribeInstanceStatusAsync(DescribeInstanceStatusRequest request, Caller caller, CancellationToken ct)
    {
        var home = await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        DemandOne(request.InstanceIds, request.MaxResults);
        var state = store.Current;
        var passes = StatusFilters.Compile(request.Filters, s => TagsOf(state, KeyOf(caller, s.InstanceId ?? "")));
        var host = HostId(home.Home);
        var statuses = InstancesOf(state, home, request.InstanceIds, null).Select(m => StatusOf(state, home, m))
            .Where(s => request.IncludeAllInstances is true || s.InstanceState?.Name is InstanceStateName.Running);
        var (page, next) = Page(
            nameof(DescribeInstanceStatusAsync), statuses.Where(passes), s => s.InstanceId == host ? "" : s.InstanceId ?? "", request.MaxResults, request.NextToken);
        return new() { InstanceStatuses = page, NextToken = next };
    }

    private static void DemandOne(ImmutableArray<string>? asked, int? maxResults)
    {
        if (asked is { Length: > 0 } && maxResults is not null)
            throw new AwsException("InvalidParameterCombination", "The parameter instancesSet cannot be used with the parameter maxResults");
    }

    /// <returns>Those that are named, or all that can pass the filters; null stands for the host.</returns>
    private IEnumerable<MachineState?> InstancesOf(IReadState state, HomeState home, ImmutableArray<string>? asked, ImmutableArray<Filter>? filters)
    {
        var host = HostId(home.Home);
        if (asked is { Length: > 0 } named)
        {
            var all = named.Distinct(StringComparer.Ordinal).ToList();
            if (all.Find(id => !InstanceId().IsMatch(id)) is { } malformed) throw Ec2Errors.InstanceMalformed(malformed);
            var unknown = all.Where(id => id != host && state.Find(Ec2Tables.Machines, new(home.Home, id)) is null).ToList();
            if (unknown.Count > 0) throw Ec2Errors.InstancesNotFound(unknown);
            return all.Select(id => id == host ? null : state.Find(Ec2Tables.Machines, new(home.Home, id)));
        }
        if (Filters.Exact(filters, "instance-id") is { } wanted)
        {
            var found = wanted.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(id => state.Find(Ec2Tables.Machines, new(home.Home, id))).Where(m => m is not null);
            return wanted.Contains(host) ? found.Prepend(null) : found;
        }
        return state.Where(Ec2Tables.MachinesByHome, home.Home).Select(m => (MachineState?)m).Prepend(null);
    }

    private InstanceRow RowOf(IReadState state, HomeState home, MachineState? machine)
    {
        if (machine is not null) return new(ToWire(state, machine), machine.ReservationId, home.Home.AccountId);
        var host = HostOf(state, home);
        return new(host with { Tags = ToWire(TagsOf(state, new(home.Home, host.InstanceId ?? ""))) }, "r-" + HostId(home.Home)["i-".Length..], home.Home.AccountId);
    }

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
