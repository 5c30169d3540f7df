using System.Text.Json.Nodes;
using Minato.CloudFormation.Templates;
using Minato.Contracts.CloudFormation;

namespace Minato.CloudFormation.Planning;

/// <summary>A resource as a change set sees it.</summary>
/// <param name="Shown">Without what is secret.</param>
/// <param name="Properties">As the template has them: for finding out why something changes.</param>
internal sealed record PlannedResource(ResourceDefinition Definition, JsonObject Evaluated, JsonObject Shown, JsonObject Properties);

/// <summary>What differs between a stack and what it is to become: before anything is done.</summary>
/// <param name="unchanged">Nested stacks that were looked into and stay as they are; the others may always change.</param>
internal sealed class ChangePlanner(TypeRegistry types, Blueprint? before, Blueprint after, bool tagsChange, IReadOnlySet<string>? unchanged = null)
{
    private readonly Dictionary<string, PlannedResource> _old = before is null ? [] : Evaluate(before);
    private readonly Dictionary<string, PlannedResource> _new = Evaluate(after);
    private readonly Dictionary<string, Replacement?> _changed = new(StringComparer.Ordinal);

    /// <summary>Nothing at all would happen.</summary>
    public bool IsEmpty => _old.Count == _new.Count && _new.Keys.All(_old.ContainsKey) && !OutputsDiffer() && !tagsChange
        && _new.Values.All(r => !IsChanged(r));

    /// <param name="physicalId">By logical id.</param>
    public IEnumerable<ResourceChange> Changes(Func<string, string?> physicalId, IReadOnlyDictionary<string, string> imports)
    {
        foreach (var id in Ordered())
        {
            if (_new.TryGetValue(id, out var wanted) && !_old.ContainsKey(id))
            {
                yield return new()
                {
                    Action = imports.ContainsKey(id) ? ChangeAction.Import : ChangeAction.Add, LogicalResourceId = id, ResourceType = wanted.Definition.Type,
                    PhysicalResourceId = imports.GetValueOrDefault(id), Scope = [], Details = [], AfterContext = Context(wanted),
                };
            }
            else if (wanted is not null && Modify(id, wanted, physicalId(id)) is { } modified)
            {
                yield return modified;
            }
        }
        foreach (var (id, gone) in _old.Where(o => !_new.ContainsKey(o.Key)).OrderBy(o => o.Key, StringComparer.Ordinal))
        {
            var policy = Values.Text(gone.Definition.DeletionPolicy);
            yield return new()
            {
                Action = ChangeAction.Remove, LogicalResourceId = id, PhysicalResourceId = physicalId(id), ResourceType = gone.Definition.Type, Scope = [], Details = [],
                PolicyAction = policy is "Retain" or "RetainExceptOnCreate" ? PolicyAction.Retain : policy is "Snapshot" ? PolicyAction.Snapshot : PolicyAction.Delete, BeforeContext = Context(gone),
            };
        }
    }

    // What others refer to comes before them: only then is it known whether they change.
    private List<string> Ordered()
    {
        var order = new List<string>();
        var left = _new.Keys.Order(StringComparer.Ordinal).ToList();
        while (left.Count > 0)
        {
            var ready = left.Where(id => after.Graph.Needs(id).All(n => order.Contains(n) || !_new.ContainsKey(n))).ToList();
            if (ready.Count == 0) ready = left;
            order.AddRange(ready);
            left = [.. left.Except(order)];
        }
        return order;
    }

    private ResourceChange? Modify(string id, PlannedResource wanted, string? physicalId)
    {
        var had = _old[id];
        var schema = types.Find(wanted.Definition.Type)?.Schema ?? new();
        var details = new List<ResourceChangeDetail>();
        var replacement = Replacement.False;
        foreach (var name in wanted.Evaluated.Select(p => p.Key).Union(had.Evaluated.Select(p => p.Key)).ToList())
        {
            var differs = !Values.SameValue(had.Evaluated[name], wanted.Evaluated[name]);
            var causes = References.In(wanted.Properties[name]).Where(r => _changed.GetValueOrDefault(r.Name) is not null).ToList();
            if (!differs && causes.Count == 0) continue;
            var createOnly = differs ? Differences.IsCreateOnly(schema, name, had.Evaluated, wanted.Evaluated) : schema.CreateOnly.Any(c => c.Split('/', '.')[0] == name);
            // AWS: what another resource will answer is not known yet; one that is replaced surely answers something else.
            var sure = differs && !Evaluator.IsOpen(wanted.Evaluated[name]);
            var recreation = !createOnly ? RequiresRecreation.Never : sure ? RequiresRecreation.Always : RequiresRecreation.Conditionally;
            if (createOnly) replacement = sure ? Replacement.True : replacement is Replacement.True ? Replacement.True : Replacement.Conditional;
            details.AddRange(DetailsOf(name, had, wanted, differs, causes, recreation));
        }
        var metadata = !Values.Same(had.Definition.Metadata, wanted.Definition.Metadata);
        var tags = tagsChange && schema.Tags is not null;
        var nested = IsOpenStack(wanted);
        if (details.Count == 0 && !metadata && !tags && !nested) return null;
        if (metadata) details.Add(Detail(ResourceAttribute.Metadata));
        if (tags) details.Add(Detail(ResourceAttribute.Tags));
        if (nested && details.Count == 0) details.Add(new() { ChangeSource = ChangeSource.Automatic, Evaluation = EvaluationType.Dynamic, Target = new() { Attribute = ResourceAttribute.Properties, RequiresRecreation = RequiresRecreation.Never } });
        _changed[id] = replacement;
        return new()
        {
            Action = ChangeAction.Modify, LogicalResourceId = id, PhysicalResourceId = physicalId, ResourceType = wanted.Definition.Type, Replacement = replacement,
            PolicyAction = replacement is Replacement.False ? null : Values.Text(wanted.Definition.UpdateReplacePolicy) is "Retain" ? PolicyAction.ReplaceAndRetain : PolicyAction.ReplaceAndDelete,
            Scope = [.. details.Select(d => d.Target?.Attribute).OfType<ResourceAttribute>().Distinct()], Details = [.. details],
            BeforeContext = Context(had), AfterContext = Context(wanted),
        };
    }

