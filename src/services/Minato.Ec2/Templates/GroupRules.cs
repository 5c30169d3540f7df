using System.Text.Json.Nodes;
using Minato.Contracts.Ec2;

namespace Minato.Ec2.Templates;

/// <summary>Rules of security groups: flat in templates, in permissions with lists at EC2.</summary>
internal static class GroupRules
{
    public static JsonObject Everything() => ToPermission(new JsonObject { ["IpProtocol"] = "-1", ["CidrIp"] = "0.0.0.0/0" });

    /// <summary>Permissions of the rules that a template gives.</summary>
    /// <param name="otherwise">Those in force when it gives none.</param>
    public static JsonObject[] Of(JsonObject properties, string property, JsonObject[] otherwise) =>
        properties[property] is JsonArray { Count: > 0 } rules ? [.. rules.OfType<JsonObject>().Select(ToPermission)] : otherwise;

    public static JsonObject ToPermission(JsonObject rule)
    {
        var description = Text(rule, "Description");
        var permission = new JsonObject { ["IpProtocol"] = Text(rule, "IpProtocol") };
        if (Text(rule, "IpProtocol") is not "-1")
        {
            permission["FromPort"] = Text(rule, "FromPort");
            permission["ToPort"] = Text(rule, "ToPort");
        }
        var group = new JsonObject { ["GroupId"] = Either(rule, "SecurityGroupId"), ["GroupName"] = Text(rule, "SourceSecurityGroupName"), ["UserId"] = Text(rule, "SourceSecurityGroupOwnerId") };
        if (Text(rule, "CidrIp") is { } cidr) permission["IpRanges"] = List(new() { ["CidrIp"] = cidr });
        if (Text(rule, "CidrIpv6") is { } cidr6) permission["Ipv6Ranges"] = List(new() { ["CidrIpv6"] = cidr6 });
        if (Either(rule, "PrefixListId") is { } list) permission["PrefixListIds"] = List(new() { ["PrefixListId"] = list });
        if (group.Any(g => g.Value is not null)) permission["UserIdGroupPairs"] = List(group);
        return permission;

        JsonArray List(JsonObject peer)
        {
            if (description is not null) peer["Description"] = description;
            return [peer];
        }
    }

    public static JsonObject ToPermission(SecurityGroupRule rule) => ToPermission(new JsonObject
    {
        ["IpProtocol"] = rule.IpProtocol, ["FromPort"] = rule.FromPort, ["ToPort"] = rule.ToPort, ["CidrIp"] = rule.CidrIpv4, ["CidrIpv6"] = rule.CidrIpv6,
        ["SourceSecurityGroupId"] = rule.ReferencedGroupInfo?.GroupId, ["SourcePrefixListId"] = rule.PrefixListId,
    });

    /// <summary>What makes two rules the same: all but the description and who the owner of the other group is.</summary>
    public static JsonObject Key(JsonObject permission)
    {
        var key = (JsonObject)permission.DeepClone();
        foreach (var peer in key.Select(p => p.Value).OfType<JsonArray>().SelectMany(a => a.OfType<JsonObject>()))
        {
            peer.Remove("Description");
            peer.Remove("UserId");
        }
        return key;
    }

    public static JsonArray ToTemplate(IEnumerable<IpPermission> permissions, string peer)
    {
        var rules = new JsonArray();
        foreach (var p in permissions)
        {
            foreach (var range in p.IpRanges ?? []) Add(p, "CidrIp", range.CidrIp, range.Description);
            foreach (var range in p.Ipv6Ranges ?? []) Add(p, "CidrIpv6", range.CidrIpv6, range.Description);
            foreach (var pair in p.UserIdGroupPairs ?? []) Add(p, $"{peer}SecurityGroupId", pair.GroupId, pair.Description);
            foreach (var list in p.PrefixListIds ?? []) Add(p, $"{peer}PrefixListId", list.PrefixListIdValue, list.Description);
        }
        return rules;

        void Add(IpPermission p, string name, string? value, string? description)
        {
            var rule = new JsonObject { ["IpProtocol"] = p.IpProtocol, [name] = value };
            if (p.FromPort is { } from) rule["FromPort"] = from;
            if (p.ToPort is { } to) rule["ToPort"] = to;
            if (description is not null) rule["Description"] = description;
            rules.Add(rule);
        }
    }

    private static string? Text(JsonObject rule, string name) => rule[name]?.ToString();

    private static string? Either(JsonObject rule, string name) => Text(rule, $"Source{name}") ?? Text(rule, $"Destination{name}");
}
