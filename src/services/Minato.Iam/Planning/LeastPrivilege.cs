using System.Text;
using System.Text.Json;
using Minato.Iam.Authorization;

namespace Minato.Iam.Planning;

/// <summary>The policy that allows what was done, and not much more.</summary>
internal static class LeastPrivilege
{
    // More resources of one kind than that are written with a star: a policy that names each task would be wrong with the next.
    private const int MostNamed = 3;

    public static string Suggest(IEnumerable<UsedAction> used)
    {
        var statements = used.GroupBy(u => u.Action, StringComparer.OrdinalIgnoreCase)
            .Select(a => (Action: a.Key, Resources: Shortened([.. a.Select(u => u.Resource).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)])))
            .GroupBy(a => string.Join('\n', a.Resources), StringComparer.Ordinal)
            .Select(g => (Actions: g.Select(a => a.Action).Order(StringComparer.Ordinal).ToArray(), g.First().Resources))
            .OrderBy(s => s.Actions[0], StringComparer.Ordinal);
        using var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text, new() { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("Version", "2012-10-17");
            json.WriteStartArray("Statement");
            foreach (var (actions, resources) in statements)
            {
                json.WriteStartObject();
                json.WriteString("Effect", "Allow");
                Write(json, "Action", actions);
                Write(json, "Resource", resources);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(text.ToArray());
    }

    private static string[] Shortened(string[] resources) =>
        [.. resources.GroupBy(Family, StringComparer.Ordinal).SelectMany(g => g.Count() > MostNamed ? [$"{g.Key}*"] : g.ToArray()).Order(StringComparer.Ordinal)];

    // Up to the last part: tasks of a cluster, objects under a prefix, streams of a log group.
    private static string Family(string arn) => arn[..(Math.Max(arn.LastIndexOf('/'), arn.LastIndexOf(':')) + 1)];

    private static void Write(Utf8JsonWriter json, string name, string[] values)
    {
        if (values is [var only])
        {
            json.WriteString(name, only);
            return;
        }
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
