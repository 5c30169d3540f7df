using System.Collections.Immutable;

namespace Minato.CloudFormation.Templates;

/// <summary>Which resource must be there before which.</summary>
internal sealed class DependencyGraph
{
    private readonly Dictionary<string, ImmutableSortedSet<string>> _needs;

    private DependencyGraph(Dictionary<string, ImmutableSortedSet<string>> needs) => _needs = needs;

    /// <summary>Resources whose conditions hold.</summary>
    public IReadOnlyCollection<string> Resources => _needs.Keys;

    public ImmutableSortedSet<string> Needs(string id) => _needs.GetValueOrDefault(id) ?? ImmutableSortedSet<string>.Empty;

    /// <exception cref="Minato.Aws.AwsException">Resources wait for each other in a circle.</exception>
    public static DependencyGraph Of(Template template, Evaluator evaluator)
    {
        var active = template.Resources.Values.Where(r => r.Condition is null || evaluator.Holds(r.Condition)).ToDictionary(r => r.LogicalId);
        var graph = new DependencyGraph(active.ToDictionary(r => r.Key, r => NeedsOf(r.Value, active, evaluator)));
        return graph.Cycle() is { Count: > 0 } cycle
            ? throw TemplateErrors.Validation($"Circular dependency between resources: [{string.Join(", ", cycle)}]") : graph;
    }

    private static ImmutableSortedSet<string> NeedsOf(ResourceDefinition resource, Dictionary<string, ResourceDefinition> active, Evaluator evaluator) =>
        [.. resource.DependsOn.Concat(References.In(resource.Properties, evaluator).Select(r => r.Name)).Where(active.ContainsKey)];

    // What is left when everything that can be made was made, without what only waits for the circle.
    private List<string> Cycle()
    {
        var left = _needs.ToDictionary(n => n.Key, n => n.Value);
        Peel(left, (id, all) => all[id].All(n => !all.ContainsKey(n)));
        Peel(left, (id, all) => !all.Values.Any(n => n.Contains(id)));
        return [.. left.Keys.Order(StringComparer.Ordinal)];
    }

    private static void Peel(Dictionary<string, ImmutableSortedSet<string>> left, Func<string, Dictionary<string, ImmutableSortedSet<string>>, bool> isFree)
    {
        while (left.Keys.Where(id => isFree(id, left)).ToList() is { Count: > 0 } free)
        {
            foreach (var id in free) left.Remove(id);
        }
    }
}
