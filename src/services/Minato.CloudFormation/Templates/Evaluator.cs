using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Minato.CloudFormation.Templates;

/// <summary>
/// Evaluates the functions of a template. Null is AWS::NoValue: what holds it leaves it out. What it gives is always new, so that
/// it may be put anywhere. In a symbolic scope a function that needs a resource stays, with its other arguments evaluated.
/// </summary>
internal sealed partial class Evaluator
{
    private const int MostMade = 4 * 1024 * 1024;

    private readonly Scope _scope;
    private readonly Dictionary<string, bool?> _conditions = new(StringComparer.Ordinal); // Null while it is being found out.
    private readonly HashSet<string> _imports = new(StringComparer.Ordinal);

    private long _spent;

    public Evaluator(Scope scope) => _scope = scope;

    public Scope Scope => _scope;

    /// <summary>Names of exports that were asked for.</summary>
    public IReadOnlySet<string> Imports => _imports;

    /// <exception cref="Minato.Aws.AwsException">A function cannot be evaluated.</exception>
    public JsonNode? Evaluate(JsonNode? node)
    {
        if (Values.Function(node) is var (name, argument)) return Call(name, argument);
        return node switch
        {
            JsonObject map => Map(map),
            JsonArray list => new JsonArray([.. list.Select(Evaluate).Where(v => v is not null)]),
            _ => node?.DeepClone(),
        };
    }

    public JsonObject EvaluateMap(JsonObject map) => Map(map);

    /// <summary>As text, for what must be known at once.</summary>
    public string Text(JsonNode? node, string what) =>
        Values.Text(Evaluate(node)) is { } text ? text : throw TemplateErrors.Template($"{what} must be a string");

    /// <summary>Is anything in it that only a resource can tell?</summary>
    public static bool IsOpen(JsonNode? node) => node switch
    {
        JsonObject map => Values.Function(map) is not null || map.Any(p => IsOpen(p.Value)),
        JsonArray list => list.Any(IsOpen),
        _ => false,
    };

    private JsonObject Map(JsonObject map)
    {
        var result = new JsonObject();
        foreach (var (key, value) in map)
        {
            if (Evaluate(value) is { } evaluated) result[key] = evaluated;
        }
        return result;
    }

    private JsonNode? Call(string name, JsonNode? argument)
    {
        var value = Answer(name, argument);
        Spend(WeightOf(value));
        return value;
    }

    // Functions inside of functions can make very much of very little.
    private void Spend(long characters)
    {
        if ((_spent += characters) > MostMade) throw TemplateErrors.Template($"functions make more than {MostMade} characters");
    }

    private static long WeightOf(JsonNode? node) => node switch
    {
        JsonObject map => map.Sum(p => p.Key.Length + WeightOf(p.Value)),
        JsonArray list => list.Sum(i => 1 + WeightOf(i)),
        _ => Values.Text(node)?.Length ?? 0,
    };

    private JsonNode? Answer(string name, JsonNode? argument) => name switch
    {
        "Ref" => Ref(Values.Text(argument) ?? throw References.NoName()),
        "Fn::GetAtt" => GetAtt(argument),
        "Fn::Sub" => Sub(argument),
        "Fn::Join" => Join(argument),
        "Fn::Select" => Select(argument),
        "Fn::Split" => Split(argument),
        "Fn::If" => If(argument),
        "Fn::FindInMap" => FindInMap(argument),
        "Fn::ImportValue" => ImportValue(argument),
        "Fn::GetAZs" => GetZones(argument),
        "Fn::Cidr" => Cidr(argument),
        "Fn::Base64" => Base64(argument),
        "Fn::Length" => Length(argument),
        "Fn::ToJsonString" => ToJsonString(argument),
        "Fn::Transform" => throw TemplateErrors.Template("Fn::Transform was not expanded"),
        "Fn::And" or "Fn::Or" or "Fn::Not" or "Fn::Equals" => JsonValue.Create(Holds(new JsonObject { [name] = argument?.DeepClone() })),
        _ => throw TemplateErrors.Template($"Encountered unsupported function: {name} Supported functions are: "
            + "[Fn::Base64, Fn::GetAtt, Fn::GetAZs, Fn::ImportValue, Fn::Join, Fn::Split, Fn::FindInMap, Fn::Select, Ref, Fn::Equals, Fn::If, Fn::Not, Condition, Fn::And, Fn::Or, Fn::Contains, Fn::EachMemberEquals, Fn::EachMemberIn, Fn::ValueOf, Fn::ValueOfAll, Fn::RefAll, Fn::Sub, Fn::Cidr]"),
    };

