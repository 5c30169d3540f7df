using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;

namespace Minato.Ec2.Api;

// What a VPC has beside itself: DHCP options, AWS's prefix lists; and what it does not have here: flow logs.
internal sealed partial class Ec2Api
{
    private static readonly FilterSet<DhcpOptions> DhcpFilters = new(
        ("dhcp-options-id", d => [d.DhcpOptionsId]),
        ("owner-id", d => [d.OwnerId]),
        ("key", d => d.DhcpConfigurations.OrNone().Select(c => c.Key)),
        ("value", d => d.DhcpConfigurations.OrNone().SelectMany(c => c.Values.OrNone()).Select(v => v.Value)));

    private static readonly FilterSet<(string Id, string Name)> PrefixListFilters = new(
        ("prefix-list-id", l => [l.Id]),
        ("prefix-list-name", l => [l.Name]),
        ("owner-id", _ => ["AWS"]));

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

    public Task<DescribeManagedPrefixListsResponse> DescribeManagedPrefixListsAsync(
        DescribeManagedPrefixListsRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        var lists = ListsOf(caller, request.PrefixListIds, request.Filters).Select(l => new ManagedPrefixList
        {
            PrefixListId = l.Id, PrefixListName = l.Name, PrefixListArn = $"arn:aws:ec2:{caller.Region}:aws:prefix-list/{l.Id}",
            AddressFamily = "IPv4", State = PrefixListState.CreateComplete, OwnerId = "AWS", Tags = [],
        });
        return Task.FromResult<DescribeManagedPrefixListsResponse>(new() { PrefixLists = [.. lists] });
    }

    /// <summary>Without ranges: services answer at Minato's endpoint, and no address of the internet leads to them.</summary>
    public Task<DescribePrefixListsResponse> DescribePrefixListsAsync(DescribePrefixListsRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        var lists = ListsOf(caller, request.PrefixListIds, request.Filters).Select(l => new PrefixList { PrefixListId = l.Id, PrefixListName = l.Name, Cidrs = [] });
        return Task.FromResult<DescribePrefixListsResponse>(new() { PrefixLists = [.. lists] });
    }

    public Task<GetManagedPrefixListEntriesResponse> GetManagedPrefixListEntriesAsync(GetManagedPrefixListEntriesRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        _ = ListsOf(caller, [request.PrefixListId], null);
        return Task.FromResult<GetManagedPrefixListEntriesResponse>(new() { Entries = [] });
    }

    public Task<DescribeFlowLogsResponse> DescribeFlowLogsAsync(DescribeFlowLogsRequest request, Caller caller, CancellationToken ct)
    {
        EndIfDryRun(request.DryRun);
        if (request.FlowLogIds.OrNone().FirstOrDefault() is { } id) throw new AwsException("InvalidFlowLogId.NotFound", $"The flow log ID '{id}' does not exist");
        FlowLogFilters.Compile(request.Filter, _ => NoTags);
        return Task.FromResult<DescribeFlowLogsResponse>(new() { FlowLogs = [] });
    }

    private static IEnumerable<(string Id, string Name)> ListsOf(Caller caller, ImmutableArray<string>? asked, ImmutableArray<Filter>? filters)
    {
        var all = PrefixLists.Of(caller.Region);
        if (asked.OrNone().FirstOrDefault(id => all.All(l => l.Id != id)) is { } unknown)
            throw new AwsException("InvalidPrefixListID.NotFound", $"The prefix list ID '{unknown}' does not exist");
        return all.Where(l => asked is not { IsDefaultOrEmpty: false } wanted || wanted.Contains(l.Id)).Where(PrefixListFilters.Compile(filters, _ => NoTags));
    }
}
