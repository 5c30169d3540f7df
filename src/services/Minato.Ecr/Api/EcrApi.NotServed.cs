using Minato.Aws;
using Minato.Contracts.Ecr;

namespace Minato.Ecr.Api;

// Operations of the model that Minato does not serve yet. A line goes away when its noun's file serves the operation.
internal sealed partial class EcrApi
{
    private static AwsException NotServed(string operation) => AwsException.NotServed("ecr", operation);

    public Task<BatchGetRepositoryScanningConfigurationResponse> BatchGetRepositoryScanningConfigurationAsync(BatchGetRepositoryScanningConfigurationRequest request, Caller caller, CancellationToken ct) => throw NotServed("BatchGetRepositoryScanningConfiguration");
    public Task<CreatePullThroughCacheRuleResponse> CreatePullThroughCacheRuleAsync(CreatePullThroughCacheRuleRequest request, Caller caller, CancellationToken ct) => throw NotServed("CreatePullThroughCacheRule");
    public Task<CreateRepositoryCreationTemplateResponse> CreateRepositoryCreationTemplateAsync(CreateRepositoryCreationTemplateRequest request, Caller caller, CancellationToken ct) => throw NotServed("CreateRepositoryCreationTemplate");
    public Task<DeletePullThroughCacheRuleResponse> DeletePullThroughCacheRuleAsync(DeletePullThroughCacheRuleRequest request, Caller caller, CancellationToken ct) => throw NotServed("DeletePullThroughCacheRule");
    public Task<DeleteRegistryPolicyResponse> DeleteRegistryPolicyAsync(DeleteRegistryPolicyRequest request, Caller caller, CancellationToken ct) => throw NotServed("DeleteRegistryPolicy");
    public Task<DeleteRepositoryCreationTemplateResponse> DeleteRepositoryCreationTemplateAsync(DeleteRepositoryCreationTemplateRequest request, Caller caller, CancellationToken ct) => throw NotServed("DeleteRepositoryCreationTemplate");
    public Task<DeleteSigningConfigurationResponse> DeleteSigningConfigurationAsync(DeleteSigningConfigurationRequest request, Caller caller, CancellationToken ct) => throw NotServed("DeleteSigningConfiguration");
    public Task<DeregisterPullTimeUpdateExclusionResponse> DeregisterPullTimeUpdateExclusionAsync(DeregisterPullTimeUpdateExclusionRequest request, Caller caller, CancellationToken ct) => throw NotServed("DeregisterPullTimeUpdateExclusion");
    public Task<DescribeImageReplicationStatusResponse> DescribeImageReplicationStatusAsync(DescribeImageReplicationStatusRequest request, Caller caller, CancellationToken ct) => throw NotServed("DescribeImageReplicationStatus");
    public Task<DescribeImageScanFindingsResponse> DescribeImageScanFindingsAsync(DescribeImageScanFindingsRequest request, Caller caller, CancellationToken ct) => throw NotServed("DescribeImageScanFindings");
    public Task<DescribeImageSigningStatusResponse> DescribeImageSigningStatusAsync(DescribeImageSigningStatusRequest request, Caller caller, CancellationToken ct) => throw NotServed("DescribeImageSigningStatus");
    public Task<DescribePullThroughCacheRulesResponse> DescribePullThroughCacheRulesAsync(DescribePullThroughCacheRulesRequest request, Caller caller, CancellationToken ct) => throw NotServed("DescribePullThroughCacheRules");
    public Task<DescribeRepositoryCreationTemplatesResponse> DescribeRepositoryCreationTemplatesAsync(DescribeRepositoryCreationTemplatesRequest request, Caller caller, CancellationToken ct) => throw NotServed("DescribeRepositoryCreationTemplates");
    public Task<GetLifecyclePolicyPreviewResponse> GetLifecyclePolicyPreviewAsync(GetLifecyclePolicyPreviewRequest request, Caller caller, CancellationToken ct) => throw NotServed("GetLifecyclePolicyPreview");
    public Task<GetRegistryPolicyResponse> GetRegistryPolicyAsync(GetRegistryPolicyRequest request, Caller caller, CancellationToken ct) => throw NotServed("GetRegistryPolicy");
    public Task<GetRegistryScanningConfigurationResponse> GetRegistryScanningConfigurationAsync(GetRegistryScanningConfigurationRequest request, Caller caller, CancellationToken ct) => throw NotServed("GetRegistryScanningConfiguration");
    public Task<GetSigningConfigurationResponse> GetSigningConfigurationAsync(GetSigningConfigurationRequest request, Caller caller, CancellationToken ct) => throw NotServed("GetSigningConfiguration");
    public Task<ListPullTimeUpdateExclusionsResponse> ListPullTimeUpdateExclusionsAsync(ListPullTimeUpdateExclusionsRequest request, Caller caller, CancellationToken ct) => throw NotServed("ListPullTimeUpdateExclusions");
    public Task<PutRegistryPolicyResponse> PutRegistryPolicyAsync(PutRegistryPolicyRequest request, Caller caller, CancellationToken ct) => throw NotServed("PutRegistryPolicy");
    public Task<PutRegistryScanningConfigurationResponse> PutRegistryScanningConfigurationAsync(PutRegistryScanningConfigurationRequest request, Caller caller, CancellationToken ct) => throw NotServed("PutRegistryScanningConfiguration");
    public Task<PutReplicationConfigurationResponse> PutReplicationConfigurationAsync(PutReplicationConfigurationRequest request, Caller caller, CancellationToken ct) => throw NotServed("PutReplicationConfiguration");
    public Task<PutSigningConfigurationResponse> PutSigningConfigurationAsync(PutSigningConfigurationRequest request, Caller caller, CancellationToken ct) => throw NotServed("PutSigningConfiguration");
    public Task<RegisterPullTimeUpdateExclusionResponse> RegisterPullTimeUpdateExclusionAsync(RegisterPullTimeUpdateExclusionRequest request, Caller caller, CancellationToken ct) => throw NotServed("RegisterPullTimeUpdateExclusion");
    public Task<StartImageScanResponse> StartImageScanAsync(StartImageScanRequest request, Caller caller, CancellationToken ct) => throw NotServed("StartImageScan");
    public Task<StartLifecyclePolicyPreviewResponse> StartLifecyclePolicyPreviewAsync(StartLifecyclePolicyPreviewRequest request, Caller caller, CancellationToken ct) => throw NotServed("StartLifecyclePolicyPreview");
    public Task<UpdateImageStorageClassResponse> UpdateImageStorageClassAsync(UpdateImageStorageClassRequest request, Caller caller, CancellationToken ct) => throw NotServed("UpdateImageStorageClass");
    public Task<UpdatePullThroughCacheRuleResponse> UpdatePullThroughCacheRuleAsync(UpdatePullThroughCacheRuleRequest request, Caller caller, CancellationToken ct) => throw NotServed("UpdatePullThroughCacheRule");
    public Task<UpdateRepositoryCreationTemplateResponse> UpdateRepositoryCreationTemplateAsync(UpdateRepositoryCreationTemplateRequest request, Caller caller, CancellationToken ct) => throw NotServed("UpdateRepositoryCreationTemplate");
    public Task<ValidatePullThroughCacheRuleResponse> ValidatePullThroughCacheRuleAsync(ValidatePullThroughCacheRuleRequest request, Caller caller, CancellationToken ct) => throw NotServed("ValidatePullThroughCacheRule");
}
