using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Elb.Api;

/// <summary>What waits for capacity, and what would be a link into a bucket of AWS.</summary>
internal sealed partial class ElbApi
{
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

    private static AwsException NotServed(string method) => AwsException.NotServed("elasticloadbalancing", method[..^"Async".Length]);
}
