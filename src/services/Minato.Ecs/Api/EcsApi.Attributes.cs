using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Api;

internal sealed partial class EcsApi
{
    private const int MostCustomAttributes = 10;

    public async Task<PutAttributesResponse> PutAttributesAsync(PutAttributesRequest request, Caller caller, CancellationToken ct)
    {
        if (request.Attributes.Length == 0) throw new InvalidParameterException("Attributes cannot be empty.");
        await store.UpdateAsync(ecs =>
        {
            var cluster = ecs.RequireCluster(caller, request.Cluster).Key;
            foreach (var attribute in request.Attributes)
            {
                var instance = RequireTarget(ecs, cluster, attribute);
                var custom = instance.Attributes.Where(a => !IsBuiltIn(a) && a.Name != attribute.Name).Count() + 1;
                if (custom > MostCustomAttributes)
                    throw new AttributeLimitExceededException($"You can apply up to {MostCustomAttributes} custom attributes for each resource.");
                ecs.Put(EcsTables.Instances, instance with
                {
                    Attributes = [.. instance.Attributes.Where(a => a.Name != attribute.Name), new() { Name = attribute.Name, Value = attribute.Value }],
                });
            }
        }, ct);
        return new() { Attributes = request.Attributes };
    }

    public async Task<DeleteAttributesResponse> DeleteAttributesAsync(DeleteAttributesRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(ecs =>
        {
            var cluster = ecs.RequireCluster(caller, request.Cluster).Key;
            foreach (var attribute in request.Attributes)
            {
                var instance = RequireTarget(ecs, cluster, attribute);
                ecs.Put(EcsTables.Instances, instance with { Attributes = [.. instance.Attributes.Where(a => a.Name != attribute.Name)] });
            }
        }, ct);
        return new() { Attributes = request.Attributes };
    }

    public Task<ListAttributesResponse> ListAttributesAsync(ListAttributesRequest request, Caller caller, CancellationToken ct)
    {
        var ecs = store.Current;
        var cluster = ecs.RequireCluster(caller, request.Cluster).Key;
        var position = tokens.Position("ListAttributes", request.NextToken);
        var all = ecs.Where(EcsTables.InstancesByCluster, cluster)
            .SelectMany(i => i.Attributes.OrderBy(a => a.Name, StringComparer.Ordinal).Select(a => a with { TargetId = i.Key.Arn }))
            .Where(a => string.IsNullOrEmpty(request.AttributeName) || a.Name == request.AttributeName)
            .Where(a => string.IsNullOrEmpty(request.AttributeValue) || a.Value == request.AttributeValue)
            .Where(a => position is null || string.CompareOrdinal(Place(a), position) > 0);
        var (page, next) = tokens.Page("ListAttributes", all, request.MaxResults, Place);
        return Answer(new ListAttributesResponse { Attributes = page, NextToken = next });

        static string Place(Attribute attribute) => $"{attribute.TargetId} {attribute.Name}";
    }

    private static bool IsBuiltIn(Attribute attribute) =>
        attribute.Name.StartsWith("ecs.", StringComparison.Ordinal) || attribute.Name.StartsWith("com.amazonaws.ecs.", StringComparison.Ordinal);

    private static ContainerInstanceState RequireTarget(Transaction ecs, ClusterKey cluster, Attribute attribute)
    {
        if (string.IsNullOrEmpty(attribute.TargetId)) throw new InvalidParameterException("targetId can not be empty.");
        return ecs.Find(EcsTables.Instances, References.InstanceKeyOf(cluster, attribute.TargetId)) is { Status: not null } instance
            ? instance : throw new TargetNotFoundException("The specified target was not found.");
    }
}
