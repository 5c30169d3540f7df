using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Iam.Planning;
using Minato.Iam.State;
using Minato.Platform;

namespace Minato.Iam.Api;

internal sealed partial class IamApi
{
    public async Task<CreatePolicyResponse> CreatePolicyAsync(CreatePolicyRequest request, Caller caller, CancellationToken ct)
    {
        var created = new PolicyState
        {
            AccountId = caller.AccountId, Name = request.PolicyName, Path = request.Path ?? "/", Id = NewId("ANPA", 17), CreatedAt = clock.GetUtcNow(),
            Document = CheckManaged(request.PolicyDocument), Description = request.Description,
            Tags = Merge(ImmutableSortedDictionary<string, string>.Empty, request.Tags),
        };
        await store.UpdateAsync(tx =>
        {
            if (tx.Find(IamTables.Policies, created.Arn) is not null)
                throw new EntityAlreadyExistsException($"A policy called {request.PolicyName} already exists. Duplicate names are not allowed.");
            CheckQuota(tx.Count(IamTables.PoliciesByAccount, caller.AccountId), Quotas.Policies, "PoliciesPerAccount");
            tx.Put(IamTables.Policies, created);
        }, ct);
        return new() { Policy = ToWire(created) };
    }

    public Task<GetPolicyResponse> GetPolicyAsync(GetPolicyRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new GetPolicyResponse { Policy = ToWire(Existing(request.PolicyArn)) });

    public Task<ListPoliciesResponse> ListPoliciesAsync(ListPoliciesRequest request, Caller caller, CancellationToken ct)
    {
        var after = Position(nameof(ListPoliciesAsync), request.Marker);
        var own = request.Scope is PolicyScopeType.Aws ? [] : store.Current.Where(IamTables.PoliciesByAccount, caller.AccountId);
        var aws = request.Scope is PolicyScopeType.Local ? [] : AwsManagedPolicies.All;
        var policies = own.Concat(aws).OrderBy(p => p.Arn, StringComparer.Ordinal)
            .SkipWhile(p => after is not null && string.CompareOrdinal(p.Arn, after) <= 0)
            .Where(p => p.Path.StartsWith(request.PathPrefix ?? "/", StringComparison.Ordinal))
            .Where(p => request.PolicyUsageFilter switch
            {
                PolicyUsageType.PermissionsBoundary => store.Current.Count(IamTables.BoundariesByPolicy, p.Arn) > 0,
                PolicyUsageType.PermissionsPolicy => AttachmentCount(p.Arn) > 0,
                _ => request.OnlyAttached is not true || AttachmentCount(p.Arn) > 0,
            });
        var (page, marker) = Page(nameof(ListPoliciesAsync), policies, p => p.Arn, request.MaxItems);
        // AWS: the list tells neither descriptions nor tags.
        return Task.FromResult(new ListPoliciesResponse
        {
            Policies = [.. page.Select(p => ToWire(p) with { Description = null, Tags = null })], IsTruncated = marker is not null, Marker = marker,
        });
    }

    public async Task<DeletePolicyResponse> DeletePolicyAsync(DeletePolicyRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var policy = Own(tx, caller, request.PolicyArn);
            if (tx.Count(IamTables.AttachmentsByPolicy, policy.Arn) + tx.Count(IamTables.BoundariesByPolicy, policy.Arn) > 0)
                throw new DeleteConflictException("Cannot delete a policy attached to entities.");
            if (!policy.OtherVersions.IsEmpty)
            {
                throw new DeleteConflictException("This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
                    + "The default version is deleted with the policy.");
            }
            tx.Delete(IamTables.Policies, policy.Arn);
        }, ct);
        return new();
    }

    public async Task<TagPolicyResponse> TagPolicyAsync(TagPolicyRequest request, Caller caller, CancellationToken ct)
    {
        await UpdatePolicy(caller, request.PolicyArn, p => p with { Tags = Merge(p.Tags, request.Tags) }, ct);
        return new();
    }

    public async Task<UntagPolicyResponse> UntagPolicyAsync(UntagPolicyRequest request, Caller caller, CancellationToken ct)
    {
        await UpdatePolicy(caller, request.PolicyArn, p => p with { Tags = p.Tags.RemoveRange(request.TagKeys) }, ct);
        return new();
    }

    public Task<ListPolicyTagsResponse> ListPolicyTagsAsync(ListPolicyTagsRequest request, Caller caller, CancellationToken ct)
    {
        var (tags, marker) = TagPage(nameof(ListPolicyTagsAsync), Existing(request.PolicyArn).Tags, request.Marker, request.MaxItems);
        return Task.FromResult(new ListPolicyTagsResponse { Tags = tags, IsTruncated = marker is not null, Marker = marker });
    }

    private ValueTask UpdatePolicy(Caller caller, string arn, Func<PolicyState, PolicyState> change, CancellationToken ct) =>
        store.UpdateAsync(tx => tx.Put(IamTables.Policies, change(Own(tx, caller, arn))), ct);

    private static PolicyState Own(IReadState state, Caller caller, string arn)
    {
        if (AwsManagedPolicies.Find(arn) is not null) throw new AwsException("AccessDenied", $"Policy {arn} is owned by AWS and cannot be changed.", 403);
        return state.Find(IamTables.Policies, arn) is { } policy && policy.AccountId == caller.AccountId ? policy : throw new NoSuchEntityException($"Policy {arn} was not found.");
    }

    private PolicyState Existing(string arn) => AwsManagedPolicies.Find(arn) ?? store.Current.Find(IamTables.Policies, arn)
        ?? throw new NoSuchEntityException($"Policy {arn} was not found.");

    private int AttachmentCount(string arn) => store.Current.Count(IamTables.AttachmentsByPolicy, arn);

    private static string CheckManaged(string document) => CheckDocument(document) is var read && Attach.Size(read) <= Quotas.PolicySize
        ? read : throw new LimitExceededException($"Cannot exceed quota for PolicySize: {Quotas.PolicySize}");

    private Policy ToWire(PolicyState policy) => new()
    {
        PolicyName = policy.Name, PolicyId = policy.Id, Arn = policy.Arn, Path = policy.Path, DefaultVersionId = $"v{policy.DefaultVersion}",
        AttachmentCount = AttachmentCount(policy.Arn), PermissionsBoundaryUsageCount = store.Current.Count(IamTables.BoundariesByPolicy, policy.Arn), IsAttachable = true,
        Description = policy.Description, CreateDate = policy.CreatedAt, UpdateDate = policy.UpdatedAt ?? policy.CreatedAt,
        Tags = policy.Tags.IsEmpty ? null : ToWire(policy.Tags),
    };
}
