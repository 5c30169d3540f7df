using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;

namespace Minato.Ec2.Api;

// What a VPC can have on AWS and has not here: clients look whether it is there before they go on.
internal sealed partial class Ec2Api
{
    private static readonly FilterSet<object> FlowLogFilters = OfNothing(
        "deliver-log-status", "log-destination-type", "flow-log-id", "log-group-name", "resource-id", "traffic-type");

    private static readonly FilterSet<object> VpnGatewayFilters = OfNothing(
        "amazon-side-asn", "attachment.state", "attachment.vpc-id", "availability-zone", "state", "type", "vpn-gateway-id");

    private static readonly FilterSet<object> PeeringFilters = OfNothing(
        "accepter-vpc-info.cidr-block", "accepter-vpc-info.owner-id", "accepter-vpc-info.vpc-id", "expiration-time", "requester-vpc-info.cidr-block",
        "requester-vpc-info.owner-id", "requester-vpc-info.vpc-id", "status-code", "status-message", "vpc-peering-connection-id");

    private static readonly FilterSet<object> OnlyTags = OfNothing();
    private static readonly FilterSet<StoredVpc> ClassicLinkFilters = new(("is-classic-link-enabled", _ => ["false"]), ("vpc-id", v => [v.Key.Id]));

    public Task<DescribeFlowLogsResponse> DescribeFlowLogsAsync(DescribeFlowLogsRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        if (request.FlowLogIds.OrNone().FirstOrDefault() is { } id) throw Ec2Errors.FlowLogNotFound(id);
        FlowLogFilters.Compile(request.Filter, _ => NoTags);
        return Task.FromResult<DescribeFlowLogsResponse>(new() { FlowLogs = [] });
    }

    public Task<CreateFlowLogsResponse> CreateFlowLogsAsync(CreateFlowLogsRequest request, Caller caller, CancellationToken ct) =>
        throw Ec2Errors.Unsupported("Flow logs are not supported here: nobody writes down the packets.");

    public Task<DeleteFlowLogsResponse> DeleteFlowLogsAsync(DeleteFlowLogsRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        return Task.FromResult<DeleteFlowLogsResponse>(new()
        {
            Unsuccessful = [.. request.FlowLogIds.Select(id => (Id: id, Error: Ec2Errors.FlowLogNotFound(id))).Select(f =>
                new UnsuccessfulItem { ResourceId = f.Id, Error = new() { Code = f.Error.Code, Message = f.Error.Message } })],
        });
    }

    public Task<DescribeVpnGatewaysResponse> DescribeVpnGatewaysAsync(DescribeVpnGatewaysRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        if (request.VpnGatewayIds.OrNone().FirstOrDefault() is { } id) throw new AwsException("InvalidVpnGatewayID.NotFound", $"The vpnGateway ID '{id}' does not exist");
        VpnGatewayFilters.Compile(request.Filters, _ => NoTags);
        return Task.FromResult<DescribeVpnGatewaysResponse>(new() { VpnGateways = [] });
    }

    public Task<DescribeVpcPeeringConnectionsResponse> DescribeVpcPeeringConnectionsAsync(
        DescribeVpcPeeringConnectionsRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        if (request.VpcPeeringConnectionIds.OrNone().FirstOrDefault() is { } id)
            throw new AwsException("InvalidVpcPeeringConnectionID.NotFound", $"The vpcPeeringConnection ID '{id}' does not exist");
        PeeringFilters.Compile(request.Filters, _ => NoTags);
        return Task.FromResult<DescribeVpcPeeringConnectionsResponse>(new() { VpcPeeringConnections = [] });
    }

    /// <summary>AWS: an id that is not there is no error.</summary>
    public Task<DescribeEgressOnlyInternetGatewaysResponse> DescribeEgressOnlyInternetGatewaysAsync(
        DescribeEgressOnlyInternetGatewaysRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        OnlyTags.Compile(request.Filters, _ => NoTags);
        return Task.FromResult<DescribeEgressOnlyInternetGatewaysResponse>(new() { EgressOnlyInternetGateways = [] });
    }

    public async Task<CreateEgressOnlyInternetGatewayResponse> CreateEgressOnlyInternetGatewayAsync(
        CreateEgressOnlyInternetGatewayRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        VpcOf(store.Current, caller, request.VpcId);
        throw Ec2Errors.NoIpv6(); // It lets out nothing else.
    }

    public Task<DeleteEgressOnlyInternetGatewayResponse> DeleteEgressOnlyInternetGatewayAsync(
        DeleteEgressOnlyInternetGatewayRequest request, Caller caller, CancellationToken ct) => throw Ec2Errors.GatewayNotFound(request.EgressOnlyInternetGatewayId);

    /// <summary>AWS: nothing is linked any more; old clients ask all the same.</summary>
    public async Task<DescribeVpcClassicLinkResponse> DescribeVpcClassicLinkAsync(DescribeVpcClassicLinkRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var state = store.Current;
        var passes = ClassicLinkFilters.Compile(request.Filters, v => TagsOf(state, v.Key));
        var vpcs = Named(state, caller, request.VpcIds, Ec2Tables.Vpcs, () => state.Where(Ec2Tables.VpcsByHome, HomeOf(caller)), Ec2Errors.VpcNotFound);
        return new()
        {
            Vpcs = [.. vpcs.Where(passes).Select(v => new VpcClassicLink { VpcId = v.Key.Id, ClassicLinkEnabled = false, Tags = ToWire(TagsOf(state, v.Key)) })],
        };
    }

    public async Task<DescribeVpcClassicLinkDnsSupportResponse> DescribeVpcClassicLinkDnsSupportAsync(
        DescribeVpcClassicLinkDnsSupportRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        var state = store.Current;
        var vpcs = Named(state, caller, request.VpcIds, Ec2Tables.Vpcs, () => state.Where(Ec2Tables.VpcsByHome, HomeOf(caller)), Ec2Errors.VpcNotFound);
        var (page, next) = Page(nameof(DescribeVpcClassicLinkDnsSupportAsync), vpcs, v => v.Key.Id, request.MaxResults, request.NextToken);
        return new() { Vpcs = [.. page.Select(v => new ClassicLinkDnsSupport { VpcId = v.Key.Id, ClassicLinkDnsSupported = false })], NextToken = next };
    }

    /// <summary>Filters that must be known although nothing is looked for.</summary>
    private static FilterSet<object> OfNothing(params string[] names) => new([.. names.Select(n => (n, (Func<object, IEnumerable<string?>>)(_ => [])))]);
}