    private static ResourceChangeDetail Detail(ResourceAttribute attribute) => new()
    {
        ChangeSource = ChangeSource.DirectModification, Evaluation = EvaluationType.Static, Target = new() { Attribute = attribute, RequiresRecreation = RequiresRecreation.Never },
    };

    private IEnumerable<ResourceChangeDetail> DetailsOf(
        string name, PlannedResource had, PlannedResource wanted, bool differs, List<Reference> causes, RequiresRecreation recreation)
    {
        var target = new ResourceTargetDefinition
        {
            Attribute = ResourceAttribute.Properties, Name = name, RequiresRecreation = recreation, Path = $"/Properties/{name}",
            BeforeValue = TextOf(had.Shown[name]), AfterValue = TextOf(wanted.Shown[name]),
            AttributeChangeType = !had.Evaluated.ContainsKey(name) ? AttributeChangeType.Add : !wanted.Evaluated.ContainsKey(name) ? AttributeChangeType.Remove : AttributeChangeType.Modify,
        };
        foreach (var cause in causes)
        {
            yield return new()
            {
                Target = target, Evaluation = EvaluationType.Dynamic, CausingEntity = cause.Attribute is { } attribute ? $"{cause.Name}.{attribute}" : cause.Name,
                ChangeSource = cause.Attribute is null ? ChangeSource.ResourceReference : ChangeSource.ResourceAttribute,
            };
        }
        if (!differs) yield break;
        var parameters = References.In(wanted.Properties[name]).Select(r => r.Name).Where(ParameterDiffers).Distinct().ToList();
        foreach (var parameter in parameters)
            yield return new() { Target = target, Evaluation = EvaluationType.Static, ChangeSource = ChangeSource.ParameterReference, CausingEntity = parameter };
        // AWS: where a parameter takes part, whether the template itself changed is seen only later.
        if (parameters.Count > 0 || causes.Count == 0)
            yield return new() { Target = target, Evaluation = parameters.Count > 0 ? EvaluationType.Dynamic : EvaluationType.Static, ChangeSource = ChangeSource.DirectModification };
    }

    private bool ParameterDiffers(string name) => after.Parameters.TryGetValue(name, out var now) && before?.Parameters.GetValueOrDefault(name)?.Text != now.Text;

    private bool IsChanged(PlannedResource wanted)
    {
        var had = _old[wanted.Definition.LogicalId];
        return had.Definition.Type != wanted.Definition.Type || !Values.SameValue(had.Evaluated, wanted.Evaluated) || !Values.Same(had.Definition.Metadata, wanted.Definition.Metadata)
            || IsOpenStack(wanted);
    }

    private bool IsOpenStack(PlannedResource wanted) => wanted.Definition.Type == Types.NestedStackType.Name && unchanged?.Contains(wanted.Definition.LogicalId) is not true;

    private bool OutputsDiffer() => before is null || !Values.SameValue(OutputsOf(before), OutputsOf(after));

    private static JsonObject OutputsOf(Blueprint blueprint)
    {
        var evaluator = new Evaluator(blueprint.Scope with { IsSymbolic = true });
        return new(blueprint.Template.Outputs.Values.Where(o => o.Condition is null || evaluator.Holds(o.Condition)).Select(o => KeyValuePair.Create(o.Name, (JsonNode?)new JsonArray(
            evaluator.Evaluate(o.Value), o.ExportName is null ? null : evaluator.Evaluate(o.ExportName), o.Description))));
    }

    private static Dictionary<string, PlannedResource> Evaluate(Blueprint blueprint)
    {
        var evaluator = new Evaluator(blueprint.Scope with { IsSymbolic = true });
        var hiding = new Evaluator(blueprint.Scope with { IsSymbolic = true, HidesSecrets = true });
        return blueprint.Template.Resources.Values.Where(r => blueprint.IsActive(r.LogicalId))
            .ToDictionary(r => r.LogicalId, r => new PlannedResource(r, evaluator.EvaluateMap(r.Properties), hiding.EvaluateMap(r.Properties), r.Properties));
    }

    private static string Context(PlannedResource resource) =>
        new JsonObject { ["Properties"] = resource.Shown.DeepClone() }.ToJsonString(Reconcile.StepDecider.Plain);

    private static string? TextOf(JsonNode? value) => value is null ? null : Values.Text(value) ?? value.ToJsonString(Reconcile.StepDecider.Plain);
}
