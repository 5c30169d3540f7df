using System.Collections.Immutable;
using Minato.Aws.Policies;

namespace Minato.Iam.Planning;

/// <summary>One question of a simulation and what came of it.</summary>
/// <param name="MissingKeys">Keys that policies asked about and nobody gave.</param>
internal sealed record SimulatedDecision(AuthorizationContext Context, Decision Decision, ImmutableArray<string> MissingKeys);

/// <summary>Asks policies about many actions and resources, without anything being done.</summary>
internal static class PolicySimulation
{
    public static IEnumerable<SimulatedDecision> Run(
        PolicySet policies, AuthorizationPrincipal principal, IEnumerable<string> actions, IReadOnlyCollection<string> resources,
        string? resourceAccount, ImmutableDictionary<string, ImmutableArray<string>> keys)
    {
        var wanted = KeysOf(policies);
        foreach (var action in actions)
        {
            foreach (var resource in resources)
            {
                var context = new AuthorizationContext { Principal = principal, Action = action, Resource = resource, ResourceAccountId = resourceAccount, Keys = keys };
                yield return new(context, PolicyEvaluation.Decide(policies, context), [.. wanted.Where(k => context.Values(k).IsEmpty)]);
            }
        }
    }

    /// <summary>Each once, in the order in which they stand there.</summary>
    public static ImmutableArray<string> KeysOf(PolicySet policies) => KeysOf(
        policies.Identity.Concat(policies.Session ?? []).Concat(policies.ServiceControl.SelectMany(l => l))
            .Concat(new[] { policies.Resource, policies.Boundary }.OfType<NamedPolicy>()).Select(p => p.Document));

    public static ImmutableArray<string> KeysOf(IEnumerable<PolicyDocument> documents) =>
        [.. documents.SelectMany(d => d.Statements).SelectMany(s => s.ContextKeys).Distinct(StringComparer.OrdinalIgnoreCase)];
}
