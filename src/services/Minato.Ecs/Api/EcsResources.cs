using System.Collections.Immutable;
using Minato.Aws;
using Minato.Aws.Authorization;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Api;

/// <summary>Tags of what ECS has, for policies that ask about them; and which revision a family without one means.</summary>
internal sealed class EcsResources(Store store) : IResourcePolicies
{
    public string Service => "ecs";

    public ResourceFacts? Find(string arn)
    {
        if (!Arn.TryParse(arn, out var parsed)) return null;
        var (state, scope) = (store.Current, new AccountRegion(parsed.AccountId, parsed.Region));
        return parsed.Resource.Split('/') switch
        {
            ["cluster", var name] => Facts(arn, state.Find(EcsTables.Clusters, new ClusterKey(scope, name))?.Tags),
            ["service", var cluster, var name] => Facts(arn, state.Find(ServiceTables.Services, new ServiceKey(new(scope, cluster), name))?.Tags),
            ["task", var cluster, var id] => Facts(arn, state.Find(EcsTables.Tasks, new TaskKey(new(scope, cluster), id))?.Tags),
            ["task-definition", var reference] => state.FindDefinition(scope, reference) is { } definition ? Facts(definition.Key.Arn, definition.Tags) : null,
            _ => null,
        };
    }

    private static ResourceFacts? Facts(string arn, ImmutableArray<Tag>? tags) => tags is not { } some ? null
        : new(arn) { Tags = some.ToImmutableDictionary(t => t.Key ?? "", t => t.Value ?? "", StringComparer.Ordinal) };
}
