using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.CloudFormation.Planning;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.Contracts.CloudFormation;
using Minato.Contracts.S3;
using Minato.Contracts.Ssm;
using Parameter = Minato.Contracts.CloudFormation.Parameter;

namespace Minato.CloudFormation.Api;

/// <summary>A template with its parameters: sound, complete, and ready to become a stack.</summary>
internal sealed record Prepared(Blueprint Blueprint, string Original, string? Processed, ImmutableArray<ParameterState> Parameters)
{
    public Template Template => Blueprint.Template;
}

/// <summary>Reads templates from where they are and finds out everything that must be known before a stack can begin.</summary>
internal sealed class Preparation(Blueprints blueprints, TypeRegistry types, FactsVault vault, IS3? s3 = null, ISsm? ssm = null)
{
    private const int MostIncludes = 50;

    /// <summary>The text of a template.</summary>
    public async ValueTask<string> ReadAsync(string? body, string? url, Caller caller, CancellationToken ct)
    {
        if (body is not null && url is not null) throw TemplateErrors.Validation("You must specify only Template Body or Template URL, not both.");
        if (body is not null)
        {
            return Encoding.UTF8.GetByteCount(body) <= TemplateText.LargestInline ? body : throw TemplateErrors.Validation(
                $"1 validation error detected: Value '{body}' at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to {TemplateText.LargestInline}");
        }
        if (url is null) throw TemplateErrors.Validation("Either Template URL or Template Body must be specified.");
        return await FetchAsync(url, "TemplateURL", caller, ct);
    }

    public async ValueTask<string> FetchAsync(string url, string what, Caller caller, CancellationToken ct)
    {
        if (S3Places.Read(url) is not var (bucket, key) || s3 is null) throw TemplateErrors.Validation($"{what} must be a supported URL.");
        try
        {
            var answer = await s3.GetObjectAsync(new() { Bucket = bucket, Key = key }, caller, ct);
            if (answer.ContentLength > TemplateText.Largest) throw TemplateErrors.TooLarge();
            await using var stream = answer.Body ?? Stream.Null;
            using var reader = new StreamReader(stream, Encoding.UTF8);
            return await reader.ReadToEndAsync(ct);
        }
        catch (AwsException e) when (e.Code is "NoSuchKey" or "NoSuchBucket" or "AccessDenied")
        {
            throw TemplateErrors.Validation($"S3 error: {(e.Code is "AccessDenied" ? "Access Denied" : e.Message)}\nFor more information check http://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html");
        }
    }

    /// <summary>A template by itself, with the defaults of its parameters.</summary>
    public async ValueTask<Template> ParseAsync(string text, Caller caller, CancellationToken ct)
    {
        var root = await ExpandAsync(blueprints.Text.Read(text), caller, ct);
        return Parse(root, DefaultsOf(root));
    }

    /// <param name="previous">Of the stack as it is; null for a new one.</param>
    public async ValueTask<Prepared> PrepareAsync(
        string text, IReadOnlyCollection<Parameter> given, StackFacts facts, StackInputs? previous, Caller caller, CancellationToken ct)
    {
        var root = await ExpandAsync(blueprints.Text.Read(text), caller, ct);
        var template = Parse(root, DefaultsOf(root));
        var had = previous?.Parameters.ToDictionary(p => p.Key, p => vault.ValueOf(facts.StackId, p));
        var values = ParameterResolver.Resolve(template, given, had);
        var parameters = new List<ParameterState>();
        foreach (var definition in template.Parameters.Values)
        {
            var resolved = definition.IsFromSsm ? await FromStoreAsync(values[definition.Name], caller, ct) : null;
            parameters.Add(vault.Keep(facts.StackId, definition.Name, values[definition.Name], resolved, definition.IsList, definition.NoEcho));
        }
        var known = parameters.ToDictionary(p => p.Key, p => new ParameterValue(p.Resolved ?? values[p.Key], p.IsList, p.Sealed is not null));
        if (template.HasLanguageExtensions) template = Parse(root, known);
        var isProcessed = template.Transforms.Length > 0 || !ReferenceEquals(root, template.Root);
        var blueprint = Blueprint.Of(template, facts, known);
        var evaluator = new Evaluator(blueprint.Scope with { IsSymbolic = true });
        new Rules(template, known, evaluator).Check();
        CheckValues(blueprint, evaluator);
        var processed = isProcessed ? template.Root.ToJsonString(Reconcile.StepDecider.Plain) : null;
        if (processed is not null && Encoding.UTF8.GetByteCount(processed) > TemplateText.Largest) throw TemplateErrors.TooLarge();
        return new(blueprint, text, processed, [.. parameters]);
    }

    private Template Parse(JsonObject root, IReadOnlyDictionary<string, ParameterValue> parameters)
    {
        if (TemplateParser.Transforms(root).Contains(LanguageExtensions.Name)) root = LanguageExtensions.Expand(root, parameters);
        var template = TemplateParser.Parse(root);
        new TemplateChecker(types).Check(template);
        return template;
    }

