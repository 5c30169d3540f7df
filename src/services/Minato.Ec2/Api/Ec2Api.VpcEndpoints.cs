using System.Collections.Immutable;
using System.Text.Json;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;
using EndpointStatus = Minato.Contracts.Ec2.State;

namespace Minato.Ec2.Api;

// VPC endpoints. They are kept and answered; nothing depends on them here, since the platform's own endpoint is reached from every subnet.
internal sealed partial class Ec2Api
{
    private const string EndpointRequester = "vpce.amazonaws.com";
    private const string EveryoneByInterface = """{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}]}""";
    private const string EveryoneByGateway = """{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}""";

    private static readonly FilterSet<StoredVpcEndpoint> EndpointFilters = new(
        ("ip-address-type", e => e.IsGateway ? [] : ["ipv4"]), ("service-name", e => [e.ServiceName]), ("service-region", e => [e.Key.Region]),
        ("vpc-endpoint-id", e => [e.Key.Id]), ("vpc-endpoint-state", _ => [EndpointStatus.Available.ToWire()]), ("vpc-endpoint-type", e => [TypeOf(e).ToWire()]), ("vpc-id", e => [e.VpcId]));

    public async Task<DescribeVpcEndpointsResponse> DescribeVpcEndpointsAsync(DescribeVpcEndpointsRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var state = store.Current;
        var passes = EndpointFilters.Compile(request.Filters, e => TagsOf(state, e.Key));
        var endpoints = Named(state, caller, request.VpcEndpointIds, Ec2Tables.Endpoints, () => state.Where(Ec2Tables.EndpointsByHome, HomeOf(caller)), Ec2Errors.EndpointNotFound);
        var (page, next) = Page(nameof(DescribeVpcEndpointsAsync), endpoints.Where(passes), e => e.Key.Id, request.MaxResults, request.NextToken);
        return new() { VpcEndpoints = [.. page.Select(e => ToWire(state, e))], NextToken = next };
    }

    public async Task<CreateVpcEndpointResponse> CreateVpcEndpointAsync(CreateVpcEndpointRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        var service = EndpointServices.Find(caller.Region, request.ServiceName ?? "") ?? throw Ec2Errors.EndpointServiceNotFound(request.ServiceName ?? "");
        var type = request.VpcEndpointType ?? VpcEndpointType.Gateway;
        if (!service.Types.Contains(type.ToWire()))
            throw InvalidEndpoint($"Endpoint type ({type.ToWire()}) does not match available service types ([{string.Join(", ", service.Types)}]).");
        DemandParts(request, type);
        var tags = TagsFrom(request.TagSpecifications, "vpc-endpoint", caller.MaySetSystemTags);
        EndIfDryRun(request.DryRun);
        var made = await store.UpdateAsync(tx =>
        {
            if (request.ClientToken is { } token && tx.Where(Ec2Tables.EndpointsByHome, HomeOf(caller)).FirstOrDefault(e => e.ClientToken == token) is { } same) return same;
            var vpc = VpcOf(tx, caller, request.VpcId);
            var isGateway = type == VpcEndpointType.Gateway;
            var endpoint = new StoredVpcEndpoint
            {
                Key = KeyOf(caller, DefaultVpc.NewId("vpce", ids)), VpcId = vpc.Key.Id, ServiceName = service.Name, IsGateway = isGateway, CreatedAt = clock.GetUtcNow(),
                Policy = PolicyOf(request.PolicyDocument) ?? (isGateway ? EveryoneByGateway : EveryoneByInterface), ClientToken = request.ClientToken,
                HasPrivateDns = !isGateway && (request.PrivateDnsEnabled ?? (vpc.EnableDnsSupport && vpc.EnableDnsHostnames)),
                Groups = isGateway ? [] : GroupsIn(tx, caller, vpc, request.SecurityGroupIds),
            };
            DemandPrivateDns(tx, vpc, endpoint, service);
            endpoint = WithRoutes(tx, caller, endpoint, request.RouteTableIds);
            endpoint = WithSubnets(tx, caller, endpoint, request.SubnetIds);
            tx.Put(Ec2Tables.Endpoints, endpoint);
            PutTags(tx, endpoint.Key, tags);
            return endpoint;
        }, ct);
        return new() { VpcEndpoint = ToWire(store.Current, made), ClientToken = request.ClientToken };
    }

