using Minato.Aws;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.Api;

// Operations of the model that Minato does not serve yet. A line goes away when its noun's file serves the operation.
internal sealed partial class EcsApi
{
    private static AwsException NotServed(string operation) => AwsException.NotServed("ecs", operation);

    public Task<CreateCapacityProviderResponse> CreateCapacityProviderAsync(CreateCapacityProviderRequest request, Caller caller, CancellationToken ct) => throw NotServed("CreateCapacityProvider");
    public Task<CreateDaemonResponse> CreateDaemonAsync(CreateDaemonRequest request, Caller caller, CancellationToken ct) => throw NotServed("CreateDaemon");
    public Task<CreateExpressGatewayServiceResponse> CreateExpressGatewayServiceAsync(CreateExpressGatewayServiceRequest request, Caller caller, CancellationToken ct) => throw NotServed("CreateExpressGatewayService");
    public Task<CreateTaskSetResponse> CreateTaskSetAsync(CreateTaskSetRequest request, Caller caller, CancellationToken ct) => throw NotServed("CreateTaskSet");
    public Task<DeleteCapacityProviderResponse> DeleteCapacityProviderAsync(DeleteCapacityProviderRequest request, Caller caller, CancellationToken ct) => throw NotServed("DeleteCapacityProvider");
    public Task<DeleteDaemonResponse> DeleteDaemonAsync(DeleteDaemonRequest request, Caller caller, CancellationToken ct) => throw NotServed("DeleteDaemon");
    public Task<DeleteDaemonTaskDefinitionResponse> DeleteDaemonTaskDefinitionAsync(DeleteDaemonTaskDefinitionRequest request, Caller caller, CancellationToken ct) => throw NotServed("DeleteDaemonTaskDefinition");
    public Task<DeleteExpressGatewayServiceResponse> DeleteExpressGatewayServiceAsync(DeleteExpressGatewayServiceRequest request, Caller caller, CancellationToken ct) => throw NotServed("DeleteExpressGatewayService");
    public Task<DeleteTaskSetResponse> DeleteTaskSetAsync(DeleteTaskSetRequest request, Caller caller, CancellationToken ct) => throw NotServed("DeleteTaskSet");
    public Task<DescribeDaemonResponse> DescribeDaemonAsync(DescribeDaemonRequest request, Caller caller, CancellationToken ct) => throw NotServed("DescribeDaemon");
    public Task<DescribeDaemonDeploymentsResponse> DescribeDaemonDeploymentsAsync(DescribeDaemonDeploymentsRequest request, Caller caller, CancellationToken ct) => throw NotServed("DescribeDaemonDeployments");
    public Task<DescribeDaemonRevisionsResponse> DescribeDaemonRevisionsAsync(DescribeDaemonRevisionsRequest request, Caller caller, CancellationToken ct) => throw NotServed("DescribeDaemonRevisions");
    public Task<DescribeDaemonTaskDefinitionResponse> DescribeDaemonTaskDefinitionAsync(DescribeDaemonTaskDefinitionRequest request, Caller caller, CancellationToken ct) => throw NotServed("DescribeDaemonTaskDefinition");
    public Task<DescribeExpressGatewayServiceResponse> DescribeExpressGatewayServiceAsync(DescribeExpressGatewayServiceRequest request, Caller caller, CancellationToken ct) => throw NotServed("DescribeExpressGatewayService");
    public Task<DescribeTaskSetsResponse> DescribeTaskSetsAsync(DescribeTaskSetsRequest request, Caller caller, CancellationToken ct) => throw NotServed("DescribeTaskSets");
    public Task<ExecuteCommandResponse> ExecuteCommandAsync(ExecuteCommandRequest request, Caller caller, CancellationToken ct) => throw NotServed("ExecuteCommand");
    public Task<GetTaskProtectionResponse> GetTaskProtectionAsync(GetTaskProtectionRequest request, Caller caller, CancellationToken ct) => throw NotServed("GetTaskProtection");
    public Task<ListDaemonDeploymentsResponse> ListDaemonDeploymentsAsync(ListDaemonDeploymentsRequest request, Caller caller, CancellationToken ct) => throw NotServed("ListDaemonDeployments");
    public Task<ListDaemonTaskDefinitionsResponse> ListDaemonTaskDefinitionsAsync(ListDaemonTaskDefinitionsRequest request, Caller caller, CancellationToken ct) => throw NotServed("ListDaemonTaskDefinitions");
    public Task<ListDaemonsResponse> ListDaemonsAsync(ListDaemonsRequest request, Caller caller, CancellationToken ct) => throw NotServed("ListDaemons");
    public Task<ListServicesByNamespaceResponse> ListServicesByNamespaceAsync(ListServicesByNamespaceRequest request, Caller caller, CancellationToken ct) => throw NotServed("ListServicesByNamespace");
    public Task<RegisterDaemonTaskDefinitionResponse> RegisterDaemonTaskDefinitionAsync(RegisterDaemonTaskDefinitionRequest request, Caller caller, CancellationToken ct) => throw NotServed("RegisterDaemonTaskDefinition");
    public Task<UpdateCapacityProviderResponse> UpdateCapacityProviderAsync(UpdateCapacityProviderRequest request, Caller caller, CancellationToken ct) => throw NotServed("UpdateCapacityProvider");
    public Task<UpdateDaemonResponse> UpdateDaemonAsync(UpdateDaemonRequest request, Caller caller, CancellationToken ct) => throw NotServed("UpdateDaemon");
    public Task<UpdateExpressGatewayServiceResponse> UpdateExpressGatewayServiceAsync(UpdateExpressGatewayServiceRequest request, Caller caller, CancellationToken ct) => throw NotServed("UpdateExpressGatewayService");
    public Task<UpdateServicePrimaryTaskSetResponse> UpdateServicePrimaryTaskSetAsync(UpdateServicePrimaryTaskSetRequest request, Caller caller, CancellationToken ct) => throw NotServed("UpdateServicePrimaryTaskSet");
    public Task<UpdateTaskProtectionResponse> UpdateTaskProtectionAsync(UpdateTaskProtectionRequest request, Caller caller, CancellationToken ct) => throw NotServed("UpdateTaskProtection");
    public Task<UpdateTaskSetResponse> UpdateTaskSetAsync(UpdateTaskSetRequest request, Caller caller, CancellationToken ct) => throw NotServed("UpdateTaskSet");
}
