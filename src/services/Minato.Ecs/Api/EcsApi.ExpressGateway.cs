using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Api;

// An Express gateway service is one whose load balancer, certificate, domain and scaling AWS owns and shares between customers. Here it
// is answered as in a Region that does not have it. Ordinary services can be named, and are told apart.
internal sealed partial class EcsApi
{
    public Task<CreateExpressGatewayServiceResponse> CreateExpressGatewayServiceAsync(
        CreateExpressGatewayServiceRequest request, Caller caller, CancellationToken ct)
    {
        RequireClusterOf(caller, request.Cluster);
        throw NotInThisRegion();
    }

    public Task<DescribeExpressGatewayServiceResponse> DescribeExpressGatewayServiceAsync(
        DescribeExpressGatewayServiceRequest request, Caller caller, CancellationToken ct)
    {
        NamedByArn(caller, request.ServiceArn);
        // AWS: the only operation on a service whose error for an unknown one is that of any resource.
        throw new ResourceNotFoundException("The specified resource was not found.");
    }

    public Task<UpdateExpressGatewayServiceResponse> UpdateExpressGatewayServiceAsync(
        UpdateExpressGatewayServiceRequest request, Caller caller, CancellationToken ct) => throw NoExpressService(caller, request.ServiceArn);

    public Task<DeleteExpressGatewayServiceResponse> DeleteExpressGatewayServiceAsync(
        DeleteExpressGatewayServiceRequest request, Caller caller, CancellationToken ct) => throw NoExpressService(caller, request.ServiceArn);

    private AwsException NoExpressService(Caller caller, string serviceArn) => NamedByArn(caller, serviceArn) switch
    {
        null => new ServiceNotFoundException("Service not found."),
        { Status: not ServiceStatus.Active } => new ServiceNotActiveException("Service was not ACTIVE."),
        _ => new InvalidParameterException("The specified service is not an Express Gateway service."),
    };

    private ServiceState? NamedByArn(Caller caller, string serviceArn)
    {
        if (!Arn.TryParse(serviceArn, out var arn) || arn.Resource.Split('/') is not ["service", var cluster, var name])
            throw new InvalidParameterException("Invalid arn syntax.");
        var key = new ServiceKey(store.Current.RequireCluster(caller, cluster).Key, name);
        return store.Current.Find(ServiceTables.Services, key);
    }
}
