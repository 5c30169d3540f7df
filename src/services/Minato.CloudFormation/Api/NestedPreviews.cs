using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.CloudFormation.Planning;
using Minato.CloudFormation.Reconcile;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.CloudFormation.Types;
using Minato.Platform;

namespace Minato.CloudFormation.Api;

/// <summary>A stack inside of another, as the other's change set would have it.</summary>
/// <param name="LogicalId">In its parent.</param>
/// <param name="Stack">Not stored where nothing has made it yet.</param>
/// <param name="Children">Of its own.</param>
internal sealed record NestedPreview(string LogicalId, StackState Stack, StackAsked Asked, Prepared Prepared, ImmutableArray<NestedPreview> Children);

/// <summary>Looks into the stacks that a template nests, before anything is done: what they would be asked for, with what is known by now.</summary>
internal sealed class NestedPreviews(Store store, StackStarts starts, Blueprints blueprints, Zones zones)
{
    /// <summary>AWS: what only doing it tells.</summary>
    private const string Later = "{{changeSet:KNOWN_AFTER_APPLY}}";
    private const int Deepest = 16;

    /// <summary>Stacks whose template cannot be known yet are left out.</summary>
    /// <param name="tags">That the parent will have and passes on.</param>
    /// <exception cref="AwsException">One of them cannot become what is asked.</exception>
    public async ValueTask<ImmutableArray<NestedPreview>> OfAsync(
        Caller caller, StackState parent, Prepared prepared, ImmutableSortedDictionary<string, string> tags, CancellationToken ct, int depth = 0)
    {
        if (depth >= Deepest) return [];
        var blueprint = prepared.Blueprint;
        var nested = blueprint.Template.Resources.Values.Where(r => r.Type == NestedStackType.Name && blueprint.IsActive(r.LogicalId)).OrderBy(r => r.LogicalId, StringComparer.Ordinal).ToList();
        if (nested.Count == 0) return [];
        var state = store.Current;
        var known = await zones.ForAsync(blueprint.Template, caller, ct);
        var evaluator = new Evaluator(blueprint.Scope with { Resource = blueprints.Resources(state, parent.Id), Zones = known, Import = Blueprints.Exports(state, parent.Home) });
        var found = ImmutableArray.CreateBuilder<NestedPreview>();
        foreach (var resource in nested)
        {
            var properties = Known(resource.Properties, evaluator);
            if (Values.Text(properties["TemplateURL"]) is null or Later) continue;
            var there = state.Find(CloudFormationTables.Resources, ResourceState.KeyOf(parent.Id, resource.LogicalId))?.PhysicalId is { } id ? state.Find(CloudFormationTables.Stacks, id) : null;
            there ??= NestedStackType.Reviewed(state, parent.Id, resource.LogicalId);
            var asked = NestedStackType.Asked(properties, there?.Name ?? resource.LogicalId, parent, tags);
            var stack = there ?? starts.NewNested(caller, asked, parent, resource.LogicalId);
            var child = await starts.PrepareAsync(caller, stack, asked, ct);
            found.Add(new(resource.LogicalId, stack, asked, child, await OfAsync(caller, stack, child, asked.Tags ?? tags, ct, depth + 1)));
        }
        return found.ToImmutable();
    }

    // Each value by itself: one that is not known yet keeps none of the others back.
    private static JsonObject Known(JsonObject properties, Evaluator evaluator)
    {
        var known = new JsonObject();
        foreach (var (name, value) in properties)
        {
            if (value is JsonObject map && name is "Parameters") known[name] = Known(map, evaluator);
            else if (ValueOf(value, evaluator) is { } evaluated) known[name] = evaluated;
        }
        return known;
    }

    private static JsonNode? ValueOf(JsonNode? value, Evaluator evaluator)
    {
        try { return evaluator.Evaluate(value); }
        catch (AwsException) { return Later; }
    }
}
