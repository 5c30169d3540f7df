using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Iam.State;

namespace Minato.Iam.Api;

internal sealed partial class IamApi
{
    // Versions of a managed policy come with policy evaluation; until then a policy has its first.
    private const string OnlyVersion = "v1";

    public async Task<CreatePolicyResponse> CreatePolicyAsync(CreatePolicyRequest request, Caller caller, CancellationToken ct)
    {
        var created = new PolicyState
        {
            AccountId = caller.AccountId, Name = request.PolicyName, Path = request.Path ?? "/", Id = NewId("ANPA", 17), CreatedAt = clock.GetUtcNow(),
            Document = CheckDocument(request.PolicyDocument), Description = request.Description,
            Tags = Merge(ImmutableSortedDictionary<string, string>.Empty, request.Tags),
        };
        await store.UpdateAsync(tx =>
        {
            if (tx.Find(IamTables.Policies, created.Arn) is not null)
                throw new EntityAlreadyExistsException($"A policy called {request.PolicyName} already exists. Duplicate names are not allowed.");
            tx.Put(IamTables.Policies, created);
        }, ct);
        return new() { Policy = ToWire(created) };
    }

    public Task<GetPolicyResponse> GetPolicyAsync(GetPolicyRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new GetPolicyResponse { Policy = ToWire(Existing(request.PolicyArn)) });

    public Task<GetPolicyVersionResponse> GetPolicyVersionAsync(GetPolicyVersionRequest request, Caller caller, CancellationToken ct)
    {
        var policy = Existing(request.PolicyArn);
        if (request.VersionId is not OnlyVersion)
            throw new NoSuchEntityException($"Policy {request.PolicyArn} version {request.VersionId} does not exist or is not attachable.");
        return Task.FromResult(new GetPolicyVersionResponse { PolicyVersion = Version(policy) with { Document = Encode(policy.Document) } });
    }

    public Task<ListPolicyVersionsResponse> ListPolicyVersionsAsync(ListPolicyVersionsRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new ListPolicyVersionsResponse { Versions = [Version(Existing(request.PolicyArn))], IsTruncated = false });

    public Task<ListPoliciesResponse> ListPoliciesAsync(ListPoliciesRequest request, Caller caller, CancellationToken ct)
    {
        var after = Position(nameof(ListPoliciesAsync), request.Marker);
        var own = request.Scope is PolicyScopeType.Aws ? [] : store.Current.Where(IamTables.PoliciesByAccount, caller.AccountId);
        var aws = request.Scope is PolicyScopeType.Local ? [] : AwsManagedPolicies.All;
        var policies = own.Concat(aws).OrderBy(p => p.Arn, StringComparer.Ordinal)
            .SkipWhile(p => after is not null && string.CompareOrdinal(p.Arn, after) <= 0)
            .Where(p => p.Path.StartsWith(request.PathPrefix ?? "/", StringComparison.Ordinal))
            .Where(p => request.OnlyAttached is not true || AttachmentCount(p.Arn) > 0);
        var (page, marker) = Page(nameof(ListPoliciesAsync), policies, p => p.Arn, request.MaxItems);
        return Task.FromResult(new ListPoliciesResponse { Policies = [.. page.Select(ToWire)], IsTruncated = marker is not null, Marker = marker });
    }

    public async Task<DeletePolicyResponse> DeletePolicyAsync(DeletePolicyRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            if (tx.Find(IamTables.Policies, request.PolicyArn) is null)
                throw new NoSuchEntityException($"Policy {request.PolicyArn} was not found.");
            if (tx.Count(IamTables.AttachmentsByPolicy, request.PolicyArn) > 0)
                throw new DeleteConflictException("Cannot delete a policy attached to entities.");
            tx.Delete(IamTables.Policies, request.PolicyArn);
        }, ct);
        return new();
    }

    // AWS: an account without an alias has an empty list.
    public Task<ListAccountAliasesResponse> ListAccountAliasesAsync(ListAccountAliasesRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new ListAccountAliasesResponse { AccountAliases = [], IsTruncated = false });

    private PolicyState Existing(string arn) => AwsManagedPolicies.Find(arn) ?? store.Current.Find(IamTables.Policies, arn)
        ?? throw new NoSuchEntityException($"Policy {arn} was not found.");

    private int AttachmentCount(string arn) => store.Current.Count(IamTables.AttachmentsByPolicy, arn);

    private static PolicyVersion Version(PolicyState policy) => new() { VersionId = OnlyVersion, IsDefaultVersion = true, CreateDate = policy.CreatedAt };

    private Policy ToWire(PolicyState policy) => new()
    {
        PolicyName = policy.Name, PolicyId = policy.Id, Arn = policy.Arn, Path = policy.Path, DefaultVersionId = OnlyVersion,
        AttachmentCount = AttachmentCount(policy.Arn), PermissionsBoundaryUsageCount = 0, IsAttachable = true, Description = policy.Description,
        CreateDate = policy.CreatedAt, UpdateDate = policy.CreatedAt, Tags = policy.Tags.IsEmpty ? null : ToWire(policy.Tags),
    };
}
