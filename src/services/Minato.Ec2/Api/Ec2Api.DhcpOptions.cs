using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

internal sealed partial class Ec2Api
{
    private const int MostServers = 4;

    /// <summary>What a VPC has that is to have none: no set has this id.</summary>
    private const string NoOptions = "default";

    private static readonly FilterSet<StoredDhcpOptions> DhcpFilters = new(
        ("dhcp-options-id", d => [d.Key.Id]),
        ("owner-id", d => [d.Key.AccountId]),
        ("key", d => d.Options.Select(o => o.Name)),
        ("value", d => d.Options.SelectMany(o => o.Values)));

    public async Task<DescribeDhcpOptionsResponse> DescribeDhcpOptionsAsync(DescribeDhcpOptionsRequest request, Caller caller, CancellationToken ct)
    {
        var home = await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var state = store.Current;
        var passes = DhcpFilters.Compile(request.Filters, d => TagsOf(state, d.Key));
        var all = state.Where(Ec2Tables.DhcpOptionsByHome, home.Home).Append(OptionsOfAws(home)).OrderBy(d => d.Key).ToList();
        IEnumerable<StoredDhcpOptions> sets = request.DhcpOptionsIds is not { IsDefaultOrEmpty: false } asked ? all
            : [.. asked.Distinct(StringComparer.Ordinal).Select(id => all.Find(d => d.Key.Id == id) ?? throw Ec2Errors.DhcpOptionsNotFound(id))];
        var (page, next) = Page(nameof(DescribeDhcpOptionsAsync), sets.Where(passes), d => d.Key.Id, request.MaxResults, request.NextToken);
        return new() { DhcpOptions = [.. page.Select(d => ToWire(state, d))], NextToken = next };
    }

    public async Task<CreateDhcpOptionsResponse> CreateDhcpOptionsAsync(CreateDhcpOptionsRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        ImmutableArray<DhcpOption> options = [.. request.DhcpConfigurations.Select(c => new DhcpOption(c.Key ?? "", c.Values ?? []))];
        if (options.IsEmpty) throw Ec2Errors.MissingParameter("dhcpConfiguration");
        foreach (var option in options) Check(option);
        var tags = TagsFrom(request.TagSpecifications, "dhcp-options", caller.MaySetSystemTags);
        EndIfDryRun(request.DryRun);
        var made = new StoredDhcpOptions(KeyOf(caller, DefaultVpc.NewId("dopt", ids)), options);
        await store.UpdateAsync(tx =>
        {
            tx.Put(Ec2Tables.DhcpOptions, made);
            PutTags(tx, made.Key, tags);
        }, ct);
        return new() { DhcpOptions = ToWire(store.Current, made) };
    }

    public async Task<AssociateDhcpOptionsResponse> AssociateDhcpOptionsAsync(AssociateDhcpOptionsRequest request, Caller caller, CancellationToken ct)
    {
        var home = await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        await store.UpdateAsync(tx =>
        {
            var id = request.DhcpOptionsId;
            if (id != NoOptions && id != home.DhcpOptionsId && tx.Find(Ec2Tables.DhcpOptions, KeyOf(caller, id)) is null) throw Ec2Errors.DhcpOptionsNotFound(id);
            tx.Put(Ec2Tables.Vpcs, VpcOf(tx, caller, request.VpcId) with { DhcpOptionsId = id });
        }, ct);
        return new();
    }

    /// <summary>Those of AWS stay: VPCs that are made later begin with them.</summary>
    public async Task<DeleteDhcpOptionsResponse> DeleteDhcpOptionsAsync(DeleteDhcpOptionsRequest request, Caller caller, CancellationToken ct)
    {
        var home = await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        await store.UpdateAsync(tx =>
        {
            var key = KeyOf(caller, request.DhcpOptionsId);
            if (key.Id != home.DhcpOptionsId && tx.Find(Ec2Tables.DhcpOptions, key) is null) throw Ec2Errors.DhcpOptionsNotFound(key.Id);
            if (key.Id == home.DhcpOptionsId || tx.Where(Ec2Tables.VpcsByHome, home.Home).Any(v => v.DhcpOptionsId == key.Id))
                throw Ec2Errors.HasDependencies($"dhcpOptions '{key.Id}'");
            tx.Delete(Ec2Tables.DhcpOptions, key);
            tx.Delete(Ec2Tables.Tags, key);
        }, ct);
        return new();
    }

    /// <summary>The set that an account finds, which is not stored.</summary>
    private static StoredDhcpOptions OptionsOfAws(HomeState home) => new(new(home.Home, home.DhcpOptionsId),
    [
        new(DhcpNames.Domain, [home.Home.Region is "us-east-1" ? "ec2.internal" : $"{home.Home.Region}.compute.internal"]),
        new(DhcpNames.ServersOption, [DhcpNames.OfAws]),
    ]);

    private static void Check(DhcpOption option)
    {
        if (option.Values.IsEmpty) throw Ec2Errors.MissingParameter("dhcpConfiguration.value");
        switch (option.Name)
        {
            case DhcpNames.Domain or "ipv6-address-preferred-lease-time" when option.Values.Length > 1: throw BadOption(option, option.Values[1]);
            case DhcpNames.Domain when option.Values[0].Any(c => !char.IsAscii(c) || char.IsControl(c)): throw BadOption(option, option.Values[0]);
            case DhcpNames.Domain or "ipv6-address-preferred-lease-time": return;
            case "netbios-node-type" when option.Values is not ["1" or "2" or "4" or "8"]: throw BadOption(option, option.Values[0]);
            case "netbios-node-type": return;
            case DhcpNames.ServersOption or "ntp-servers" or "netbios-name-servers":
                if (option.Values.Length > MostServers) throw BadOption(option, option.Values[MostServers]);
                if (option.Values.FirstOrDefault(v => !IsServer(option, v)) is { } bad) throw BadOption(option, bad);
                return;
            default: throw Ec2Errors.Invalid($"Value ({option.Name}) for parameter name is invalid. Unknown DHCP option");
        }
    }

    private static bool IsServer(DhcpOption option, string value) => IPAddress.TryParse(value, out var address)
        ? address.AddressFamily is AddressFamily.InterNetworkV6 || address.ToString() == value // A number alone is an address to .NET.
        : option.Name is DhcpNames.ServersOption && value is DhcpNames.OfAws;

    private static AwsException BadOption(DhcpOption option, string value) => Ec2Errors.Invalid($"Value ({value}) for parameter {option.Name} is invalid. Invalid DHCP option value.");

    private static DhcpOptions ToWire(IReadState state, StoredDhcpOptions set) => new()
    {
        DhcpOptionsId = set.Key.Id,
        OwnerId = set.Key.AccountId,
        DhcpConfigurations = [.. set.Options.Select(o => new DhcpConfiguration { Key = o.Name, Values = [.. o.Values.Select(v => new AttributeValue { Value = v })] })],
        Tags = ToWire(TagsOf(state, set.Key)),
    };
}
