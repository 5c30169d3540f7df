using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Api;

internal sealed partial class EcsApi
{
    private const int NamespacedOnAPage = 10;

    /// <summary>Services of all clusters whose Service Connect is in a namespace, named by its name or its ARN.</summary>
    public Task<ListServicesByNamespaceResponse> ListServicesByNamespaceAsync(
        ListServicesByNamespaceRequest request, Caller caller, CancellationToken ct)
    {
        var ecs = store.Current;
        var named = (AccountRegion.Of(caller), request.Namespace);
        var isArn = Arn.TryParse(request.Namespace, out _);
        var isKnown = (isArn ? ecs.Count(ServiceTables.ByConnection, request.Namespace) : ecs.Count(ServiceTables.ByNamespace, named)) + ecs.Count(EcsTables.ClustersByNamespace, named) > 0;
        if (!isKnown) throw new NamespaceNotFoundException("The specified namespace was not found.");
        var position = tokens.Position("ListServicesByNamespace", request.NextToken)?.Split('/');
        ServiceKey? after = position is [var cluster, var name] ? new(new(named.Item1, cluster), name) : null;
        var services = isArn ? ecs.After(ServiceTables.ByConnection, request.Namespace, after) : ecs.After(ServiceTables.ByNamespace, named, after);
        var (page, next) = tokens.Page(
            "ListServicesByNamespace", services.Where(s => s.Key.Cluster.Scope == named.Item1), request.MaxResults ?? NamespacedOnAPage,
            s => $"{s.Key.Cluster.Name}/{s.Key.Name}");
        return Answer(new ListServicesByNamespaceResponse { ServiceArns = [.. page.Select(s => s.Key.Arn)], NextToken = next });
    }
}
