using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Api;

/// <summary>How a request names a service: by name, or by ARN of the old or the new form.</summary>
internal static class ServiceReferences
{
    public static ServiceKey ServiceKeyOf(ClusterKey cluster, string reference) => new(cluster, References.Id(reference));

    /// <exception cref="ServiceNotFoundException">There is no such service, or only one that is INACTIVE.</exception>
    public static ServiceState RequireService(this IReadState state, ClusterKey cluster, string reference) =>
        state.Find(ServiceTables.Services, ServiceKeyOf(cluster, reference)) ?? throw new ServiceNotFoundException("Service not found.");

    /// <summary>The key in an ARN <c>KIND/CLUSTER/SERVICE/ID</c> of this account and region; null when it is none.</summary>
    public static (ServiceKey Service, string Id)? Part(Caller caller, string arn, string kind)
    {
        if (!Arn.TryParse(arn, out var parsed) || parsed.AccountId != caller.AccountId || parsed.Region != caller.Region) return null;
        return parsed.Resource.Split('/') is [var found, var cluster, var service, var id] && found == kind
            ? (new ServiceKey(new ClusterKey(AccountRegion.Of(caller), cluster), service), id) : null;
    }
}
