using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Elb.Templates;

internal sealed class LoadBalancerType(IElasticLoadBalancingV2 elb, TimeProvider clock) : ResourceHandler("AWS::ElasticLoadBalancingV2::LoadBalancer", clock)
{
    public override ResourceTypeSchema Schema { get; } = TemplateShape.SchemaOf<CreateLoadBalancerRequest>("Name", "CustomerOwnedIpv4Pool", "IpamPools")
        .And("Name", "LoadBalancerAttributes", "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic") with
    {
        CreateOnly = ["Name", "Scheme", "Type"],
        Attributes = ["CanonicalHostedZoneID", "DNSName", "LoadBalancerArn", "LoadBalancerFullName", "LoadBalancerName", "SecurityGroups"],
        Identifiers = ["LoadBalancerArn"],
    };

    protected override NameRule Name { get; } = new("Name", 32);
    protected override bool TakesSystemTags => true;

    protected override async Task<string?> FindAsync(TemplateResource r, CancellationToken ct) =>
        (await elb.DescribeLoadBalancersAsync(new() { Names = [r.Name] }, r.Caller, ct)).LoadBalancers?.FirstOrDefault()?.LoadBalancerArn;

    protected override async Task MakeAsync(TemplateResource r, CancellationToken ct)
    {
        await OnceAsync(() => elb.CreateLoadBalancerAsync(r.As<CreateLoadBalancerRequest>(), r.Caller, ct));
        r.Id = await FindAsync(r, ct) ?? throw new InvalidOperationException($"{r.Name} was made and is not there.");
        await SetAttributesAsync(r, ct);
        if (r.Has("EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic")) await SetSecurityGroupsAsync(r, ct);
    }

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Changed("LoadBalancerAttributes")) await SetAttributesAsync(r, ct);
        if (r.Changed("SecurityGroups", "EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic")) await SetSecurityGroupsAsync(r, ct);
        if (r.Changed("EnablePrefixForIpv6SourceNat", "Subnets", "SubnetMappings")) await elb.SetSubnetsAsync(r.As<SetSubnetsRequest>(("LoadBalancerArn", r.Id)), r.Caller, ct);
        else if (r.Changed("IpAddressType") && r.Has("IpAddressType")) await elb.SetIpAddressTypeAsync(r.As<SetIpAddressTypeRequest>(("LoadBalancerArn", r.Id)), r.Caller, ct);
        await elb.RetagAsync(r, ct);
    }

    protected override async Task<bool> IsSettledAsync(TemplateResource r, CancellationToken ct)
    {
        var state = (await BalancerAsync(r, ct))?.State;
        if (state?.Code == LoadBalancerStateEnum.Failed) throw new ResourceFailedException("NotStabilized", state.Reason ?? "The load balancer could not be set up.");
        return state?.Code != LoadBalancerStateEnum.Provisioning;
    }

    // AWS: what is not there is deleted with success by the API itself.
    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => elb.DeleteLoadBalancerAsync(new() { LoadBalancerArn = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        if (await BalancerAsync(r, ct) is not { } balancer) return null;
        var attributes = (await elb.DescribeLoadBalancerAttributesAsync(new() { LoadBalancerArn = r.Id }, r.Caller, ct)).Attributes ?? [];
        var model = r.Model(balancer,
            ("CanonicalHostedZoneID", balancer.CanonicalHostedZoneId), ("DNSName", balancer.DNSName), ("LoadBalancerArn", r.Id),
            ("LoadBalancerFullName", r.Id[(r.Id.IndexOf("loadbalancer/", StringComparison.Ordinal) + "loadbalancer/".Length)..]), ("LoadBalancerName", balancer.LoadBalancerName),
            ("SecurityGroups", new JsonArray([.. (balancer.SecurityGroups ?? []).Select(g => (JsonNode)g)])));
        model.Properties[nameof(CreateLoadBalancerRequest.Name)] = balancer.LoadBalancerName;
        model.Properties["Subnets"] = new JsonArray([.. (balancer.AvailabilityZones ?? []).Select(z => (JsonNode?)z.SubnetId)]);
        model.Properties["LoadBalancerAttributes"] = ElbTypes.Spoken(r, "LoadBalancerAttributes", attributes.Select(a => (a.Key, a.Value)));
        model.Properties["Tags"] = (await elb.TagsAsync(r, ct)).ToList();
        return model;
    }

    private async Task SetAttributesAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Objects("LoadBalancerAttributes").Length == 0) return;
        await elb.ModifyLoadBalancerAttributesAsync(
            r.As<ModifyLoadBalancerAttributesRequest>(("LoadBalancerArn", r.Id), ("Attributes", r.ListOrEmpty("LoadBalancerAttributes"))), r.Caller, ct);
    }

    private Task SetSecurityGroupsAsync(TemplateResource r, CancellationToken ct) => elb.SetSecurityGroupsAsync(
        r.As<SetSecurityGroupsRequest>(("LoadBalancerArn", r.Id), ("SecurityGroups", r.ListOrEmpty("SecurityGroups"))), r.Caller, ct);

    private async Task<LoadBalancer?> BalancerAsync(TemplateResource r, CancellationToken ct) =>
        (await elb.DescribeLoadBalancersAsync(new() { LoadBalancerArns = [r.Id] }, r.Caller, ct)).LoadBalancers?.FirstOrDefault();
}
