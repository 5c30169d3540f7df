using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Api;

internal sealed partial class EcsApi
{
    public async Task<TagResourceResponse> TagResourceAsync(TagResourceRequest request, Caller caller, CancellationToken ct)
    {
        Tagging.Check(request.Tags, caller.MaySetSystemTags);
        await store.UpdateAsync(ecs => ChangeTags(ecs, request.ResourceArn, old => Tagging.Add(old, request.Tags)), ct);
        return new();
    }

    public async Task<UntagResourceResponse> UntagResourceAsync(UntagResourceRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(ecs => ChangeTags(ecs, request.ResourceArn, old => Tagging.Remove(old, request.TagKeys)), ct);
        return new();
    }

    public Task<ListTagsForResourceResponse> ListTagsForResourceAsync(ListTagsForResourceRequest request, Caller caller, CancellationToken ct)
    {
        var ecs = store.Current;
        var (scope, parts) = ParseResource(request.ResourceArn);
        ImmutableArray<Tag>? tags = parts switch
        {
            ["cluster", var name] => ecs.Find(EcsTables.Clusters, new(scope, name))?.Tags,
            ["service", var cluster, var name] => ecs.Find(ServiceTables.Services, new(new(scope, cluster), name))?.Tags,
            ["task", var cluster, var id] => ecs.Find(EcsTables.Tasks, new(new(scope, cluster), id))?.Tags,
            ["container-instance", var cluster, var id] => ecs.Find(EcsTables.Instances, new(new(scope, cluster), id))?.Tags,
            ["task-definition", var name] => ecs.FindDefinition(scope, name)?.Tags,
            ["task-set", var cluster, var name, var prefix, var number] =>
                ecs.Find(ServiceTables.Services, new(new(scope, cluster), name)) is { } service
                    ? TaskSetRules.Find(service, $"{prefix}/{number}")?.TaskSet?.Tags : null,
            ["capacity-provider", var name] => CapacityProviderState.IsFargate(name) ? [] : ecs.Find(CapacityTables.Providers, new(scope, name))?.Tags,
            _ => null,
        };
        return Answer(new ListTagsForResourceResponse { Tags = tags ?? throw NoSuchResource(ecs, scope, parts) });
    }

    private static void ChangeTags(Transaction ecs, string arn, Func<ImmutableArray<Tag>, ImmutableArray<Tag>> change)
    {
        var (scope, parts) = ParseResource(arn);
        switch (parts)
        {
            case ["cluster", var name] when ecs.Find(EcsTables.Clusters, new(scope, name)) is { IsActive: true } cluster:
                ecs.Put(EcsTables.Clusters, cluster with { Tags = change(cluster.Tags) });
                break;
            case ["service", var at, var name] when ecs.Find(ServiceTables.Services, new(new(scope, at), name)) is { } service:
                ecs.Put(ServiceTables.Services, service with { Tags = change(service.Tags) });
                break;
            case ["task-set", var at, var name, var prefix, var number]
                when ecs.Find(ServiceTables.Services, new(new(scope, at), name)) is { } owner
                    && TaskSetRules.Find(owner, $"{prefix}/{number}") is { TaskSet: { } asked } set:
                var tagged = set with { TaskSet = asked with { Tags = change(asked.Tags) } };
                ecs.Put(ServiceTables.Services, owner with { Deployments = owner.Deployments.Replace(set, tagged) });
                break;
            case ["task", var at, var id] when ecs.Find(EcsTables.Tasks, new(new(scope, at), id)) is { } task:
                ecs.Put(EcsTables.Tasks, task with { Tags = change(task.Tags) });
                break;
            case ["container-instance", var at, var id] when ecs.Find(EcsTables.Instances, new(new(scope, at), id)) is { Status: not null } instance:
                ecs.Put(EcsTables.Instances, instance with { Tags = change(instance.Tags) });
                break;
            case ["task-definition", var name] when ecs.FindDefinition(scope, name) is { } definition:
                ecs.Put(EcsTables.TaskDefinitions, definition with { Tags = change(definition.Tags) });
                break;
            case ["capacity-provider", var name] when ecs.Find(CapacityTables.Providers, new(scope, name)) is { IsActive: true } provider:
                ecs.Put(CapacityTables.Providers, provider with { Tags = change(provider.Tags) });
                break;
            default:
                throw NoSuchResource(ecs, scope, parts);
        }
    }

    private static (AccountRegion Scope, string[] Parts) ParseResource(string text) =>
        Arn.TryParse(text, out var arn) && arn.Service == "ecs"
            ? (new(arn.AccountId, arn.Region), arn.Resource.Split('/'))
            : throw new InvalidParameterException("Invalid arn syntax.");

    /// <summary>What is in a cluster is looked for there, once the cluster is found.</summary>
    private static AwsException NoSuchResource(IReadState ecs, AccountRegion scope, string[] parts) =>
        parts is [not ("task-definition" or "capacity-provider"), var cluster, ..]
            && ecs.Find(EcsTables.Clusters, new ClusterKey(scope, cluster)) is not { IsActive: true }
            ? new ClusterNotFoundException("Cluster not found.")
            : new ResourceNotFoundException("The specified resource was not found.");
}
