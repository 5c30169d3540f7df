using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Minato.Contracts.Ec2;

namespace Minato.Cli.Rehearsing;

/// <summary>Security groups in a file, as the AWS CLI prints them: EC2's own names are others on the wire.</summary>
internal static class GroupsFile
{
    public static JsonArray Write(ImmutableArray<SecurityGroup> groups) => new([.. groups.Select(g => (JsonNode)new JsonObject
    {
        ["GroupId"] = g.GroupId, ["GroupName"] = g.GroupName, ["IpPermissions"] = Write(g.IpPermissions), ["IpPermissionsEgress"] = Write(g.IpPermissionsEgress),
    })]);

    /// <summary>Without rules for what leaves, all may: so AWS makes a group.</summary>
    public static ImmutableArray<SecurityGroup> Read(JsonNode? groups) =>
    [
        .. All(groups).Select(g => new SecurityGroup
        {
            GroupId = (string?)g["GroupId"], GroupName = (string?)g["GroupName"], IpPermissions = Permissions(g["IpPermissions"]),
            IpPermissionsEgress = g["IpPermissionsEgress"] is { } egress ? Permissions(egress) : [new() { IpProtocol = "-1", IpRanges = [new() { CidrIp = "0.0.0.0/0" }] }],
        }),
    ];

    private static JsonArray Write(ImmutableArray<IpPermission>? permissions) => new([.. (permissions ?? []).Select(p => (JsonNode)new JsonObject
    {
        ["IpProtocol"] = p.IpProtocol, ["FromPort"] = p.FromPort, ["ToPort"] = p.ToPort,
        ["IpRanges"] = new JsonArray([.. (p.IpRanges ?? []).Select(r => (JsonNode)new JsonObject { ["CidrIp"] = r.CidrIp })]),
        ["UserIdGroupPairs"] = new JsonArray([.. (p.UserIdGroupPairs ?? []).Select(u => (JsonNode)new JsonObject { ["GroupId"] = u.GroupId })]),
    })]);

    private static ImmutableArray<IpPermission> Permissions(JsonNode? permissions) =>
    [
        .. All(permissions).Select(p => new IpPermission
        {
            IpProtocol = (string?)p["IpProtocol"], FromPort = (int?)p["FromPort"], ToPort = (int?)p["ToPort"],
            IpRanges = [.. All(p["IpRanges"]).Select(r => new IpRange { CidrIp = (string?)r["CidrIp"] })],
            UserIdGroupPairs = [.. All(p["UserIdGroupPairs"]).Select(u => new UserIdGroupPair { GroupId = (string?)u["GroupId"] })],
        }),
    ];

    private static IEnumerable<JsonObject> All(JsonNode? array) => (array as JsonArray ?? []).OfType<JsonObject>();
}