    public async Task<ModifyVpcEndpointResponse> ModifyVpcEndpointAsync(ModifyVpcEndpointRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        await store.UpdateAsync(tx =>
        {
            var there = tx.Find(Ec2Tables.Endpoints, KeyOf(caller, request.VpcEndpointId)) ?? throw Ec2Errors.EndpointNotFound(request.VpcEndpointId);
            var vpc = VpcOf(tx, caller, there.VpcId);
            var policy = request.ResetPolicy is true ? there.IsGateway ? EveryoneByGateway : EveryoneByInterface : PolicyOf(request.PolicyDocument) ?? there.Policy;
            if (!there.IsGateway && request.PrivateDnsEnabled is { } dns && dns != there.HasPrivateDns)
            {
                there = there with { HasPrivateDns = dns };
                DemandPrivateDns(tx, vpc, there, EndpointServices.Find(caller.Region, there.ServiceName));
            }
            var endpoint = there with { Policy = policy, RouteTables = [.. there.RouteTables.Except(request.RemoveRouteTableIds.OrNone())] };
            endpoint = WithRoutes(tx, caller, endpoint, request.AddRouteTableIds);
            if (request.AddSecurityGroupIds.OrNone().Any() || request.RemoveSecurityGroupIds.OrNone().Any()) endpoint = WithGroups(tx, caller, vpc, endpoint, request);
            foreach (var gone in endpoint.Interfaces.Where(i => request.RemoveSubnetIds.OrNone().Contains(i.SubnetId))) RemoveInterface(tx, endpoint.Key, gone);
            endpoint = endpoint with { Interfaces = endpoint.Interfaces.RemoveAll(i => request.RemoveSubnetIds.OrNone().Contains(i.SubnetId)) };
            tx.Put(Ec2Tables.Endpoints, WithSubnets(tx, caller, endpoint, request.AddSubnetIds));
        }, ct);
        return new() { Return = true };
    }

    public async Task<DeleteVpcEndpointsResponse> DeleteVpcEndpointsAsync(DeleteVpcEndpointsRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var missing = await store.UpdateAsync(tx =>
        {
            var missing = ImmutableArray.CreateBuilder<string>();
            foreach (var id in request.VpcEndpointIds.Distinct(StringComparer.Ordinal))
            {
                if (tx.Find(Ec2Tables.Endpoints, KeyOf(caller, id)) is not { } endpoint)
                {
                    missing.Add(id);
                    continue;
                }
                foreach (var one in endpoint.Interfaces) RemoveInterface(tx, endpoint.Key, one);
                tx.Delete(Ec2Tables.Endpoints, endpoint.Key);
                tx.Delete(Ec2Tables.Tags, endpoint.Key);
            }
            return missing.ToImmutable();
        }, ct);
        return new()
        {
            Unsuccessful = [.. missing.Select(id => new UnsuccessfulItem
            {
                ResourceId = id, Error = new() { Code = Ec2Errors.EndpointNotFound(id).Code, Message = Ec2Errors.EndpointNotFound(id).Message },
            })],
        };
    }

    private static AwsException InvalidEndpoint(string message) => new("InvalidParameter", message);

    private static VpcEndpointType TypeOf(StoredVpcEndpoint endpoint) => endpoint.IsGateway ? VpcEndpointType.Gateway : VpcEndpointType.Interface;

    private static void DemandParts(CreateVpcEndpointRequest request, VpcEndpointType type)
    {
        if (type == VpcEndpointType.Gateway && (request.SubnetIds.OrNone().Any() || request.SecurityGroupIds.OrNone().Any() || request.PrivateDnsEnabled is true))
            throw InvalidEndpoint("Subnets, security groups and private DNS are not supported for gateway endpoints.");
        if (type == VpcEndpointType.Interface && request.RouteTableIds.OrNone().Any()) throw InvalidEndpoint("Route table IDs are not supported for Interface VPC Endpoints.");
    }

    private static string? PolicyOf(string? text)
    {
        if (string.IsNullOrEmpty(text)) return null;
        try
        {
            using var json = JsonDocument.Parse(text);
            if (json.RootElement.ValueKind is JsonValueKind.Object) return text;
        }
        catch (JsonException)
        {
            // Said below.
        }
        throw new AwsException("InvalidPolicyDocument", "Policy document is not valid JSON.");
    }

