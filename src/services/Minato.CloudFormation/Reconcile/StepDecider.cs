using System.Text.Json;
using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Aws.Templates;
using Minato.CloudFormation.Planning;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.Platform;

namespace Minato.CloudFormation.Reconcile;

/// <summary>What it takes for a resource to become what it should be.</summary>
internal abstract record Decision
{
    /// <param name="Target">Sealed facts.</param>
    /// <param name="Shown">For events, without secrets.</param>
    public sealed record Work(StepWay Way, byte[] Target, string? Shown, Settings? Settings, string? PhysicalId = null) : Decision;

    /// <summary>It is so already.</summary>
    public sealed record Nothing(Settings Settings) : Decision;

    /// <summary>A new one had taken its place: the old one takes it back.</summary>
    public sealed record TakeBack : Decision;

    public sealed record Impossible(string Reason) : Decision;
}

/// <summary>What a template says of a resource beside its properties.</summary>
internal sealed record Settings(string DeletionPolicy, string UpdateReplacePolicy, string? Metadata, IReadOnlyCollection<string> Needs);

/// <summary>Evaluates the properties of a resource and compares them with what it has.</summary>
internal sealed class StepDecider(Blueprints blueprints, FactsVault vault, TypeRegistry types, Zones zones)
{
    public static readonly JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static Decision Restore(ResourceState resource)
    {
        if (resource.Before is not { } before) throw new InvalidOperationException($"{resource.Key} was not there before.");
        if (resource.Current is { } current && current.PhysicalId != before.PhysicalId) return new Decision.TakeBack();
        return new Decision.Work(StepWay.Update, before.Sealed, null, null);
    }

    public async ValueTask<Decision> DecideAsync(IReadState state, StackState stack, ResourceState resource, CancellationToken ct)
    {
        var blueprint = blueprints.Of(state, stack);
        var known = await zones.ForAsync(blueprint.Template, stack.CallerFor(stack.Inputs), ct);
        try
        {
            return Decide(state, stack, resource, blueprint, known);
        }
        catch (AwsException e)
        {
            return new Decision.Impossible(e.Message);
        }
    }

    private Decision Decide(IReadState state, StackState stack, ResourceState resource, Blueprint blueprint, Func<string, IReadOnlyList<string>?> known)
    {
        var definition = blueprint.Template.Resources[resource.LogicalId];
        var scope = blueprint.Scope with
        {
            Resource = blueprints.Resources(state, stack.Id), Zones = known, Import = Blueprints.Exports(state, stack.Home),
        };
        var evaluator = new Evaluator(scope);
        var properties = evaluator.EvaluateMap(definition.Properties);
        var settings = SettingsOf(definition, evaluator, blueprint);
        var type = types.Find(definition.Type) ?? throw TemplateErrors.Format($"Unrecognized resource types: [{definition.Type}]");
        if (SchemaFault(type.Schema, properties, resource.LogicalId, definition.Type) is { } fault) return new Decision.Impossible(fault);
        var shown = new Evaluator(scope with { HidesSecrets = true }).EvaluateMap(definition.Properties).ToJsonString(Plain);
        var target = new Facts(properties, [], FactsVault.TagsOf(stack.Inputs.Tags));
        var way = WayOf(stack, resource, type, target, definition.UpdatePolicy is { } policy ? evaluator.Evaluate(policy) as JsonObject : null);
        if (way is null) return new Decision.Nothing(settings);
        if (way is StepWay.Update or StepWay.Replace && StackPolicies.Refusal(stack, resource.LogicalId, definition.Type, way is StepWay.Update ? "Modify" : "Replace") is { } refusal)
            return new Decision.Impossible(refusal);
        return new Decision.Work(way.Value, vault.Seal(resource.Key, target), shown, settings, stack.Operation?.Import.GetValueOrDefault(resource.LogicalId));
    }

    private StepWay? WayOf(StackState stack, ResourceState resource, IResourceType type, Facts target, JsonObject? updatePolicy)
    {
        if (resource.Current is not { } current || resource.Status is Contracts.CloudFormation.ResourceStatus.CreateFailed)
            return stack.Operation?.Import.ContainsKey(resource.LogicalId) is true ? StepWay.Import : StepWay.Create;
        var has = vault.Open(resource.Key, current.Sealed);
        var changed = Differences.Names(has.Properties, target.Properties).ToList();
        if (changed.Any(name => Differences.IsCreateOnly(type.Schema, name, has.Properties, target.Properties))) return StepWay.Replace;
        if (updatePolicy is not null && changed.Count > 0 && type.IsReplacedBy(updatePolicy, has.Properties, target.Properties)) return StepWay.Replace;
        var tagsChanged = type.Schema.Tags is not null && !Values.SameValue(has.Tags, target.Tags);
        // AWS: a nested stack is always looked into: its template may be another behind the same URL.
        return changed.Count > 0 || tagsChanged || current.IsUncertain || type is Types.NestedStackType ? StepWay.Update : null;
    }

    private static Settings SettingsOf(ResourceDefinition definition, Evaluator evaluator, Blueprint blueprint) => new(
        definition.DeletionPolicy is { } deletion ? evaluator.Text(deletion, "DeletionPolicy") : Policies.Delete,
        definition.UpdateReplacePolicy is { } replace ? evaluator.Text(replace, "UpdateReplacePolicy") : Policies.Delete,
        definition.Metadata is { } metadata ? evaluator.Evaluate(metadata)?.ToJsonString(Plain) : null, blueprint.Graph.Needs(definition.LogicalId));

    private static string? SchemaFault(ResourceTypeSchema schema, JsonObject properties, string logicalId, string type)
    {
        if (schema.Required.FirstOrDefault(r => !properties.ContainsKey(r)) is { } missing) return $"Property validation failure: [The property {{/{missing}}} is required]";
        if (schema.Properties.Count == 0 || TypeRegistry.IsCustom(type)) return null;
        var unknown = properties.Select(p => p.Key).Where(p => !schema.Properties.Contains(p)).ToList();
        return unknown.Count == 0 ? null
            : $"Properties validation failed for resource {logicalId} with message:\n{string.Join('\n', unknown.Select(u => $"#: extraneous key [{u}] is not permitted"))}";
    }
}
