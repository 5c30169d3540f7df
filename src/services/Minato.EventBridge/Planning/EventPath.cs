using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Minato.EventBridge.Planning;

/// <summary>A path into an event: <c>$.detail.list[0].name</c>, <c>$['detail-type']</c>, <c>$.resources[*]</c>.</summary>
internal sealed class EventPath
{
    private readonly List<string> _steps; // A name; "[n]" an element; "[*]" all of them.

    private EventPath(List<string> steps) => _steps = steps;

    public static bool TryParse(string text, [NotNullWhen(true)] out EventPath? path)
    {
        path = null;
        if (!text.StartsWith('$')) return false;
        var steps = new List<string>();
        for (var i = 1; i < text.Length;)
        {
            var end = text[i] switch { '.' => Name(text, i + 1, steps), '[' => Bracket(text, i + 1, steps), _ => -1 };
            if (end < 0) return false;
            i = end;
        }

        path = new(steps);
        return true;
    }

    /// <returns>A copy of what is there; null when nothing is.</returns>
    public JsonNode? Find(JsonElement root) => Find(root, 0);

    private JsonNode? Find(JsonElement at, int step)
    {
        if (step == _steps.Count) return Copy(at);
        var name = _steps[step];
        if (name is "[*]")
        {
            if (at.ValueKind is not JsonValueKind.Array) return null;
            return new JsonArray([.. at.EnumerateArray().Select(e => Find(e, step + 1)).Where(n => n is not null)]);
        }

        if (name.StartsWith('[') && name.EndsWith(']') && int.TryParse(name.AsSpan(1, name.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var index))
            return at.ValueKind is JsonValueKind.Array && index < at.GetArrayLength() ? Find(at[index], step + 1) : null;
        return at.ValueKind is JsonValueKind.Object && at.TryGetProperty(name, out var member) ? Find(member, step + 1) : null;
    }

    private static JsonNode? Copy(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => JsonObject.Create(json.Clone()),
        JsonValueKind.Array => JsonArray.Create(json.Clone()),
        JsonValueKind.Null => null,
        _ => JsonValue.Create(json.Clone()),
    };

    private static int Name(string text, int start, List<string> steps)
    {
        var end = text.IndexOfAny(['.', '['], start);
        if (end < 0) end = text.Length;
        if (end == start) return -1;
        steps.Add(text[start..end] is "*" ? "[*]" : text[start..end]);
        return end;
    }

    private static int Bracket(string text, int start, List<string> steps)
    {
        if (start >= text.Length) return -1;
        if (text[start] is '\'' or '"')
        {
            var quote = text.IndexOf(text[start], start + 1);
            if (quote < 0 || quote + 1 >= text.Length || text[quote + 1] != ']') return -1;
            steps.Add(text[(start + 1)..quote]);
            return quote + 2;
        }

        var end = text.IndexOf(']', start);
        if (end < 0) return -1;
        var inside = text.AsSpan(start, end - start);
        if (inside is not "*" && !int.TryParse(inside, NumberStyles.None, CultureInfo.InvariantCulture, out _)) return -1;
        steps.Add($"[{inside}]");
        return end + 1;
    }
}