    // Everything is evaluated once as far as it can be: what cannot be is found before anything is made.
    private void CheckValues(Blueprint blueprint, Evaluator evaluator)
    {
        var checker = new TemplateChecker(types);
        foreach (var (condition, _) in blueprint.Template.Conditions) evaluator.Holds(condition);
        foreach (var resource in blueprint.Template.Resources.Values.Where(r => blueprint.IsActive(r.LogicalId)))
        {
            evaluator.Evaluate(resource.Properties);
            checker.CheckPolicies(resource, evaluator.Evaluate);
        }
        CheckConditional(blueprint, "Resources", blueprint.Template.Resources.Values.Where(r => blueprint.IsActive(r.LogicalId)).SelectMany(r => References.In(r.Properties, evaluator)));
        var outputs = blueprint.Template.Outputs.Values.Where(o => o.Condition is null || evaluator.Holds(o.Condition)).ToList();
        foreach (var output in outputs)
        {
            if (evaluator.Evaluate(output.Value) is { } value && !Evaluator.IsOpen(value) && Values.Text(value) is null) throw TemplateErrors.NoText();
        }
        CheckConditional(blueprint, "Outputs", outputs.SelectMany(o => References.In(o.Value, evaluator)));
    }

    // AWS: who refers to a resource whose condition does not hold refers to nothing.
    private static void CheckConditional(Blueprint blueprint, string section, IEnumerable<Reference> references)
    {
        var gone = references.Select(r => r.Name).Where(n => blueprint.Template.Resources.ContainsKey(n) && !blueprint.IsActive(n)).Distinct().ToList();
        if (gone.Count > 0) throw TemplateErrors.Unresolved(section, gone);
    }

    private async ValueTask<string> FromStoreAsync(string name, Caller caller, CancellationToken ct)
    {
        try
        {
            var answer = ssm is null ? null : await ssm.GetParameterAsync(new() { Name = name }, caller, ct);
            if (answer?.Parameter is { Value: { } value } parameter)
                return parameter.Type == ParameterType.SecureString ? throw TemplateErrors.Validation($"Parameters [{name}] referenced by template have types not supported by CloudFormation.") : value;
        }
        catch (AwsException e) when (e.Code is "ParameterNotFound" or "ParameterVersionNotFound")
        {
        }
        throw TemplateErrors.Validation($"Unable to fetch parameters [{name}] from parameter store for this account.");
    }

    private static Dictionary<string, ParameterValue> DefaultsOf(JsonObject root)
    {
        var defaults = new Dictionary<string, ParameterValue>(StringComparer.Ordinal);
        foreach (var (name, node) in root["Parameters"] as JsonObject ?? [])
        {
            var definition = ParameterParser.Parse(name, node);
            defaults[name] = new(definition.Default ?? "", definition.IsList, definition.NoEcho);
        }
        return defaults;
    }

    // AWS::Include at the top and as a function anywhere: what it brings is put beside or in its place.
    private async ValueTask<JsonObject> ExpandAsync(JsonObject root, Caller caller, CancellationToken ct)
    {
        foreach (var name in TemplateParser.Transforms(root))
        {
            if (name is not ("AWS::Include" or LanguageExtensions.Name)) throw TemplateErrors.Validation($"No transform named {name} found.");
        }
        if (root["Transform"] is null && !HasTransform(root)) return root;
        var left = MostIncludes;
        var expanded = (JsonObject)await IncludeAsync(root, caller, () => left-- > 0, ct);
        var tops = expanded["Transform"] switch { JsonArray list => list.ToList(), null => [], var one => [one] };
        foreach (var top in tops.OfType<JsonObject>().Where(t => Values.Text(t["Name"]) is "AWS::Include"))
        {
            foreach (var (section, value) in await LocationAsync(top, caller, ct) as JsonObject ?? []) MergeInto(expanded, section, value);
        }
        return expanded;
    }

    private static bool HasTransform(JsonNode? node) => node switch
    {
        JsonObject map => map.Any(p => p.Key is "Fn::Transform" || HasTransform(p.Value)),
        JsonArray list => list.Any(HasTransform),
        _ => false,
    };

    private async ValueTask<JsonNode> IncludeAsync(JsonNode node, Caller caller, Func<bool> mayInclude, CancellationToken ct)
    {
        if (node is JsonArray list)
        {
            var items = new JsonArray();
            foreach (var item in list) items.Add(item is null ? null : await IncludeAsync(item, caller, mayInclude, ct));
            return items;
        }
        if (node is not JsonObject map) return node.DeepClone();
        var result = new JsonObject();
        foreach (var (name, value) in map)
        {
            if (name is not "Fn::Transform")
            {
                result[name] = value is null ? null : await IncludeAsync(value, caller, mayInclude, ct);
                continue;
            }
            if (TemplateParser.NameOf(value) is not "AWS::Include" and var unknown) throw TemplateErrors.Validation($"No transform named {unknown} found.");
            if (!mayInclude()) throw TemplateErrors.Template($"a template may include at most {MostIncludes} parts");
            var part = await LocationAsync(value, caller, ct);
            if (part is not JsonObject members) return part ?? new JsonObject();
            foreach (var (key, member) in members.ToList()) result[key] = member?.DeepClone();
        }
        return result;
    }

    private async ValueTask<JsonNode?> LocationAsync(JsonNode? transform, Caller caller, CancellationToken ct)
    {
        var location = Values.Text(Values.Member(Values.Member(transform, "Parameters"), "Location")) ?? throw TemplateErrors.Validation("Transform AWS::Include failed with: The location parameter is not a valid S3 uri.");
        return blueprints.Text.Parse(await FetchAsync(location, "Transform AWS::Include failed with: The location parameter", caller, ct));
    }

    private static void MergeInto(JsonObject root, string section, JsonNode? value)
    {
        if (root[section] is JsonObject have && value is JsonObject more)
        {
            foreach (var (name, one) in more) have[name] = one?.DeepClone();
        }
        else
        {
            root[section] = value?.DeepClone();
        }
    }
}
