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
            var principal = Role(tx, caller, request.RoleName);
            var policy = ManagedPolicy(tx, request.PolicyArn);
            tx.Put(IamTables.Roles, Attach.Managed(principal, policy.Arn));
            tx.Put(IamTables.Attachments, new(policy.Arn, principal.Arn));
        }, ct);
        return new();
    }

    public async Task<DetachRolePolicyResponse> DetachRolePolicyAsync(DetachRolePolicyRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var principal = Role(tx, caller, request.RoleName);
            tx.Put(IamTables.Roles, Attach.WithoutManaged(principal, request.PolicyArn));
            tx.Delete(IamTables.Attachments, new AttachmentState(request.PolicyArn, principal.Arn).Key);
        }, ct);
        return new();
    }

    public Task<ListAttachedRolePoliciesResponse> ListAttachedRolePoliciesAsync(ListAttachedRolePoliciesRequest request, Caller caller, CancellationToken ct)
    {
        var arns = After(Role(store.Current, caller, request.RoleName).AttachedPolicies, Position(nameof(ListAttachedRolePoliciesAsync), request.Marker));
        var (page, marker) = Page(nameof(ListAttachedRolePoliciesAsync), arns, a => a, request.MaxItems);
        return Task.FromResult(new ListAttachedRolePoliciesResponse { AttachedPolicies = [.. page.Select(ToAttached)], IsTruncated = marker is not null, Marker = marker });
    }
}