    private static void DemandPrivateDns(IReadState state, StoredVpc vpc, StoredVpcEndpoint endpoint, EndpointService? service)
    {
        if (!endpoint.HasPrivateDns || service is null) return;
        if (!vpc.EnableDnsSupport || !vpc.EnableDnsHostnames)
            throw InvalidEndpoint($"Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for {vpc.Key.Id}");
        if (state.Where(Ec2Tables.EndpointsByVpc, vpc.Key.Id).Any(e => e.HasPrivateDns && e.ServiceName == endpoint.ServiceName && e.Key != endpoint.Key))
            throw InvalidEndpoint($"private-dns-enabled cannot be set because there is already a conflicting DNS domain for {service.PrivateDns} in the VPC {vpc.Key.Id}");
    }

    private static StoredVpcEndpoint WithRoutes(Transaction tx, Caller caller, StoredVpcEndpoint endpoint, ImmutableArray<string>? more)
    {
        foreach (var id in more.OrNone().Distinct(StringComparer.Ordinal))
        {
            var table = RouteTableOf(tx, caller, id);
            if (table.VpcId != endpoint.VpcId) throw InvalidEndpoint($"Route table {id} and network {endpoint.VpcId} belong to different networks");
            if (tx.Where(Ec2Tables.EndpointsByRouteTable, id).Any(e => e.ServiceName == endpoint.ServiceName))
                throw new AwsException("RouteAlreadyExists", $"route table {id} already has a route with destination-prefix-list-id {PrefixLists.IdOf(caller.Region, endpoint.ServiceName)}");
            endpoint = endpoint with { RouteTables = endpoint.RouteTables.Add(id) };
        }
        return endpoint;
    }

    // AWS: one interface in each zone.
    private StoredVpcEndpoint WithSubnets(Transaction tx, Caller caller, StoredVpcEndpoint endpoint, ImmutableArray<string>? more)
    {
        foreach (var id in more.OrNone().Distinct(StringComparer.Ordinal).Where(id => endpoint.Interfaces.All(i => i.SubnetId != id)))
        {
            var subnet = SubnetOf(tx, caller, id);
            if (subnet.VpcId != endpoint.VpcId) throw InvalidEndpoint($"Subnet {id} does not belong to VPC {endpoint.VpcId}");
            if (endpoint.Interfaces.Any(i => i.AvailabilityZone == subnet.AvailabilityZone))
            {
                throw new AwsException("DuplicateSubnetsInSameZone", $"Found another VPC endpoint subnet in the availability zone of {id}. " +
                    "VPC endpoint subnets should be in different availability zones supported by the VPC endpoint service.");
            }
            var nic = NewInterface(tx, new() { SubnetId = id, Groups = endpoint.Groups, Description = $"VPC Endpoint Interface {endpoint.Key.Id}" }, caller) with { RequesterId = EndpointRequester };
            tx.Put(Ec2Tables.Interfaces, nic);
            endpoint = endpoint with { Interfaces = endpoint.Interfaces.Add(new(id, subnet.AvailabilityZone, nic.Key.Id)) };
        }
        return endpoint;
    }

    private static StoredVpcEndpoint WithGroups(Transaction tx, Caller caller, StoredVpc vpc, StoredVpcEndpoint endpoint, ModifyVpcEndpointRequest request)
    {
        var groups = GroupsIn(tx, caller, vpc, [.. endpoint.Groups.Union(request.AddSecurityGroupIds.OrNone()).Except(request.RemoveSecurityGroupIds.OrNone())]);
        foreach (var one in endpoint.Interfaces)
        {
            if (tx.Find(Ec2Tables.Interfaces, endpoint.Key with { Id = one.InterfaceId }) is { } nic) tx.Put(Ec2Tables.Interfaces, nic with { Groups = groups });
        }
        return endpoint with { Groups = groups };
    }

    private static ImmutableArray<string> GroupsIn(IReadState state, Caller caller, StoredVpc vpc, ImmutableArray<string>? asked)
    {
        if (asked is not { IsDefaultOrEmpty: false } groups) return [vpc.DefaultSecurityGroupId];
        foreach (var id in groups)
        {
            var group = state.Find(Ec2Tables.SecurityGroups, KeyOf(caller, id)) ?? throw Ec2Errors.GroupNotFound(id);
            if (group.VpcId != vpc.Key.Id) throw InvalidEndpoint($"Security group {id} and VPC {vpc.Key.Id} belong to different networks.");
        }
        return [.. groups.Distinct(StringComparer.Ordinal)];
    }

    private static void RemoveInterface(Transaction tx, ResourceKey endpoint, EndpointInterface one)
    {
        if (tx.Find(Ec2Tables.Interfaces, endpoint with { Id = one.InterfaceId }) is { } nic) Interfaces.Remove(tx, nic);
    }
}
