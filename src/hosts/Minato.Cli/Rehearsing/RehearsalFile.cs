using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Minato.Aws.Shapes;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Rehearsal;

namespace Minato.Cli.Rehearsing;

/// <summary>
/// What is rehearsed, in a file: <c>service</c> and <c>taskDefinition</c>, <c>newTaskDefinition</c>, <c>targetGroups</c>, <c>alarms</c>,
/// <c>containerInstances</c>, <c>tasks</c> and <c>securityGroups</c> as the AWS CLI prints them, <c>deregistrationDelaySeconds</c> and
/// <c>loadBalancerSecurityGroups</c> by target group, <c>zones</c> and <c>ranges</c> of addresses by subnet, <c>newSecurityGroups</c> for the
/// tasks from the update on. All but the first two may be missing.
/// </summary>
internal static class RehearsalFile
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    public static void Write(string path, RehearsalInput input) => File.WriteAllText(path, new JsonObject
    {
        ["service"] = Node(input.Service),
        ["taskDefinition"] = Node(input.Before),
        ["newTaskDefinition"] = Node(input.After),
        ["targetGroups"] = new JsonArray([.. input.TargetGroups.Select(Node)]),
        ["alarms"] = new JsonArray([.. input.Alarms.Select(Node)]),
        ["containerInstances"] = new JsonArray([.. input.Instances.Select(Node)]),
        ["tasks"] = new JsonArray([.. input.Tasks.Select(Node)]),
        ["deregistrationDelaySeconds"] = new JsonObject(input.DeregistrationDelays.Select(d => System.Collections.Generic.KeyValuePair.Create(d.Key, (JsonNode?)d.Value))),
        ["securityGroups"] = GroupsFile.Write(input.SecurityGroups),
        ["loadBalancerSecurityGroups"] = new JsonObject(input.BalancerGroups.Select(g => System.Collections.Generic.KeyValuePair.Create(g.Key, (JsonNode?)new JsonArray([.. g.Value.Select(id => (JsonNode)id)])))),
        ["ranges"] = new JsonObject(input.Ranges.Select(r => System.Collections.Generic.KeyValuePair.Create(r.Key, (JsonNode?)r.Value))),
        ["zones"] = new JsonObject(input.Zones.Select(z => System.Collections.Generic.KeyValuePair.Create(z.Key, (JsonNode?)z.Value))),
    }.ToJsonString(s_indented));

    /// <exception cref="UserException">The file is not there or says something else.</exception>
    public static RehearsalInput Read(string path)
    {
        try
        {
            var file = JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new FormatException("This is not a JSON object.");
            return new()
            {
                Service = Shape<Service>(file, "service"),
                Before = Shape<TaskDefinition>(file, "taskDefinition"),
                After = Shape<TaskDefinition>(file, file["newTaskDefinition"] is null ? "taskDefinition" : "newTaskDefinition"),
                TargetGroups = [.. (file["targetGroups"] as JsonArray ?? []).Select(Shape<TargetGroup>)],
                Alarms = [.. (file["alarms"] as JsonArray ?? []).Select(Shape<MetricAlarm>)],
                Instances = [.. (file["containerInstances"] as JsonArray ?? []).Select(Shape<ContainerInstance>)],
                Tasks = [.. (file["tasks"] as JsonArray ?? []).Select(Shape<Contracts.Ecs.Task>)],
                DeregistrationDelays = (file["deregistrationDelaySeconds"] as JsonObject ?? []).ToImmutableDictionary(d => d.Key, d => (int?)d.Value ?? 0, StringComparer.Ordinal),
                SecurityGroups = GroupsFile.Read(file["securityGroups"]),
                BalancerGroups = (file["loadBalancerSecurityGroups"] as JsonObject ?? []).ToImmutableDictionary(g => g.Key, g => Texts(g.Value), StringComparer.Ordinal),
                SecurityGroupsAfter = file["newSecurityGroups"] is { } groups ? Texts(groups) : null,
                Ranges = (file["ranges"] as JsonObject ?? []).ToImmutableDictionary(r => r.Key, r => (string?)r.Value ?? "", StringComparer.Ordinal),
                Zones = (file["zones"] as JsonObject ?? []).ToImmutableDictionary(z => z.Key, z => (string?)z.Value ?? "", StringComparer.Ordinal),
            };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or FormatException or InvalidOperationException)
        {
            throw new UserException($"{path}: {e.Message}");
        }
    }

    private static ImmutableArray<string> Texts(JsonNode? node) => [.. (node as JsonArray ?? []).Select(n => (string?)n ?? "")];

    private static JsonNode? Node(IShape shape) => JsonNode.Parse(ShapeJson.Write(shape).Span);

    private static T Shape<T>(JsonObject file, string name)
        where T : IShape<T> => file[name] is { } node ? Shape<T>(node) : throw new FormatException($"It has no \"{name}\".");

    private static T Shape<T>(JsonNode? node)
        where T : IShape<T>
    {
        WithoutTimes(node);
        return ShapeJson.Read<T>(JsonSerializer.SerializeToUtf8Bytes(node));
    }

    /// <summary>The AWS CLI prints times in a form of its own; a rehearsal needs none of them.</summary>
    private static void WithoutTimes(JsonNode? node)
    {
        if (node is JsonArray array) foreach (var item in array) WithoutTimes(item);
        if (node is not JsonObject json) return;
        foreach (var name in json.Select(p => p.Key).Where(k => k.EndsWith("At", StringComparison.Ordinal) || k.EndsWith("Timestamp", StringComparison.Ordinal)).ToArray()) json.Remove(name);
        foreach (var (_, value) in json) WithoutTimes(value);
    }
}
