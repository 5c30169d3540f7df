using System.Text.Json.Nodes;
using Minato.Aws.Shapes;
using Minato.Cli.Deploying;
using Minato.Contracts.Ecs;

namespace Minato.Cli.Planning;

/// <summary>What an update would change.</summary>
internal sealed record Difference(string Path, string Before, string After);

/// <summary>Compares task definitions member by member, as their JSON names them.</summary>
internal static class UpdatePlan
{
    private const string None = "-";

    /// <summary>What every revision has anew.</summary>
    private static readonly HashSet<string> s_ownOfEachRevision = new(StringComparer.Ordinal)
    {
        "taskDefinitionArn", "revision", "status", "registeredAt", "registeredBy", "requiresAttributes", "compatibilities", "deregisteredAt", "deleteRequestedAt",
    };

    public static IReadOnlyList<Difference> Compare(TaskDefinition before, TaskDefinition after)
    {
        var differences = new List<Difference>();
        Compare("", JsonNode.Parse(ShapeJson.Write(before).Span), JsonNode.Parse(ShapeJson.Write(after).Span), differences);
        return differences;
    }

    /// <summary>How many tasks may run beside each other on the way.</summary>
    public static string Course(Service service)
    {
        var desired = service.DesiredCount ?? 0;
        var min = service.DeploymentConfiguration?.MinimumHealthyPercent ?? 100;
        var max = service.DeploymentConfiguration?.MaximumPercent ?? 200;
        var strategy = service.DeploymentConfiguration?.Strategy;
        return strategy is null or DeploymentStrategy.Rolling
            ? $"rolling: never under {(desired * min + 99) / 100} healthy tasks, never above {desired * max / 100} in all"
            : $"{strategy?.ToWire()}: {desired} tasks beside {desired}, bake time {service.DeploymentConfiguration?.BakeTimeInMinutes ?? 0} min";
    }

    private static void Compare(string path, JsonNode? before, JsonNode? after, List<Difference> into)
    {
        if (JsonNode.DeepEquals(before, after)) return;
        if (before is JsonObject a && after is JsonObject b)
        {
            foreach (var name in a.Select(p => p.Key).Union(b.Select(p => p.Key)).Where(n => path.Length > 0 || !s_ownOfEachRevision.Contains(n)))
                Compare(path.Length == 0 ? name : $"{path}.{name}", a[name], b[name], into);
        }
        else if (before is JsonArray one && after is JsonArray other && (IsNamed(one) || IsNamed(other)))
        {
            foreach (var name in one.Select(NameOf).Union(other.Select(NameOf)))
                Compare($"{path}[{name}]", one.FirstOrDefault(n => NameOf(n) == name), other.FirstOrDefault(n => NameOf(n) == name), into);
        }
        else
        {
            into.Add(new(path, Words(before), Words(after)));
        }
    }

    // Containers, variables, volumes: their order says nothing, their names do.
    private static bool IsNamed(JsonArray array) => array is { Count: > 0 } && array.All(n => n is JsonObject o && o["name"] is not null);

    private static string NameOf(JsonNode? node) => (string?)node?["name"] ?? "";

    private static string Words(JsonNode? node) => node is null or JsonArray { Count: 0 } ? None : node is JsonValue value ? value.ToString() : node.ToJsonString();

    public static string Short(TaskDefinition definition, bool isNew) => isNew ? $"{definition.Family}:(new)" : TaskDefinitionRevision.NameOf(definition);
}