    private JsonNode? Ref(string name)
    {
        if (Pseudo(name, out var pseudo)) return pseudo;
        if (_scope.Parameters.TryGetValue(name, out var parameter)) return ValueOf(parameter);
        if (!_scope.Template.Resources.ContainsKey(name)) throw TemplateErrors.Unresolved("Resources", [name]);
        if (_scope.IsSymbolic) return new JsonObject { ["Ref"] = name };
        return Values.Of((_scope.Resource(name) ?? throw NotThere(name)).PhysicalId);
    }

    private JsonNode ValueOf(ParameterValue parameter)
    {
        if (parameter.IsSecret && _scope.HidesSecrets) return Values.Of(Scope.Mask);
        return parameter.IsList ? Values.List(ListOf(parameter.Text)) : Values.Of(parameter.Text);
    }

    /// <summary>AWS: the items of a comma delimited list are trimmed.</summary>
    internal static IEnumerable<string> ListOf(string text) => text.Length == 0 ? [] : text.Split(',').Select(i => i.Trim());

    private bool Pseudo(string name, out JsonNode? value)
    {
        var stack = _scope.Stack;
        value = name switch
        {
            "AWS::AccountId" => Values.Of(stack.AccountId),
            "AWS::Region" => Values.Of(stack.Region),
            "AWS::StackId" => Values.Of(stack.StackId),
            "AWS::StackName" => Values.Of(stack.StackName),
            "AWS::Partition" => Values.Of("aws"),
            "AWS::URLSuffix" => Values.Of("amazonaws.com"),
            "AWS::NotificationARNs" => Values.List(stack.NotificationArns),
            _ => null,
        };
        return value is not null || name is "AWS::NoValue";
    }

    private JsonNode GetAtt(JsonNode? argument)
    {
        var (id, attribute) = References.GetAtt(argument, this);
        if (_scope.IsSymbolic) return new JsonObject { ["Fn::GetAtt"] = Values.List([id, attribute]) };
        return Attribute(id, attribute);
    }

    private JsonNode Attribute(string id, string attribute)
    {
        var found = _scope.Resource(id) ?? throw NotThere(id);
        if (found.Attributes.TryGetPropertyValue(attribute, out var value) && value is not null) return value.DeepClone();
        // A dot may also lead into an attribute that is an object.
        JsonNode? node = found.Attributes;
        foreach (var part in attribute.Split('.')) node = (node as JsonObject)?[part];
        return node?.DeepClone() ?? throw TemplateErrors.Validation($"Attribute '{attribute}' does not exist");
    }

    private static Exception NotThere(string id) => TemplateErrors.Unresolved("Resources", [id]);

    private JsonNode Sub(JsonNode? argument)
    {
        var (text, own) = References.Sub(argument);
        var values = own is null ? [] : Map(own);
        var result = new StringBuilder();
        var open = false;
        foreach (var (literal, name) in SubText.Parts(text))
        {
            result.Append(literal);
            if (name is null) continue;
            var value = values.TryGetPropertyValue(name, out var mine) ? mine : name.Contains('.', StringComparison.Ordinal) ? GetAtt(Values.List(name.Split('.', 2))) : Ref(name);
            if (value is JsonArray list && !IsOpen(list)) value = Values.Of(string.Join(",", list.Select(Values.Text)));
            Spend(WeightOf(value));
            if (Values.Text(value) is { } known) result.Append(known);
            else if (IsOpen(value)) (open, _) = (true, result.Append("${").Append(value?.ToJsonString()).Append('}'));
            else throw TemplateErrors.Template($"One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string");
        }
        return open ? new JsonObject { ["Fn::Sub"] = result.ToString() } : Values.Of(result.ToString());
    }

