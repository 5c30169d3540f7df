using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.Engines.Documents;
using Minato.Platform;

namespace Minato.CloudFormation.Planning;

/// <summary>A template with the parameters of one operation: what there is to be, and in which order.</summary>
internal sealed record Blueprint(Template Template, StackFacts Facts, IReadOnlyDictionary<string, ParameterValue> Parameters, DependencyGraph Graph)
{
    public static Blueprint Of(Template template, StackFacts facts, IReadOnlyDictionary<string, ParameterValue> parameters) =>
        new(template, facts, parameters, DependencyGraph.Of(template, new(new() { Template = template, Stack = facts, Parameters = parameters, IsSymbolic = true })));

    public Scope Scope => new() { Template = Template, Stack = Facts, Parameters = Parameters };

    public bool IsActive(string logicalId) => Graph.Resources.Contains(logicalId);
}

/// <summary>Blueprints of stacks, kept for a while: an operation asks for the same one at every step.</summary>
internal sealed class Blueprints(IYamlReader yaml, FactsVault vault)
{
    private const int Kept = 64;

    private readonly ConcurrentDictionary<string, Blueprint> _byTemplate = new(StringComparer.Ordinal);

    public TemplateText Text { get; } = new(yaml);

    public Blueprint Of(IReadState state, StackState stack) => Of(state, stack, stack.Inputs);

    public Blueprint Of(IReadState state, StackState stack, StackInputs inputs)
    {
        if (_byTemplate.TryGetValue(inputs.TemplateId, out var known)) return known;
        var text = state.Find(CloudFormationTables.Templates, inputs.TemplateId) ?? throw new InvalidOperationException($"The template of {stack.Id} is gone.");
        var made = Blueprint.Of(TemplateParser.Parse(Text.Read(text.Processed ?? text.Original)), stack.FactsFor(inputs), ParametersOf(stack.Id, inputs));
        // Forgetting all of them now and then is as good as knowing which were not used for long.
        if (_byTemplate.Count >= Kept) _byTemplate.Clear();
        return _byTemplate[inputs.TemplateId] = made;
    }

    public IReadOnlyDictionary<string, ParameterValue> ParametersOf(string stackId, StackInputs inputs) =>
        inputs.Parameters.ToDictionary(p => p.Key, p => new ParameterValue(p.Resolved ?? vault.ValueOf(stackId, p), p.IsList, p.Sealed is not null));

    /// <summary>Values of resources as they are now.</summary>
    public Func<string, ResourceValue?> Resources(IReadState state, string stackId) => id =>
        state.Find(CloudFormationTables.Resources, ResourceState.KeyOf(stackId, id)) is { Current: { } current } resource
            ? new(current.PhysicalId, vault.Open(resource.Key, current.Sealed).Attributes) : null;

    public static Func<string, string?> Exports(IReadState state, Home home) =>
        name => state.Find(CloudFormationTables.Exports, ExportState.KeyOf(home, name))?.Value;

}
