using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;

namespace Minato.Ec2.Api;

// What a VPC has beside itself: DHCP options; and what it does not have here: flow logs.
internal sealed partial class Ec2Api
{
    private static readonly FilterSet<DhcpOptions> DhcpFilters = new(
        ("dhcp-options-id", d => [d.DhcpOptionsId]),
        ("owner-id", d => [d.OwnerId]),
        ("key", d => d.DhcpConfigurations.OrNone().Select(c => c.Key)),
        ("value", d => d.DhcpConfigurations.OrNone().SelectMany(c => c.Values.OrNone()).Select(v => v.Value)));

    private static readonly FilterSet<object> FlowLogFilters = new(
        ("deliver-log-status", _ => []), ("log-destination-type", _ => []), ("flow-log-id", _ => []), ("log-group-name", _ => []),
        ("resource-id", _ => []), ("traffic-type", _ => []));

    public async Task<DescribeDhcpOptionsResponse> DescribeDhcpOptionsAsync(DescribeDhcpOptionsRequest request, Caller caller, CancellationToken ct)
    {
        var home = await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        if (request.DhcpOptionsIds.OrNone().FirstOrDefault(id => id != home.DhcpOptionsId) is { } unknown)
            throw new AwsException("InvalidDhcpOptionID.NotFound", $"The dhcpOption ID '{unknown}' does not exist");
        var only = new DhcpOptions
        {
            DhcpOptionsId = home.DhcpOptionsId,
            OwnerId = caller.AccountId,
            DhcpConfigurations =
            [
                new() { Key = "domain-name", Values = [new() { Value = caller.Region is "us-east-1" ? "ec2.internal" : $"{caller.Region}.compute.internal" }] },
                new() { Key = "domain-name-servers", Values = [new() { Value = "AmazonProvidedDNS" }] },
            ],
            Tags = ToWire(TagsOf(store.Current, KeyOf(caller, home.DhcpOptionsId))),
        };
        var passes = DhcpFilters.Compile(request.Filters, d => TagsOf(store.Current, KeyOf(caller, d.DhcpOptionsId ?? "")));
        return new() { DhcpOptions = passes(only) ? [only] : [] };
    }

    public Task<DescribeFlowLogsResponse> DescribeFlowLogsAsync(DescribeFlowLogsRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        if (request.FlowLogIds.OrNone().FirstOrDefault() is { } id) throw new AwsException("InvalidFlowLogId.NotFound", $"The flow log ID '{id}' does not exist");
        FlowLogFilters.Compile(request.Filter, _ => NoTags);
        return Task.FromResult<DescribeFlowLogsResponse>(new() { FlowLogs = [] });
    }
}
