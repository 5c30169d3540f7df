using System.Text.Json.Nodes;
using Minato.Aws.Templates;
using Minato.CloudFormation.Templates;

namespace Minato.CloudFormation.Planning;

/// <summary>How two sets of properties differ.</summary>
internal static class Differences
{
    /// <summary>Names of properties that are not the same.</summary>
    public static IEnumerable<string> Names(JsonObject before, JsonObject after) =>
        before.Select(p => p.Key).Union(after.Select(p => p.Key)).Where(name => !Values.SameValue(before[name], after[name]));

    /// <summary>Properties of something that an update failed to change: each is what it had or what was tried, and never what is wanted now where it may not be that.</summary>
    public static JsonObject Doubtful(JsonObject had, JsonObject tried, JsonObject wanted)
    {
        var doubtful = new JsonObject();
        foreach (var name in had.Select(p => p.Key).Union(tried.Select(p => p.Key)))
        {
            if ((Values.SameValue(tried[name], wanted[name]) ? had[name] : tried[name]) is { } value) doubtful[name] = value.DeepClone();
        }
        return doubtful;
    }

    /// <summary>Does a change of a property make another resource? A schema may name a part of one: <c>Outer/Inner</c>.</summary>
    public static bool IsCreateOnly(ResourceTypeSchema schema, string name, JsonObject before, JsonObject after) => schema.CreateOnly.Any(path =>
    {
        var parts = path.Split('/', '.');
        return parts[0] == name && !Values.SameValue(At(before, parts), At(after, parts));
    });

    private static JsonNode? At(JsonNode? node, IEnumerable<string> path) => path.Aggregate(node, (inner, part) => (inner as JsonObject)?[part]);
}
