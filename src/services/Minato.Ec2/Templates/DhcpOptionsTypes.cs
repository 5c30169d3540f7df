using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.Contracts.Ec2;

namespace Minato.Ec2.Templates;

internal sealed class DhcpOptionsType(IEc2 ec2, TimeProvider clock) : Ec2Type("AWS::EC2::DHCPOptions", "dhcp-options", ec2, clock)
{
    /// <summary>Properties by the names of the options; those with one value first.</summary>
    private static readonly (string Property, string Option, bool IsList)[] s_options =
    [
        ("DomainName", "domain-name", false), ("NetbiosNodeType", "netbios-node-type", false), ("Ipv6AddressPreferredLeaseTime", "ipv6-address-preferred-lease-time", false),
        ("DomainNameServers", "domain-name-servers", true), ("NtpServers", "ntp-servers", true), ("NetbiosNameServers", "netbios-name-servers", true),
    ];

    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = [.. s_options.Select(o => o.Property), "Tags"], CreateOnly = [.. s_options.Select(o => o.Property)], Attributes = ["DhcpOptionsId"],
        Identifiers = ["DhcpOptionsId"], Tags = "Tags",
    };

    protected override Task MakeAsync(TemplateResource r, CancellationToken ct) => MakeOnceAsync(r, async () =>
    {
        var asked = new JsonArray([.. s_options.Where(o => r.Has(o.Property)).Select(o => (JsonNode?)new JsonObject
        {
            ["Key"] = o.Option, ["Values"] = new JsonArray([.. (o.IsList ? r.Texts(o.Property) : [r.Text(o.Property) ?? ""]).Select(v => (JsonNode?)v)]),
        })]);
        return (await Ec2.CreateDhcpOptionsAsync(r.As<CreateDhcpOptionsRequest>(("DhcpConfigurations", asked)), r.Caller, ct)).DhcpOptions?.DhcpOptionsId;
    }, ct);

    protected override Task ChangeAsync(TemplateResource r, CancellationToken ct) => RetagAsync(r, r.Id, ct);

    protected override Task RemoveAsync(TemplateResource r, CancellationToken ct) => Ec2.DeleteDhcpOptionsAsync(new() { DhcpOptionsId = r.Id }, r.Caller, ct);

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct)
    {
        var found = await DescribedOrNull(async () => (await Ec2.DescribeDhcpOptionsAsync(new() { DhcpOptionsIds = [r.Id] }, r.Caller, ct)).DhcpOptions?.FirstOrDefault());
        if (found is not { } set) return null;
        var model = r.Model(set, ("DhcpOptionsId", r.Id));
        foreach (var option in set.DhcpConfigurations ?? [])
        {
            var (property, _, isList) = s_options.First(o => o.Option == option.Key);
            var values = (option.Values ?? []).Select(v => (JsonNode?)v.Value).ToArray();
            model.Properties[property] = isList ? new JsonArray(values) : values.FirstOrDefault();
        }
        return model;
    }
}

/// <summary>AWS: taken away, the VPC has no options.</summary>
internal sealed class DhcpOptionsAssociationType(IEc2 ec2, TimeProvider clock) : Ec2Type("AWS::EC2::VPCDHCPOptionsAssociation", null, ec2, clock)
{
    private const string None = "default";

    public override ResourceTypeSchema Schema { get; } = new()
    {
        Properties = ["DhcpOptionsId", "VpcId"], Required = ["DhcpOptionsId", "VpcId"], CreateOnly = ["VpcId"], Identifiers = ["DhcpOptionsId", "VpcId"],
    };

    protected override Task MakeAsync(TemplateResource r, CancellationToken ct) => ChangeAsync(r, ct);

    protected override async Task ChangeAsync(TemplateResource r, CancellationToken ct)
    {
        var (options, vpc) = (r.Text("DhcpOptionsId") ?? "", r.Text("VpcId") ?? "");
        await Ec2.AssociateDhcpOptionsAsync(new() { DhcpOptionsId = options, VpcId = vpc }, r.Caller, ct);
        r.Id = $"{options}|{vpc}"; // AWS: another set is another id, without a replacement.
    }

    protected override async Task RemoveAsync(TemplateResource r, CancellationToken ct)
    {
        if (await VpcAsync(r, ct) is { VpcId: { } id }) await Ec2.AssociateDhcpOptionsAsync(new() { DhcpOptionsId = None, VpcId = id }, r.Caller, ct);
    }

    protected override async Task<ResourceModel?> DescribeAsync(TemplateResource r, CancellationToken ct) => await VpcAsync(r, ct) is { } vpc ? r.Model(vpc) : null;

    /// <returns>Null when it has another set by now.</returns>
    private async Task<Vpc?> VpcAsync(TemplateResource r, CancellationToken ct)
    {
        if (r.Id.Split('|') is not [var options, var id]) return null;
        var vpc = await DescribedOrNull(async () => (await Ec2.DescribeVpcsAsync(new() { VpcIds = [id] }, r.Caller, ct)).Vpcs?.FirstOrDefault());
        return vpc?.DhcpOptionsId == options ? vpc : null;
    }
}
