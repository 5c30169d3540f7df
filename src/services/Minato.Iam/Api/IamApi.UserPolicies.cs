using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Iam.State;

namespace Minato.Iam.Api;

/// <summary>The policies a user carries: inline ones by name, managed ones by ARN.</summary>
internal sealed partial class IamApi
{
    public async Task<PutUserPolicyResponse> PutUserPolicyAsync(PutUserPolicyRequest request, Caller caller, CancellationToken ct)
    {
        var document = CheckDocument(request.PolicyDocument);
        await UpdateUser(caller, request.UserName, p => Attach.Inline(p, request.PolicyName, document), ct);
        return new();
    }

    public Task<GetUserPolicyResponse> GetUserPolicyAsync(GetUserPolicyRequest request, Caller caller, CancellationToken ct)
    {
        var document = Attach.InlineDocument(User(store.Current, caller, request.UserName), request.PolicyName);
        return Task.FromResult(new GetUserPolicyResponse { UserName = request.UserName, PolicyName = request.PolicyName, PolicyDocument = Encode(document) });
    }

    public async Task<DeleteUserPolicyResponse> DeleteUserPolicyAsync(DeleteUserPolicyRequest request, Caller caller, CancellationToken ct)
    {
        await UpdateUser(caller, request.UserName, p => Attach.WithoutInline(p, request.PolicyName), ct);
        return new();
    }

    public Task<ListUserPoliciesResponse> ListUserPoliciesAsync(ListUserPoliciesRequest request, Caller caller, CancellationToken ct)
    {
        var names = After(User(store.Current, caller, request.UserName).InlinePolicies.Keys, Position(nameof(ListUserPoliciesAsync), request.Marker));
        var (page, marker) = Page(nameof(ListUserPoliciesAsync), names, n => n, request.MaxItems);
        return Task.FromResult(new ListUserPoliciesResponse { PolicyNames = page, IsTruncated = marker is not null, Marker = marker });
    }

    public async Task<AttachUserPolicyResponse> AttachUserPolicyAsync(AttachUserPolicyRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var principal = User(tx, caller, request.UserName);
            var policy = ManagedPolicy(tx, request.PolicyArn);
            PrincipalWrites.Put(tx, principal, Attach.Managed(principal, policy.Arn));
        }, ct);
        return new();
    }

    public async Task<DetachUserPolicyResponse> DetachUserPolicyAsync(DetachUserPolicyRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var principal = User(tx, caller, request.UserName);
            PrincipalWrites.Put(tx, principal, Attach.WithoutManaged(principal, request.PolicyArn));
        }, ct);
        return new();
    }

    public Task<ListAttachedUserPoliciesResponse> ListAttachedUserPoliciesAsync(ListAttachedUserPoliciesRequest request, Caller caller, CancellationToken ct)
    {
        var arns = AttachedUnder(User(store.Current, caller, request.UserName), request.PathPrefix, Position(nameof(ListAttachedUserPoliciesAsync), request.Marker));
        var (page, marker) = Page(nameof(ListAttachedUserPoliciesAsync), arns, a => a, request.MaxItems);
        return Task.FromResult(new ListAttachedUserPoliciesResponse { AttachedPolicies = [.. page.Select(ToAttached)], IsTruncated = marker is not null, Marker = marker });
    }
}
