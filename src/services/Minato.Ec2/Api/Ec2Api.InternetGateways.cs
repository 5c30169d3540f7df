using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

internal sealed partial class Ec2Api
{
    private static readonly FilterSet<StoredInternetGateway> InternetGatewayFilters = new(
        ("internet-gateway-id", g => [g.Key.Id]),
        ("attachment.vpc-id", g => [g.VpcId]),
        ("attachment.state", g => g.VpcId is null ? [] : ["available"]),
        ("owner-id", g => [g.Key.AccountId]));

    public async Task<DescribeInternetGatewaysResponse> DescribeInternetGatewaysAsync(
        DescribeInternetGatewaysRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var state = store.Current;
        var passes = InternetGatewayFilters.Compile(request.Filters, g => TagsOf(state, g.Key));
        var gateways = Named(state, caller, request.InternetGatewayIds, Ec2Tables.InternetGateways,
            () => state.Where(Ec2Tables.InternetGatewaysByHome, HomeOf(caller)), Ec2Errors.InternetGatewayNotFound);
        var (page, next) = Page(nameof(DescribeInternetGatewaysAsync), gateways.Where(passes), g => g.Key.Id, request.MaxResults, request.NextToken);
        return new() { InternetGateways = [.. page.Select(g => ToWire(state, g))], NextToken = next };
    }

    public async Task<CreateInternetGatewayResponse> CreateInternetGatewayAsync(
        CreateInternetGatewayRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        var tags = TagsFrom(request.TagSpecifications, "internet-gateway", caller.MaySetSystemTags);
        EndIfDryRun(request.DryRun);
        var made = new StoredInternetGateway(KeyOf(caller, DefaultVpc.NewId("igw", ids)), null);
        await store.UpdateAsync(tx =>
        {
            tx.Put(Ec2Tables.InternetGateways, made);
            PutTags(tx, made.Key, tags);
        }, ct);
        return new() { InternetGateway = ToWire(store.Current, made) };
    }

    public async Task<AttachInternetGatewayResponse> AttachInternetGatewayAsync(
        AttachInternetGatewayRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        await store.UpdateAsync(tx =>
        {
            var gateway = GatewayOf(tx, caller, request.InternetGatewayId);
            var vpc = VpcOf(tx, caller, request.VpcId);
            if (gateway.VpcId is { } already) throw Ec2Errors.AlreadyAssigned($"resource {gateway.Key.Id} is already attached to network {already}");
            if (tx.Count(Ec2Tables.InternetGatewaysByVpc, vpc.Key.Id) > 0)
                throw Ec2Errors.Invalid($"Network {vpc.Key.Id} already has an internet gateway attached");
            tx.Put(Ec2Tables.InternetGateways, gateway with { VpcId = vpc.Key.Id });
        }, ct);
        return new();
    }

    public async Task<DetachInternetGatewayResponse> DetachInternetGatewayAsync(
        DetachInternetGatewayRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        await store.UpdateAsync(tx =>
        {
            var gateway = GatewayOf(tx, caller, request.InternetGatewayId);
            var vpc = VpcOf(tx, caller, request.VpcId);
            if (gateway.VpcId != vpc.Key.Id)
                throw new AwsException("Gateway.NotAttached", $"resource {gateway.Key.Id} is not attached to network {vpc.Key.Id}");
            if (HasPublicAddresses(tx, vpc))
            {
                throw new AwsException("DependencyViolation",
                    $"Network {vpc.Key.Id} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.");
            }
            tx.Put(Ec2Tables.InternetGateways, gateway with { VpcId = null });
        }, ct);
        return new();
    }

    public async Task<DeleteInternetGatewayResponse> DeleteInternetGatewayAsync(
        DeleteInternetGatewayRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        await store.UpdateAsync(tx =>
        {
            var gateway = GatewayOf(tx, caller, request.InternetGatewayId);
            if (gateway.VpcId is not null) throw Ec2Errors.HasDependencies($"internetGateway '{gateway.Key.Id}'");
            tx.Delete(Ec2Tables.InternetGateways, gateway.Key);
            tx.Delete(Ec2Tables.Tags, gateway.Key);
        }, ct);
        return new();
    }

    private static StoredInternetGateway GatewayOf(IReadState state, Caller caller, string id) =>
        state.Find(Ec2Tables.InternetGateways, KeyOf(caller, id)) ?? throw Ec2Errors.InternetGatewayNotFound(id);

    private static bool HasPublicAddresses(IReadState state, StoredVpc vpc) => state.Where(Ec2Tables.SubnetsByVpc, vpc.Key.Id)
        .SelectMany(s => state.Where(Ec2Tables.InterfacesBySubnet, s.Key.Id)).Any(i => state.Count(Ec2Tables.AddressesByInterface, i.Key.Id) > 0);

    private static InternetGateway ToWire(IReadState state, StoredInternetGateway gateway) => new()
    {
        InternetGatewayId = gateway.Key.Id,
        OwnerId = gateway.Key.AccountId,
        Attachments = gateway.VpcId is { } vpc ? [new() { VpcId = vpc, State = AttachmentStatus.Available }] : [],
        Tags = ToWire(TagsOf(state, gateway.Key)),
    };
}
