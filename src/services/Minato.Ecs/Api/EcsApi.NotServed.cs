using Minato.Aws;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.Api;

// Operations of the model that Minato does not serve yet. A line goes away when its noun's file serves the operation.
internal sealed partial class EcsApi
{
    private static AwsException NotServed(string operation) => AwsException.NotServed("ecs", operation);

    public Task<ContinueServiceDeploymentResponse> ContinueServiceDeploymentAsync(ContinueServiceDeploymentRequest request, Caller caller, CancellationToken ct) => throw NotServed("ContinueServiceDeployment");
    public Task<CreateCapacityProviderResponse> CreateCapacityProviderAsync(CreateCapacityProviderRequest request, Caller caller, CancellationToken ct) => throw NotServed("CreateCapacityProvider");
    public Task<CreateDaemonResponse> CreateDaemonAsync(CreateDaemonRequest request, Caller caller, CancellationToken ct) => throw NotServed("CreateDaemon");
    public Task<CreateExpressGatewayServiceResponse> CreateExpressGatewayServiceAsync(CreateExpressGatewayServiceRequest request, Caller caller, CancellationToken ct) => throw NotServed("CreateExpressGatewayService");
    public Task<CreateTaskSetResponse> CreateTaskSetAsync(CreateTaskSetRequest request, Caller caller, CancellationToken ct) => throw NotServed("CreateTaskSet");
    public Task<DeleteAccountSettingResponse> DeleteAccountSettingAsync(DeleteAccountSettingRequest request, Caller caller, CancellationToken ct) => throw NotServed("DeleteAccountSetting");
    public Task<DeleteAttributesResponse> DeleteAttributesAsync(DeleteAttributesRequest request, Caller caller, CancellationToken ct) => throw NotServed("DeleteAttributes");
    public Task<DeleteCapacityProviderResponse> DeleteCapacityProviderAsync(DeleteCapacityProviderRequest request, Caller caller, CancellationToken ct) => throw NotServed("DeleteCapacityProvider");
    public Task<DeleteDaemonResponse> DeleteDaemonAsync(DeleteDaemonRequest request, Caller caller, CancellationToken ct) => throw NotServed("DeleteDaemon");
    public Task<DeleteDaemonTaskDefinitionResponse> DeleteDaemonTaskDefinitionAsync(DeleteDaemonTaskDefinitionRequest request, Caller caller, CancellationToken ct) => throw NotServed("DeleteDaemonTaskDefinition");
    public Task<DeleteExpressGatewayServiceResponse> DeleteExpressGatewayServiceAsync(DeleteExpressGatewayServiceRequest request, Caller caller, CancellationToken ct) => throw NotServed("DeleteExpressGatewayService");
    public Task<DeleteTaskSetResponse> DeleteTaskSetAsync(DeleteTaskSetRequest request, Caller caller, CancellationToken ct) => throw NotServed("DeleteTaskSet");
    public Task<DeregisterContainerInstanceResponse> DeregisterContainerInstanceAsync(DeregisterContainerInstanceRequest request, Caller caller, CancellationToken ct) => throw NotServed("DeregisterContainerInstance");
    public Task<DescribeContainerInstancesResponse> DescribeContainerInstancesAsync(DescribeContainerInstancesRequest request, Caller caller, CancellationToken ct) => throw NotServed("DescribeContainerInstances");
    public Task<DescribeDaemonResponse> DescribeDaemonAsync(DescribeDaemonRequest request, Caller caller, CancellationToken ct) => throw NotServed("DescribeDaemon");
    public Task<DescribeDaemonDeploymentsResponse> DescribeDaemonDeploymentsAsync(DescribeDaemonDeploymentsRequest request, Caller caller, CancellationToken ct) => throw NotServed("DescribeDaemonDeployments");
    public Task<DescribeDaemonRevisionsResponse> DescribeDaemonRevisionsAsync(DescribeDaemonRevisionsRequest request, Caller caller, CancellationToken ct) => throw NotServed("DescribeDaemonRevisions");
    public Task<DescribeDaemonTaskDefinitionResponse> DescribeDaemonTaskDefinitionAsync(DescribeDaemonTaskDefinitionRequest request, Caller caller, CancellationToken ct) => throw NotServed("DescribeDaemonTaskDefinition");
    public Task<DescribeExpressGatewayServiceResponse> DescribeExpressGatewayServiceAsync(DescribeExpressGatewayServiceRequest request, Caller caller, CancellationToken ct) => throw NotServed("DescribeExpressGatewayService");
    public Task<DescribeTaskSetsResponse> DescribeTaskSetsAsync(DescribeTaskSetsRequest request, Caller caller, CancellationToken ct) => throw NotServed("DescribeTaskSets");
    public Task<DiscoverPollEndpointResponse> DiscoverPollEndpointAsync(DiscoverPollEndpointRequest request, Caller caller, CancellationToken ct) => throw NotServed("DiscoverPollEndpoint");
    public Task<ExecuteCommandResponse> ExecuteCommandAsync(ExecuteCommandRequest request, Caller caller, CancellationToken ct) => throw NotServed("ExecuteCommand");
    public Task<GetTaskProtectionResponse> GetTaskProtectionAsync(GetTaskProtectionRequest request, Caller caller, CancellationToken ct) => throw NotServed("GetTaskProtection");
    public Task<ListAccountSettingsResponse> ListAccountSettingsAsync(ListAccountSettingsRequest request, Caller caller, CancellationToken ct) => throw NotServed("ListAccountSettings");
    public Task<ListAttributesResponse> ListAttributesAsync(ListAttributesRequest request, Caller caller, CancellationToken ct) => throw NotServed("ListAttributes");
    public Task<ListContainerInstancesResponse> ListContainerInstancesAsync(ListContainerInstancesRequest request, Caller caller, CancellationToken ct) => throw NotServed("ListContainerInstances");
    public Task<ListDaemonDeploymentsResponse> ListDaemonDeploymentsAsync(ListDaemonDeploymentsRequest request, Caller caller, CancellationToken ct) => throw NotServed("ListDaemonDeployments");
    public Task<ListDaemonTaskDefinitionsResponse> ListDaemonTaskDefinitionsAsync(ListDaemonTaskDefinitionsRequest request, Caller caller, CancellationToken ct) => throw NotServed("ListDaemonTaskDefinitions");
    public Task<ListDaemonsResponse> ListDaemonsAsync(ListDaemonsRequest request, Caller caller, CancellationToken ct) => throw NotServed("ListDaemons");
    public Task<ListServicesByNamespaceResponse> ListServicesByNamespaceAsync(ListServicesByNamespaceRequest request, Caller caller, CancellationToken ct) => throw NotServed("ListServicesByNamespace");
    public Task<ListTagsForResourceResponse> ListTagsForResourceAsync(ListTagsForResourceRequest request, Caller caller, CancellationToken ct) => throw NotServed("ListTagsForResource");
    public Task<PutAccountSettingResponse> PutAccountSettingAsync(PutAccountSettingRequest request, Caller caller, CancellationToken ct) => throw NotServed("PutAccountSetting");
    public Task<PutAccountSettingDefaultResponse> PutAccountSettingDefaultAsync(PutAccountSettingDefaultRequest request, Caller caller, CancellationToken ct) => throw NotServed("PutAccountSettingDefault");
    public Task<PutAttributesResponse> PutAttributesAsync(PutAttributesRequest request, Caller caller, CancellationToken ct) => throw NotServed("PutAttributes");
    public Task<RegisterContainerInstanceResponse> RegisterContainerInstanceAsync(RegisterContainerInstanceRequest request, Caller caller, CancellationToken ct) => throw NotServed("RegisterContainerInstance");
    public Task<RegisterDaemonTaskDefinitionResponse> RegisterDaemonTaskDefinitionAsync(RegisterDaemonTaskDefinitionRequest request, Caller caller, CancellationToken ct) => throw NotServed("RegisterDaemonTaskDefinition");
    public Task<SubmitAttachmentStateChangesResponse> SubmitAttachmentStateChangesAsync(SubmitAttachmentStateChangesRequest request, Caller caller, CancellationToken ct) => throw NotServed("SubmitAttachmentStateChanges");
    public Task<SubmitContainerStateChangeResponse> SubmitContainerStateChangeAsync(SubmitContainerStateChangeRequest request, Caller caller, CancellationToken ct) => throw NotServed("SubmitContainerStateChange");
    public Task<SubmitTaskStateChangeResponse> SubmitTaskStateChangeAsync(SubmitTaskStateChangeRequest request, Caller caller, CancellationToken ct) => throw NotServed("SubmitTaskStateChange");
    public Task<TagResourceResponse> TagResourceAsync(TagResourceRequest request, Caller caller, CancellationToken ct) => throw NotServed("TagResource");
    public Task<UntagResourceResponse> UntagResourceAsync(UntagResourceRequest request, Caller caller, CancellationToken ct) => throw NotServed("UntagResource");
    public Task<UpdateCapacityProviderResponse> UpdateCapacityProviderAsync(UpdateCapacityProviderRequest request, Caller caller, CancellationToken ct) => throw NotServed("UpdateCapacityProvider");
    public Task<UpdateContainerAgentResponse> UpdateContainerAgentAsync(UpdateContainerAgentRequest request, Caller caller, CancellationToken ct) => throw NotServed("UpdateContainerAgent");
    public Task<UpdateContainerInstancesStateResponse> UpdateContainerInstancesStateAsync(UpdateContainerInstancesStateRequest request, Caller caller, CancellationToken ct) => throw NotServed("UpdateContainerInstancesState");
    public Task<UpdateDaemonResponse> UpdateDaemonAsync(UpdateDaemonRequest request, Caller caller, CancellationToken ct) => throw NotServed("UpdateDaemon");
    public Task<UpdateExpressGatewayServiceResponse> UpdateExpressGatewayServiceAsync(UpdateExpressGatewayServiceRequest request, Caller caller, CancellationToken ct) => throw NotServed("UpdateExpressGatewayService");
    public Task<UpdateServicePrimaryTaskSetResponse> UpdateServicePrimaryTaskSetAsync(UpdateServicePrimaryTaskSetRequest request, Caller caller, CancellationToken ct) => throw NotServed("UpdateServicePrimaryTaskSet");
    public Task<UpdateTaskProtectionResponse> UpdateTaskProtectionAsync(UpdateTaskProtectionRequest request, Caller caller, CancellationToken ct) => throw NotServed("UpdateTaskProtection");
    public Task<UpdateTaskSetResponse> UpdateTaskSetAsync(UpdateTaskSetRequest request, Caller caller, CancellationToken ct) => throw NotServed("UpdateTaskSet");
}
