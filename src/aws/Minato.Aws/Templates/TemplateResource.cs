using System.Text.Json.Nodes;
using Minato.Aws.Shapes;

namespace Minato.Aws.Templates;

/// <summary>One resource in the hands of its type: what is asked, and what is known of it so far.</summary>
public sealed class TemplateResource
{
    private readonly ResourceHandler _type;
    private string? _id;

    internal TemplateResource(ResourceHandler type, ResourceRequest request)
    {
        _type = type;
        _id = request.PhysicalResourceId;
        Request = request;
        Caller = request.Caller with { InvokedBy = "cloudformation.amazonaws.com" };
        var context = request.Context?.Split('|', 2);
        Phase = context?[0];
        Note = context is [_, { Length: > 0 } note] ? note : null;
        IsNameGiven = type.Name is { } rule && Text(rule.Property) is not null;
        Tags = TagSet.Of(Properties, type.Schema.Tags, request.Tags, type.TakesSystemTags);
    }

    public ResourceRequest Request { get; }

    /// <summary>Who made the stack, with CloudFormation as the one that calls.</summary>
    public Caller Caller { get; internal set; }
    public JsonObject Properties => Request.Properties;

    /// <summary>What <c>Ref</c> answers. Set as soon as it is known: what fails afterwards is deleted by it.</summary>
    public string Id
    {
        get => _id ?? throw new InvalidOperationException($"{Request.LogicalResourceId} is not there yet.");
        set => _id = value;
    }

    /// <summary>What the type wants to know at its next call.</summary>
    public string? Note { get; set; }

    /// <summary>Attributes that only making it tells, such as the secret of an access key.</summary>
    public JsonObject Told { get; } = [];

    public bool IsNameGiven { get; }

    /// <summary>The template's, or the one CloudFormation gives.</summary>
    public string Name => _type.Name is { } rule
        ? Text(rule.Property) ?? rule.For(Request)
        : throw new InvalidOperationException($"{_type.TypeName} has no names.");

    /// <summary>Those of the template over those of the stack.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; }

    /// <summary>A token for the service, the same for every attempt.</summary>
    public string Token => PhysicalName.Token(Request.ClientToken);

    internal string? Phase { get; }
    internal string? KnownId => _id;

    internal void Forget() => _id = null;

    public bool Has(string property) => Properties[property] is not null;

    /// <summary>A simple value as text.</summary>
    public string? Text(string property) => TextOf(Properties[property]);

    /// <summary>A list of simple values; empty when it is not given.</summary>
    public string[] Texts(string property) => TextsOf(Properties, property);

    /// <summary>The same of what was before an update.</summary>
    public string[] PreviousTexts(string property) => TextsOf(Request.PreviousProperties, property);

    /// <summary>Objects of a list; empty when it is not given.</summary>
    public JsonObject[] Objects(string property) => [.. (Properties[property] as JsonArray ?? []).OfType<JsonObject>()];

    /// <summary>A list that an update empties, which a request says with an empty list and not with none.</summary>
    public JsonArray? ListOrEmptied(string property) =>
        Properties[property]?.DeepClone() as JsonArray ?? (Request.PreviousProperties[property] is JsonArray ? [] : null);

    /// <summary>A list for a request that must have one.</summary>
    public JsonArray ListOrEmpty(string property) => Properties[property]?.DeepClone() as JsonArray ?? [];

    public bool IsTrue(string property) => string.Equals(Text(property), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>An update gives one of these another value.</summary>
    public bool Changed(params ReadOnlySpan<string> properties)
    {
        foreach (var p in properties)
            if (!JsonNode.DeepEquals(Properties[p], Request.PreviousProperties[p])) return true;
        return false;
    }

    /// <summary>The properties as a request: its members by their names, the resource's name, tags and token where it has them.</summary>
    /// <param name="with">Members that are not properties, or not with their values; null leaves one out.</param>
    /// <exception cref="AwsException">The service would not take it.</exception>
    public T As<T>(params ReadOnlySpan<(string Member, JsonNode? Value)> with)
        where T : IShape<T>
    {
        var all = (JsonObject)Properties.DeepClone();
        if (_type.Name is { } rule) all[rule.Property] = Name;
        if (_type.Schema.Tags is { } tags) TagSet.Put(all, tags, Tags, T.Schema, _type.TagSpecification);
        foreach (var token in TemplateShape.Tokens) all[token] = Token;
        foreach (var (member, value) in with) all[member] = value;
        return Read<T>(all);
    }

    /// <summary>A part of the properties as a shape of the service.</summary>
    /// <exception cref="AwsException">The service would not take it.</exception>
    public T Read<T>(JsonObject part)
        where T : IShape<T>
    {
        var violations = new Violations();
        var shape = TemplateShape.Read<T>(part, violations, _type.Spelled);
        return violations.Found.Count == 0 ? shape : throw new AwsException("ValidationException", violations.ToString());
    }

    /// <summary>A shape of the service as properties.</summary>
    public JsonObject Seen(IShape shape) => TemplateShape.Write(shape, _type.Spelled);

    /// <summary>The resource as the service shows it: what of it are properties, and its attributes.</summary>
    public ResourceModel Model(IShape shape, params ReadOnlySpan<(string Name, JsonNode? Value)> attributes) =>
        ModelOf(Seen(shape), attributes);

    /// <summary>The same of properties that are put together.</summary>
    public ResourceModel ModelOf(JsonObject seen, params ReadOnlySpan<(string Name, JsonNode? Value)> attributes)
    {
        var model = new ResourceModel();
        foreach (var (name, value) in seen)
        {
            if (_type.Schema.Properties.FirstOrDefault(p => p.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } property) continue;
            model.Properties[property] = property == _type.Schema.Tags ? TagSet.WithoutSystem(value) : value?.DeepClone();
        }
        foreach (var (name, value) in attributes)
            if (value is not null) model.Attributes[name] = value;
        return model;
    }

    private static string[] TextsOf(JsonObject of, string property) => [.. (of[property] as JsonArray ?? []).Select(TextOf).OfType<string>()];

    private static string? TextOf(JsonNode? node) => node switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        _ => node.ToJsonString(TemplateShape.Plain),
    };
}
