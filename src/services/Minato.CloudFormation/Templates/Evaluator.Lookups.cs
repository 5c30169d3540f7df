using System.Text.Json.Nodes;

namespace Minato.CloudFormation.Templates;

// Conditions, and functions that look something up.
internal sealed partial class Evaluator
{
    private const int MostConditions = 500; // Each waits for the next on the stack of a thread.

    private int _within;

    /// <summary>Does a named condition hold?</summary>
    public bool Holds(string condition)
    {
        if (_conditions.TryGetValue(condition, out var known))
            return known ?? throw TemplateErrors.Format($"Circular dependency between conditions: [{string.Join(", ", _conditions.Where(c => c.Value is null).Select(c => c.Key).Order(StringComparer.Ordinal))}]");
        if (!_scope.Template.Conditions.TryGetPropertyValue(condition, out var definition)) throw TemplateErrors.UnresolvedCondition("Conditions", condition);
        if (_within >= MostConditions) throw TemplateErrors.Format($"Conditions may refer to each other over at most {MostConditions} others");
        _conditions[condition] = null;
        _within++;
        var holds = Holds(definition);
        _within--;
        _conditions[condition] = holds;
        return holds;
    }

    private bool Holds(JsonNode? node)
    {
        if (node is not JsonObject { Count: 1 } single) throw TemplateErrors.Format("Conditions can only be boolean operations on parameters and other conditions");
        var (name, argument) = single.First();
        return name switch
        {
            "Condition" => Holds(Values.Text(argument) ?? throw TemplateErrors.Format("Every Condition member must be a string.")),
            "Fn::Equals" => AreEqual(argument),
            "Fn::Not" => argument is JsonArray { Count: 1 } one ? !Holds(one[0])
                : throw TemplateErrors.Template("every Fn::Not object requires a list with exactly 1 boolean parameter."),
            "Fn::And" => Several(argument, name).All(Holds),
            "Fn::Or" => Several(argument, name).Any(Holds),
            _ => throw TemplateErrors.Format("Conditions can only be boolean operations on parameters and other conditions"),
        };
    }

    private static JsonArray Several(JsonNode? argument, string name) => argument is JsonArray { Count: >= 2 and <= 10 } list ? list
        : throw TemplateErrors.Template($"every {name} object requires a list of at least 2 and at most 10 boolean parameters.");

    private bool AreEqual(JsonNode? argument)
    {
        if (argument is not JsonArray { Count: 2 } sides) throw TemplateErrors.Template("every Fn::Equals object requires a list of 2 string parameters.");
        return Values.SameValue(Evaluate(sides[0]), Evaluate(sides[1]));
    }

    private JsonNode? FindInMap(JsonNode? argument)
    {
        if (argument is not JsonArray { Count: 3 or 4 } parts)
            throw TemplateErrors.Template("every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value");
        var fallback = parts.Count == 4 ? Values.Member(parts[3], "DefaultValue") : null;
        if (parts.Count == 4 && (fallback is null || !_scope.Template.HasLanguageExtensions))
            throw TemplateErrors.Template("every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value");
        var (map, key, attribute) = (Text(parts[0], "Fn::FindInMap"), Text(parts[1], "Fn::FindInMap"), Text(parts[2], "Fn::FindInMap"));
        var found = Values.Member(Values.Member(_scope.Template.Mappings[map], key), attribute);
        if (found is not null) return found.DeepClone();
        if (fallback is not null) return Evaluate(fallback);
        throw TemplateErrors.Template(_scope.Template.Mappings.ContainsKey(map) ? $"Unable to get mapping for {map}::{key}::{attribute}"
            : $"Mapping named '{map}' is not present in the 'Mappings' section of template.");
    }

    private JsonNode ImportValue(JsonNode? argument)
    {
        var name = Evaluate(argument);
        if (IsOpen(name) || Asks(argument, f => f is "Fn::GetAZs" or "Fn::ImportValue" or "Fn::GetAtt"))
            throw TemplateErrors.Template("the attribute in Fn::ImportValue must not depend on any resources, imported values, or Fn::GetAZs");
        var text = Values.Text(name) ?? throw TemplateErrors.Template("every Fn::ImportValue object must have a String-typed value.");
        _imports.Add(text);
        if (_scope.Import(text) is { } value) return Values.Of(value);
        return _scope.IsSymbolic ? new JsonObject { ["Fn::ImportValue"] = text } : throw TemplateErrors.Validation($"No export named {text} found.");
    }

    private static bool Asks(JsonNode? node, Func<string, bool> what) => node switch
    {
        JsonObject map => map.Any(p => what(p.Key) || Asks(p.Value, what)),
        JsonArray list => list.Any(i => Asks(i, what)),
        _ => false,
    };

    private JsonNode GetZones(JsonNode? argument)
    {
        var given = Values.Text(Evaluate(argument)) ?? throw TemplateErrors.Template("every Fn::GetAZs object must have a String-typed value.");
        var region = given.Length > 0 ? given : _scope.Stack.Region;
        return _scope.Zones(region) is { } zones ? Values.List(zones) : new JsonObject { ["Fn::GetAZs"] = region };
    }

    private JsonNode Cidr(JsonNode? argument)
    {
        if (argument is not JsonArray { Count: 2 or 3 } parts) throw TemplateErrors.Template("every Fn::Cidr object requires two or three parameters: ipBlock, count and cidrBits");
        var arguments = new JsonArray([.. parts.Select(Evaluate)]);
        if (IsOpen(arguments)) return new JsonObject { ["Fn::Cidr"] = arguments };
        var bits = arguments.Count == 3 ? Values.Text(arguments[2]) : null;
        return Values.List(CidrBlocks.Split(Values.Text(arguments[0]) ?? "", Values.Text(arguments[1]) ?? "", bits));
    }
}
