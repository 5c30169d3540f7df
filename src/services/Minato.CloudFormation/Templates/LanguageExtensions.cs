using System.Text.Json.Nodes;

namespace Minato.CloudFormation.Templates;

/// <summary>AWS::LanguageExtensions: Fn::ForEach is expanded before anything else looks at the template. Its other functions are the evaluator's.</summary>
internal static class LanguageExtensions
{
    public const string Name = "AWS::LanguageExtensions";

    private const string ForEach = "Fn::ForEach::";
    private const int MostLoops = 5;    // AWS: inside each other.

    /// <param name="root">With AWS::LanguageExtensions among its transforms.</param>
    /// <param name="parameters">Values that a collection may refer to.</param>
    public static JsonObject Expand(JsonObject root, IReadOnlyDictionary<string, ParameterValue> parameters) =>
        (JsonObject)new Loops(root, parameters).Expand(root, [], 0);

    private sealed class Loops(JsonObject root, IReadOnlyDictionary<string, ParameterValue> parameters)
    {
        private int _made; // Characters of the template that comes of it, at the least.

        public JsonNode Expand(JsonNode node, Dictionary<string, string> variables, int loops) => Counted(node) switch
        {
            JsonObject map => ExpandMap(map, variables, loops),
            JsonArray list => new JsonArray([.. list.Select(i => i is null ? null : Expand(i, variables, loops))]),
            JsonValue value when variables.Count > 0 && value.GetValueKind() is System.Text.Json.JsonValueKind.String => Values.Of(Fill(value.GetValue<string>(), variables)),
            _ => node.DeepClone(),
        };

        private JsonNode ExpandMap(JsonObject map, Dictionary<string, string> variables, int loops)
        {
            if (Values.Function(map) is ("Ref", { } target) && Values.Text(target) is { } name && variables.TryGetValue(name, out var bound)) return Values.Of(bound);
            var result = new JsonObject();
            foreach (var (key, value) in map)
            {
                if (key.StartsWith(ForEach, StringComparison.Ordinal)) Loop(result, key, value, variables, loops);
                else if (value is not null) Add(result, Fill(key, variables), Expand(value, variables, loops));
                else result[key] = null;
            }
            return result;
        }

        private void Loop(JsonObject into, string key, JsonNode? value, Dictionary<string, string> variables, int loops)
        {
            if (loops >= MostLoops) throw Wrong(key);
            if (value is not JsonArray { Count: 3 } parts || Values.Text(parts[0]) is not { } variable || parts[2] is not JsonObject body) throw Wrong(key);
            foreach (var item in Collection(parts[1], variables, key))
            {
                var inner = new Dictionary<string, string>(variables) { [variable] = item };
                if (Expand(body, inner, loops + 1) is not JsonObject made) continue;
                foreach (var (name, one) in made.ToList())
                {
                    made.Remove(name);
                    Add(into, name, one);
                }
            }
        }

        private IEnumerable<string> Collection(JsonNode? node, Dictionary<string, string> variables, string key)
        {
            if (Values.Function(node) is ("Ref", { } target) && Values.Text(target) is { } name)
            {
                if (parameters.TryGetValue(name, out var parameter) && parameter.IsList) return Evaluator.ListOf(parameter.Text);
                throw Wrong(key);
            }
            if (Values.Function(node) is ("Fn::FindInMap", JsonArray { Count: 3 } path))
            {
                var names = path.Select(p => Values.Text(p is null ? null : Expand(p, variables, 0)) ?? throw Wrong(key)).ToList();
                return Values.Member(Values.Member(Values.Member(root["Mappings"], names[0]), names[1]), names[2]) is JsonArray mapped ? mapped.Select(m => Values.Text(m) ?? throw Wrong(key)) : throw Wrong(key);
            }
            return node is JsonArray list ? list.Select(i => Values.Text(i is null ? null : Expand(i, variables, 0)) ?? throw Wrong(key)) : throw Wrong(key);
        }

        private void Add(JsonObject into, string name, JsonNode? node)
        {
            Count(name);
            if (!into.TryAdd(name, node)) throw TemplateErrors.Template($"Fn::ForEach could not resolve: duplicate key {name}");
        }

        // Loops inside loops end here: it would be too large for a template.
        private void Count(string text)
        {
            if ((_made += 1 + text.Length) > TemplateText.Largest) throw TemplateErrors.TooLarge();
        }

        private JsonNode Counted(JsonNode node)
        {
            Count(node is JsonValue ? Values.Text(node) ?? "" : "");
            return node;
        }

        // ${Name} anywhere, and &{Name} which leaves out what is not alphanumeric.
        private static string Fill(string text, Dictionary<string, string> variables)
        {
            foreach (var (name, value) in variables)
            {
                text = text.Replace($"${{{name}}}", value, StringComparison.Ordinal);
                text = text.Replace($"&{{{name}}}", string.Concat(value.Where(char.IsAsciiLetterOrDigit)), StringComparison.Ordinal);
            }
            return text;
        }

        private static Exception Wrong(string key) =>
            TemplateErrors.Template($"{key} is not valid: Fn::ForEach takes an identifier, a list of values and an object with keys that use the identifier");
    }
}
