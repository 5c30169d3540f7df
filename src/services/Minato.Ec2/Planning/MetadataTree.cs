using System.Globalization;
using System.Text.Json.Nodes;
using Minato.Ec2.State;

namespace Minato.Ec2.Planning;

/// <summary>What an instance may know of itself.</summary>
internal sealed record MetadataFacts(MachineState Machine, MachineBody Body, InterfaceState Interface)
{
    public required string SubnetCidr { get; init; }

    /// <summary>The VPC's ranges, its own first.</summary>
    public required IReadOnlyList<string> VpcCidrs { get; init; }
    public required string ZoneId { get; init; }
    public required string DnsName { get; init; }
    public required IReadOnlyList<string> GroupNames { get; init; }
    public required IReadOnlyDictionary<string, string> Tags { get; init; }
    public string? PublicIp { get; init; }

    /// <summary>The name of the address, where the VPC gives names.</summary>
    public string? PublicName { get; init; }

    /// <summary>Name of its role, when it has one.</summary>
    public string? Role { get; init; }
}

/// <summary>The instance metadata service's categories, as paths. Pure.</summary>
internal static class MetadataTree
{
    private const string RootDevice = "/dev/xvda";
    public const string Credentials = "meta-data/iam/security-credentials";

    /// <returns>The value of a category, or the list of what is below; null when there is nothing.</returns>
    public static string? Read(MetadataFacts facts, string path)
    {
        var values = Values(facts);
        var wanted = path.Trim('/');
        if (values.TryGetValue(wanted, out var value)) return value;
        var prefix = wanted.Length == 0 ? "" : wanted + "/";
        var below = values.Keys.Where(k => k.StartsWith(prefix, StringComparison.Ordinal)).Select(k => k[prefix.Length..])
            .Select(k => k.IndexOf('/', StringComparison.Ordinal) is >= 0 and var slash ? k[..(slash + 1)] : k).ToHashSet(StringComparer.Ordinal);
        // What has a text of its own and something below it is shown as a folder.
        return below.Count == 0 ? null : string.Join('\n', below.Where(k => !below.Contains(k + "/")));
    }

    private static SortedDictionary<string, string> Values(MetadataFacts facts)
    {
        var (machine, body, nic) = facts;
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["dynamic/instance-identity/document"] = Identity(facts),
            ["meta-data/ami-id"] = machine.ImageId ?? "",
            ["meta-data/ami-manifest-path"] = "(unknown)",
            ["meta-data/block-device-mapping/ami"] = RootDevice[5..],
            ["meta-data/block-device-mapping/root"] = RootDevice,
            ["meta-data/ami-launch-index"] = body.LaunchIndex.ToString(CultureInfo.InvariantCulture),
            ["meta-data/hostname"] = facts.DnsName,
            ["meta-data/instance-action"] = "none",
            ["meta-data/instance-id"] = machine.Key.Id,
            ["meta-data/instance-life-cycle"] = machine.IsSpot ? "spot" : "on-demand",
            ["meta-data/instance-type"] = machine.Type,
            ["meta-data/local-hostname"] = facts.DnsName,
            ["meta-data/local-ipv4"] = nic.PrivateIpAddress,
            ["meta-data/mac"] = nic.MacAddress,
            ["meta-data/placement/availability-zone"] = machine.AvailabilityZone,
            ["meta-data/placement/availability-zone-id"] = facts.ZoneId,
            ["meta-data/placement/region"] = machine.Key.Region,
            ["meta-data/profile"] = "default-hvm",
            ["meta-data/reservation-id"] = machine.ReservationId,
            ["meta-data/security-groups"] = string.Join('\n', facts.GroupNames),
            ["meta-data/services/domain"] = "amazonaws.com",
            ["meta-data/services/partition"] = "aws",
        };
        if (facts.PublicIp is { } ip) values["meta-data/public-ipv4"] = ip;
        if (facts.PublicName is { } outside) values["meta-data/public-hostname"] = outside;
        if (body is { KeyName: { } name, PublicKey: { } key })
        {
            values["meta-data/public-keys"] = $"0={name}";
            values["meta-data/public-keys/0/openssh-key"] = key;
        }
        if (facts.Role is { } role) values["meta-data/iam/info"] = values[$"{Credentials}/{role}"] = ""; // Made when asked for.
        if (body.Metadata.ShowsTags)
            foreach (var (tag, value) in facts.Tags) values[$"meta-data/tags/instance/{tag}"] = value;
        if (UserData.Decode(body.UserData ?? "") is { Length: > 0 }) values["user-data"] = "";
        AddInterface(values, facts, $"meta-data/network/interfaces/macs/{nic.MacAddress}/");
        return values;
    }

    private static void AddInterface(SortedDictionary<string, string> values, MetadataFacts facts, string at)
    {
        var nic = facts.Interface;
        values[at + "device-number"] = "0";
        values[at + "interface-id"] = nic.Key.Id;
        values[at + "local-hostname"] = facts.DnsName;
        values[at + "local-ipv4s"] = nic.PrivateIpAddress;
        values[at + "mac"] = nic.MacAddress;
        values[at + "owner-id"] = nic.Key.AccountId;
        values[at + "security-group-ids"] = string.Join('\n', nic.Groups);
        values[at + "security-groups"] = string.Join('\n', facts.GroupNames);
        values[at + "subnet-id"] = nic.SubnetId;
        values[at + "subnet-ipv4-cidr-block"] = facts.SubnetCidr;
        values[at + "vpc-id"] = nic.VpcId;
        values[at + "vpc-ipv4-cidr-block"] = facts.VpcCidrs[0];
        values[at + "vpc-ipv4-cidr-blocks"] = string.Join('\n', facts.VpcCidrs);
        if (facts.PublicName is { } outside) values[at + "public-hostname"] = outside;
        if (facts.PublicIp is not { } ip) return;
        values[at + "public-ipv4s"] = ip;
        values[at + $"ipv4-associations/{ip}"] = nic.PrivateIpAddress;
    }

    private static string Identity(MetadataFacts facts) => new JsonObject
    {
        ["accountId"] = facts.Machine.Key.AccountId,
        ["architecture"] = InstanceTypes.All.GetValueOrDefault(facts.Machine.Type)?.Architecture ?? "x86_64",
        ["availabilityZone"] = facts.Machine.AvailabilityZone,
        ["billingProducts"] = null,
        ["imageId"] = facts.Machine.ImageId,
        ["instanceId"] = facts.Machine.Key.Id,
        ["instanceType"] = facts.Machine.Type,
        ["pendingTime"] = facts.Machine.LaunchedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        ["privateIp"] = facts.Interface.PrivateIpAddress,
        ["region"] = facts.Machine.Key.Region,
        ["version"] = "2017-09-30",
    }.ToJsonString();
}