    private JsonNode Join(JsonNode? argument)
    {
        if (argument is not JsonArray { Count: 2 } parts || Values.Text(parts[0]) is not { } delimiter || parts[1] is JsonValue)
            throw TemplateErrors.Template("every Fn::Join object requires two parameters, (1) a string delimiter and (2) a list of strings to be joined or a function that returns a list of strings (such as Fn::GetAZs) to be joined.");
        var list = Evaluate(parts[1]);
        if (IsOpen(list)) return new JsonObject { ["Fn::Join"] = new JsonArray(Values.Of(delimiter), list) };
        var items = (list as JsonArray ?? []).Select(i => Values.Text(i) ?? throw TemplateErrors.Template("Fn::Join requires a list of strings")).ToList();
        Spend((long)delimiter.Length * items.Count);
        return Values.Of(string.Join(delimiter, items));
    }

    private JsonNode? Select(JsonNode? argument)
    {
        const string wrong = "Fn::Select requires a list argument with two elements: an integer index and a list";
        if (argument is not JsonArray { Count: 2 } parts) throw TemplateErrors.Template(wrong);
        var (index, list) = (Evaluate(parts[0]), Evaluate(parts[1]));
        if (IsOpen(index) || (IsOpen(list) && list is not JsonArray)) return new JsonObject { ["Fn::Select"] = new JsonArray(index, list) };
        if (!int.TryParse(Values.Text(index), out var at) || list is not JsonArray items) throw TemplateErrors.Template(wrong);
        if (at < 0 || at >= items.Count) throw TemplateErrors.Template($"Fn::Select cannot select nonexistent value at index {at}");
        return items[at]?.DeepClone();
    }

    private JsonNode Split(JsonNode? argument)
    {
        const string wrong = "every Fn::Split object requires two parameters, (1) a string delimiter and (2) a string to be split or a function that returns a string to be split.";
        if (argument is not JsonArray { Count: 2 } parts || Values.Text(parts[0]) is not { Length: > 0 } delimiter) throw TemplateErrors.Template(wrong);
        var text = Evaluate(parts[1]);
        if (IsOpen(text)) return new JsonObject { ["Fn::Split"] = new JsonArray(Values.Of(delimiter), text) };
        return Values.List((Values.Text(text) ?? throw TemplateErrors.Template(wrong)).Split(delimiter));
    }

    private JsonNode? If(JsonNode? argument)
    {
        if (argument is not JsonArray { Count: 3 } parts || Values.Text(parts[0]) is not { } condition)
            throw TemplateErrors.Template("Fn::If requires a list argument with three elements");
        if (!_scope.Template.Conditions.ContainsKey(condition)) throw TemplateErrors.Template($"unresolved condition dependency {condition} in Fn::If");
        return Evaluate(Holds(condition) ? parts[1] : parts[2]);
    }

    private JsonNode Base64(JsonNode? argument)
    {
        var text = Evaluate(argument);
        if (IsOpen(text)) return new JsonObject { ["Fn::Base64"] = text };
        return Values.Of(Convert.ToBase64String(Encoding.UTF8.GetBytes(Values.Text(text) ?? throw TemplateErrors.Template("every Fn::Base64 object must have a String-typed value."))));
    }

    private JsonNode Length(JsonNode? argument)
    {
        var list = Evaluate(argument);
        if (list is JsonArray items) return JsonValue.Create(items.Count);
        return IsOpen(list) ? new JsonObject { ["Fn::Length"] = list } : throw TemplateErrors.Template("Fn::Length is not supporting the given input type");
    }

    private JsonNode ToJsonString(JsonNode? argument)
    {
        var value = Evaluate(argument);
        if (value is not (JsonObject or JsonArray)) throw TemplateErrors.Template("Fn::ToJsonString requires an object or an array");
        return IsOpen(value) ? new JsonObject { ["Fn::ToJsonString"] = value } : Values.Of(value.ToJsonString(s_plain));
    }

    private static readonly JsonSerializerOptions s_plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
