using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Elb.Api;

/// <summary>What waits for trust stores and capacity.</summary>
internal sealed partial class ElbApi
{
    public Task<AddTrustStoreRevocationsResponse> AddTrustStoreRevocationsAsync(
        AddTrustStoreRevocationsRequest request, Caller caller, CancellationToken ct) =>
        throw NotServed(nameof(AddTrustStoreRevocationsAsync));

    public Task<CreateTrustStoreResponse> CreateTrustStoreAsync(
        CreateTrustStoreRequest request, Caller caller, CancellationToken ct) =>
        throw NotServed(nameof(CreateTrustStoreAsync));

    public Task<DeleteSharedTrustStoreAssociationResponse> DeleteSharedTrustStoreAssociationAsync(
        DeleteSharedTrustStoreAssociationRequest request, Caller caller, CancellationToken ct) =>
        throw NotServed(nameof(DeleteSharedTrustStoreAssociationAsync));

    public Task<DeleteTrustStoreResponse> DeleteTrustStoreAsync(
        DeleteTrustStoreRequest request, Caller caller, CancellationToken ct) =>
        throw NotServed(nameof(DeleteTrustStoreAsync));

    public Task<DescribeTrustStoreAssociationsResponse> DescribeTrustStoreAssociationsAsync(
        DescribeTrustStoreAssociationsRequest request, Caller caller, CancellationToken ct) =>
        throw NotServed(nameof(DescribeTrustStoreAssociationsAsync));

    public Task<DescribeTrustStoreRevocationsResponse> DescribeTrustStoreRevocationsAsync(
        DescribeTrustStoreRevocationsRequest request, Caller caller, CancellationToken ct) =>
        throw NotServed(nameof(DescribeTrustStoreRevocationsAsync));

    public Task<DescribeTrustStoresResponse> DescribeTrustStoresAsync(
        DescribeTrustStoresRequest request, Caller caller, CancellationToken ct) =>
        throw NotServed(nameof(DescribeTrustStoresAsync));

    public Task<GetResourcePolicyResponse> GetResourcePolicyAsync(
        GetResourcePolicyRequest request, Caller caller, CancellationToken ct) =>
        throw NotServed(nameof(GetResourcePolicyAsync));

    public Task<GetTrustStoreCaCertificatesBundleResponse> GetTrustStoreCaCertificatesBundleAsync(
        GetTrustStoreCaCertificatesBundleRequest request, Caller caller, CancellationToken ct) =>
        throw NotServed(nameof(GetTrustStoreCaCertificatesBundleAsync));

    public Task<GetTrustStoreRevocationContentResponse> GetTrustStoreRevocationContentAsync(
        GetTrustStoreRevocationContentRequest request, Caller caller, CancellationToken ct) =>
        throw NotServed(nameof(GetTrustStoreRevocationContentAsync));

    public Task<ModifyCapacityReservationResponse> ModifyCapacityReservationAsync(
        ModifyCapacityReservationRequest request, Caller caller, CancellationToken ct) =>
        throw NotServed(nameof(ModifyCapacityReservationAsync));

    public Task<ModifyIpPoolsResponse> ModifyIpPoolsAsync(
        ModifyIpPoolsRequest request, Caller caller, CancellationToken ct) =>
        throw NotServed(nameof(ModifyIpPoolsAsync));

    public Task<ModifyTrustStoreResponse> ModifyTrustStoreAsync(
        ModifyTrustStoreRequest request, Caller caller, CancellationToken ct) =>
        throw NotServed(nameof(ModifyTrustStoreAsync));

    public Task<RemoveTrustStoreRevocationsResponse> RemoveTrustStoreRevocationsAsync(
        RemoveTrustStoreRevocationsRequest request, Caller caller, CancellationToken ct) =>
        throw NotServed(nameof(RemoveTrustStoreRevocationsAsync));

    private static AwsException NotServed(string method) => AwsException.NotServed("elasticloadbalancing", method[..^"Async".Length]);
}
