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
        var left = _needs.Keys.ToHashSet(StringComparer.Ordinal);
        var needs = _needs.SelectMany(n => n.Value.Select(need => (User: n.Key, Needed: need))).ToList();
        Peel(left, needs);
        Peel(left, [.. needs.Select(n => (n.Needed, n.User))]);
        return [.. left.Order(StringComparer.Ordinal)];
    }

    // Takes away whatever no edge leads from to what is left, until there is no more of it.
    private static void Peel(HashSet<string> left, List<(string From, string To)> edges)
    {
        var inside = edges.Where(e => left.Contains(e.From) && left.Contains(e.To)).ToList();
        var leading = inside.CountBy(e => e.From).ToDictionary(StringComparer.Ordinal);
        var back = inside.ToLookup(e => e.To, e => e.From, StringComparer.Ordinal);
        var free = new Queue<string>(left.Where(id => !leading.ContainsKey(id)));
        while (free.TryDequeue(out var id))
        {
            left.Remove(id);
            foreach (var other in back[id])
            {
                if (--leading[other] == 0) free.Enqueue(other);
            }
        }
    }
}
