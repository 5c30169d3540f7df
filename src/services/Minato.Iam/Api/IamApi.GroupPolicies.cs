using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Iam.State;

namespace Minato.Iam.Api;

/// <summary>The policies a group gives its users: inline ones by name, managed ones by ARN.</summary>
internal sealed partial class IamApi
{
    public async Task<PutGroupPolicyResponse> PutGroupPolicyAsync(PutGroupPolicyRequest request, Caller caller, CancellationToken ct)
    {
        var document = CheckDocument(request.PolicyDocument);
        await UpdateGroup(caller, request.GroupName, p => Attach.Inline(p, request.PolicyName, document), ct);
        return new();
    }

    public Task<GetGroupPolicyResponse> GetGroupPolicyAsync(GetGroupPolicyRequest request, Caller caller, CancellationToken ct)
    {
        var document = Attach.InlineDocument(Group(store.Current, caller, request.GroupName), request.PolicyName);
        return Task.FromResult(new GetGroupPolicyResponse { GroupName = request.GroupName, PolicyName = request.PolicyName, PolicyDocument = Encode(document) });
    }

    public async Task<DeleteGroupPolicyResponse> DeleteGroupPolicyAsync(DeleteGroupPolicyRequest request, Caller caller, CancellationToken ct)
    {
        await UpdateGroup(caller, request.GroupName, p => Attach.WithoutInline(p, request.PolicyName), ct);
        return new();
    }

    public Task<ListGroupPoliciesResponse> ListGroupPoliciesAsync(ListGroupPoliciesRequest request, Caller caller, CancellationToken ct)
    {
        var names = After(Group(store.Current, caller, request.GroupName).InlinePolicies.Keys, Position(nameof(ListGroupPoliciesAsync), request.Marker));
        var (page, marker) = Page(nameof(ListGroupPoliciesAsync), names, n => n, request.MaxItems);
        return Task.FromResult(new ListGroupPoliciesResponse { PolicyNames = page, IsTruncated = marker is not null, Marker = marker });
    }

    public async Task<AttachGroupPolicyResponse> AttachGroupPolicyAsync(AttachGroupPolicyRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var principal = Group(tx, caller, request.GroupName);
            var policy = ManagedPolicy(tx, request.PolicyArn);
            PrincipalWrites.Put(tx, principal, Attach.Managed(principal, policy.Arn));
        }, ct);
        return new();
    }

    public async Task<DetachGroupPolicyResponse> DetachGroupPolicyAsync(DetachGroupPolicyRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var principal = Group(tx, caller, request.GroupName);
            PrincipalWrites.Put(tx, principal, Attach.WithoutManaged(principal, request.PolicyArn));
        }, ct);
        return new();
    }

    public Task<ListAttachedGroupPoliciesResponse> ListAttachedGroupPoliciesAsync(ListAttachedGroupPoliciesRequest request, Caller caller, CancellationToken ct)
    {
        var arns = AttachedUnder(Group(store.Current, caller, request.GroupName), request.PathPrefix, Position(nameof(ListAttachedGroupPoliciesAsync), request.Marker));
        var (page, marker) = Page(nameof(ListAttachedGroupPoliciesAsync), arns, a => a, request.MaxItems);
        return Task.FromResult(new ListAttachedGroupPoliciesResponse { AttachedPolicies = [.. page.Select(ToAttached)], IsTruncated = marker is not null, Marker = marker });
    }
}
