using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;
using EndpointStatus = Minato.Contracts.Ec2.State;

namespace Minato.Ec2.Api;

// How endpoints and the services that offer them are shown.
internal sealed partial class Ec2Api
{
    private static readonly FilterSet<EndpointService> ServiceFilters = new(
        ("owner", _ => ["amazon"]), ("service-name", s => [s.Name]), ("service-region", s => [s.Name.Split('.')[2]]), ("service-type", s => s.Types), ("supported-ip-address-types", _ => ["ipv4"]));

    public async Task<DescribeVpcEndpointServicesResponse> DescribeVpcEndpointServicesAsync(DescribeVpcEndpointServicesRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var all = EndpointServices.Of(caller.Region).ToArray();
        if (request.ServiceNames.OrNone().FirstOrDefault(n => all.All(s => s.Name != n)) is { } unknown) throw Ec2Errors.EndpointServiceNotFound(unknown);
        var passes = ServiceFilters.Compile(request.Filters, _ => NoTags);
        var wanted = all.Where(s => request.ServiceNames is not { IsDefaultOrEmpty: false } names || names.Contains(s.Name)).Where(passes);
        var (page, next) = Page(nameof(DescribeVpcEndpointServicesAsync), wanted, s => s.Name, request.MaxResults, request.NextToken);
        return new() { ServiceNames = [.. page.Select(s => s.Name)], ServiceDetails = [.. page.SelectMany(s => s.Types, (s, t) => DetailOf(s, t, caller.Region))], NextToken = next };
    }

    // AWS: one that offers both kinds is told of once for each.
    private static ServiceDetail DetailOf(EndpointService service, string type, string region) => new()
    {
        ServiceName = service.Name,
        ServiceId = $"vpce-svc-{PrefixLists.IdOf(region, $"{service.Name}/{type}")[3..]}",
        ServiceType = [new() { ServiceType = type is "Gateway" ? ServiceType.Gateway : ServiceType.Interface }],
        ServiceRegion = region,
        AvailabilityZones = [.. Places.ZoneLetters.Select(l => $"{region}{l}")],
        Owner = "amazon",
        BaseEndpointDnsNames = [type is "Gateway" || service.PrivateDns is null ? service.Name.Split('.')[3] + $".{region}.amazonaws.com" : VpceNameOf(service.PrivateDns)],
        PrivateDnsName = type is "Gateway" ? null : service.PrivateDns,
        PrivateDnsNames = type is "Gateway" || service.PrivateDns is null ? [] : [new() { PrivateDnsName = service.PrivateDns }],
        PrivateDnsNameVerificationState = type is "Gateway" ? null : DnsNameState.Verified,
        VpcEndpointPolicySupported = true,
        AcceptanceRequired = false,
        ManagesVpcEndpoints = false,
        SupportedIpAddressTypes = [ServiceConnectivityType.Ipv4],
        Tags = [],
    };

    private static VpcEndpoint ToWire(IReadState state, StoredVpcEndpoint endpoint) => new()
    {
        VpcEndpointId = endpoint.Key.Id,
        VpcEndpointType = TypeOf(endpoint),
        VpcId = endpoint.VpcId,
        ServiceName = endpoint.ServiceName,
        ServiceRegion = endpoint.Key.Region,
        State = EndpointStatus.Available,
        PolicyDocument = endpoint.Policy,
        RouteTableIds = endpoint.RouteTables,
        SubnetIds = [.. endpoint.Interfaces.Select(i => i.SubnetId)],
        Groups = [.. endpoint.Groups.Select(id => new SecurityGroupIdentifier { GroupId = id, GroupName = state.Find(Ec2Tables.SecurityGroups, endpoint.Key with { Id = id })?.Name })],
        IpAddressType = endpoint.IsGateway ? null : IpAddressType.Ipv4,
        DnsOptions = endpoint.IsGateway ? null : new() { DnsRecordIpType = DnsRecordIpType.Ipv4 },
        PrivateDnsEnabled = endpoint.HasPrivateDns,
        RequesterManaged = false,
        NetworkInterfaceIds = [.. endpoint.Interfaces.Select(i => i.InterfaceId)],
        DnsEntries = [.. DnsOf(endpoint)],
        CreationTimestamp = endpoint.CreatedAt,
        OwnerId = endpoint.Key.AccountId,
        Tags = ToWire(TagsOf(state, endpoint.Key)),
    };

    // A name of its own, one for each zone, and the service's own name where that is taken over.
    private static IEnumerable<DnsEntry> DnsOf(StoredVpcEndpoint endpoint)
    {
        if (endpoint.IsGateway || EndpointServices.Find(endpoint.Key.Region, endpoint.ServiceName)?.PrivateDns is not { } outside) yield break;
        var label = $"{endpoint.Key.Id}-{PrefixLists.IdOf(endpoint.Key.Region, endpoint.Key.Id)[3..]}";
        var zone = ZoneIdOf(endpoint.ServiceName);
        yield return new() { DnsName = VpceNameOf(outside, label), HostedZoneId = zone };
        foreach (var one in endpoint.Interfaces) yield return new() { DnsName = VpceNameOf(outside, $"{label}-{one.AvailabilityZone}"), HostedZoneId = zone };
        if (endpoint.HasPrivateDns) yield return new() { DnsName = outside, HostedZoneId = ZoneIdOf(endpoint.Key.Id) };
    }

    private static string VpceNameOf(string outside, string? label = null)
    {
        var service = outside[..^".amazonaws.com".Length];
        // A star is that of the buckets or registries behind it: the endpoint's own name has it, too.
        return label is null ? $"{service.TrimStart('*', '.')}.vpce.amazonaws.com" : $"{(service.StartsWith("*.s3", StringComparison.Ordinal) ? "*." : "")}{label}.{service.TrimStart('*', '.')}.vpce.amazonaws.com";
    }

    private static string ZoneIdOf(string what) => $"Z{PrefixLists.IdOf("zone", what)[3..].ToUpperInvariant()}";
}
