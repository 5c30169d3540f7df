using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Iam.State;

namespace Minato.Iam.Api;

/// <summary>The policies a role carries: inline ones by name, managed ones by ARN.</summary>
internal sealed partial class IamApi
{
    public async Task<PutRolePolicyResponse> PutRolePolicyAsync(PutRolePolicyRequest request, Caller caller, CancellationToken ct)
    {
        var document = CheckDocument(request.PolicyDocument);
        await UpdateRole(caller, request.RoleName, p => Attach.Inline(p, request.PolicyName, document), ct);
        return new();
    }

    public Task<GetRolePolicyResponse> GetRolePolicyAsync(GetRolePolicyRequest request, Caller caller, CancellationToken ct)
    {
        var document = Attach.InlineDocument(Role(store.Current, caller, request.RoleName), request.PolicyName);
        return Task.FromResult(new GetRolePolicyResponse { RoleName = request.RoleName, PolicyName = request.PolicyName, PolicyDocument = Encode(document) });
    }

    public async Task<DeleteRolePolicyResponse> DeleteRolePolicyAsync(DeleteRolePolicyRequest request, Caller caller, CancellationToken ct)
    {
        await UpdateRole(caller, request.RoleName, p => Attach.WithoutInline(p, request.PolicyName), ct);
        return new();
    }

    public Task<ListRolePoliciesResponse> ListRolePoliciesAsync(ListRolePoliciesRequest request, Caller caller, CancellationToken ct)
    {
        var names = After(Role(store.Current, caller, request.RoleName).InlinePolicies.Keys, Position(nameof(ListRolePoliciesAsync), request.Marker));
        var (page, marker) = Page(nameof(ListRolePoliciesAsync), names, n => n, request.MaxItems);
        return Task.FromResult(new ListRolePoliciesResponse { PolicyNames = page, IsTruncated = marker is not null, Marker = marker });
    }

    public async Task<AttachRolePolicyResponse> AttachRolePolicyAsync(AttachRolePolicyRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var principal = ChangeableRole(tx, caller, request.RoleName);
            var policy = ManagedPolicy(tx, request.PolicyArn);
            PrincipalWrites.Put(tx, principal, Attach.Managed(principal, policy.Arn));
        }, ct);
        return new();
    }

    public async Task<DetachRolePolicyResponse> DetachRolePolicyAsync(DetachRolePolicyRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var principal = ChangeableRole(tx, caller, request.RoleName);
            PrincipalWrites.Put(tx, principal, Attach.WithoutManaged(principal, request.PolicyArn));
        }, ct);
        return new();
    }

    public Task<ListAttachedRolePoliciesResponse> ListAttachedRolePoliciesAsync(ListAttachedRolePoliciesRequest request, Caller caller, CancellationToken ct)
    {
        var arns = AttachedUnder(Role(store.Current, caller, request.RoleName), request.PathPrefix, Position(nameof(ListAttachedRolePoliciesAsync), request.Marker));
        var (page, marker) = Page(nameof(ListAttachedRolePoliciesAsync), arns, a => a, request.MaxItems);
        return Task.FromResult(new ListAttachedRolePoliciesResponse { AttachedPolicies = [.. page.Select(ToAttached)], IsTruncated = marker is not null, Marker = marker });
    }
}
