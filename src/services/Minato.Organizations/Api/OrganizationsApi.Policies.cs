using System.Text.Json;
using Minato.Aws;
using Minato.Aws.Policies;
using Minato.Contracts.Organizations;
using Minato.Organizations.Planning;
using Minato.Organizations.State;

namespace Minato.Organizations.Api;

internal sealed partial class OrganizationsApi
{
    private const int LongestContent = 5120;
    private const int MostAttached = 5;
    private static readonly PolicyState s_full = new(OrganizationState.FullAccess, "FullAWSAccess", "Allows access to every operation", ServiceControl.FullAccessContent);

    public async Task<CreatePolicyResponse> CreatePolicyAsync(CreatePolicyRequest request, Caller caller, CancellationToken ct)
    {
        var id = $"p-{Letters(8)}";
        var changed = await ChangeAsync(caller, o =>
        {
            if (request.Type is not PolicyType.ServiceControlPolicy)
                throw new PolicyTypeNotAvailableForOrganizationException("You can't use the specified policy type with the feature set currently enabled for this organization.");
            CheckPolicyName(o, request.Name, null);
            return Tagged(o with { Policies = o.Policies.Add(id, new(id, request.Name, request.Description, Checked(request.Content))) }, id, request.Tags);
        }, ct);
        return new() { Policy = PolicyOf(changed, id) };
    }

    public Task<DescribePolicyResponse> DescribePolicyAsync(DescribePolicyRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new DescribePolicyResponse { Policy = PolicyOf(RequireManaged(store.Current, caller), request.PolicyId) });

    public async Task<UpdatePolicyResponse> UpdatePolicyAsync(UpdatePolicyRequest request, Caller caller, CancellationToken ct)
    {
        var changed = await ChangeAsync(caller, o =>
        {
            var policy = FindOwn(o, request.PolicyId);
            if (request.Name is { } name) CheckPolicyName(o, name, policy.Id);
            return o with
            {
                Policies = o.Policies.SetItem(policy.Id, policy with
                {
                    Name = request.Name ?? policy.Name, Description = request.Description ?? policy.Description, Content = request.Content is { } content ? Checked(content) : policy.Content,
                }),
            };
        }, ct);
        return new() { Policy = PolicyOf(changed, request.PolicyId) };
    }

    public async Task<DeletePolicyResponse> DeletePolicyAsync(DeletePolicyRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, o =>
        {
            var policy = FindOwn(o, request.PolicyId);
            if (o.Attached.Values.Any(a => a.Contains(policy.Id)))
                throw new PolicyInUseException("The policy is attached to one or more entities. You must detach it from all roots, OUs, and accounts before performing this operation.");
            return (o with { Policies = o.Policies.Remove(policy.Id) }).Forget(policy.Id);
        }, ct);
        return new();
    }

    public async Task<AttachPolicyResponse> AttachPolicyAsync(AttachPolicyRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, o =>
        {
            var attached = AttachedTo(o, request.TargetId, request.PolicyId);
            if (attached.Contains(request.PolicyId)) throw new DuplicatePolicyAttachmentException("A policy with the specified name and type already exists.");
            if (attached.Count >= MostAttached)
                throw Constraint("You have attained the maximum number of policies that can be attached to the target.", ConstraintViolationExceptionReason.MaxPolicyTypeAttachmentLimitExceeded);
            return o with { Attached = o.Attached.SetItem(request.TargetId, attached.Add(request.PolicyId)) };
        }, ct);
        return new();
    }

    public async Task<DetachPolicyResponse> DetachPolicyAsync(DetachPolicyRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, o =>
        {
            var attached = AttachedTo(o, request.TargetId, request.PolicyId);
            if (!attached.Contains(request.PolicyId)) throw new PolicyNotAttachedException("The policy isn't attached to the specified target in the specified root.");
            if (attached.Count == 1)
                throw Constraint("You cannot remove the last policy attached to the specified target. You should have at least one attached at all times.", ConstraintViolationExceptionReason.MinPolicyTypeAttachmentLimitExceeded);
            return o with { Attached = o.Attached.SetItem(request.TargetId, attached.Remove(request.PolicyId)) };
        }, ct);
        return new();
    }

    public Task<ListPoliciesResponse> ListPoliciesAsync(ListPoliciesRequest request, Caller caller, CancellationToken ct)
    {
        var o = RequireManaged(store.Current, caller);
        var wanted = request.Filter is PolicyType.ServiceControlPolicy ? o.Policies.Values.Append(s_full).OrderBy(p => p.Id, StringComparer.Ordinal) : Enumerable.Empty<PolicyState>();
        var (page, next) = Page($"policies {request.Filter}", wanted, p => p.Id, request.NextToken, request.MaxResults);
        return Task.FromResult(new ListPoliciesResponse { Policies = [.. page.Select(p => SummaryOf(o, p))], NextToken = next });
    }

    public Task<ListPoliciesForTargetResponse> ListPoliciesForTargetAsync(ListPoliciesForTargetRequest request, Caller caller, CancellationToken ct)
    {
        var o = RequireManaged(store.Current, caller);
        if (!o.IsTarget(request.TargetId)) throw NoTarget();
        var wanted = request.Filter is PolicyType.ServiceControlPolicy ? o.AttachedTo(request.TargetId).Select(id => Find(o, id)) : [];
        var (page, next) = Page($"policies {request.TargetId} {request.Filter}", wanted, p => p.Id, request.NextToken, request.MaxResults);
        return Task.FromResult(new ListPoliciesForTargetResponse { Policies = [.. page.Select(p => SummaryOf(o, p))], NextToken = next });
    }

    public Task<ListTargetsForPolicyResponse> ListTargetsForPolicyAsync(ListTargetsForPolicyRequest request, Caller caller, CancellationToken ct)
    {
        var o = RequireManaged(store.Current, caller);
        Find(o, request.PolicyId);
        var (page, next) = Page($"targets {request.PolicyId}", o.Attached.Where(a => a.Value.Contains(request.PolicyId)).Select(a => a.Key), t => t, request.NextToken, request.MaxResults);
        return Task.FromResult(new ListTargetsForPolicyResponse
        {
            Targets = [.. page.Select(t => new PolicyTargetSummary
            {
                TargetId = t, Arn = Names.ArnOf(o, t), Name = t == o.RootId ? "Root" : o.Units.GetValueOrDefault(t)?.Name ?? o.Members.GetValueOrDefault(t)?.Name,
                Type = t == o.RootId ? TargetType.Root : o.Units.ContainsKey(t) ? TargetType.OrganizationalUnit : TargetType.Account,
            })],
            NextToken = next,
        });
    }

    private static System.Collections.Immutable.ImmutableSortedSet<string> AttachedTo(OrganizationState o, string target, string policyId)
    {
        Find(o, policyId);
        if (!o.IsTarget(target)) throw NoTarget();
        return o.IsControlled ? o.AttachedTo(target) : throw NotEnabled();
    }

    private static TargetNotFoundException NoTarget() => new("You specified a target that doesn't exist.");

    private static PolicyState Find(OrganizationState o, string id) =>
        id == s_full.Id ? s_full : o.Policies.GetValueOrDefault(id) ?? throw new PolicyNotFoundException("You specified a policy that doesn't exist.");

    private static PolicyState FindOwn(OrganizationState o, string id) => Find(o, id) is var found && found.Id != s_full.Id ? found
        : throw new InvalidInputException("You specified a policy that is managed by AWS and can't be modified.") { Reason = InvalidInputExceptionReason.ImmutablePolicy };

    private static void CheckPolicyName(OrganizationState o, string name, string? own)
    {
        if (o.Policies.Values.Append(s_full).Any(p => p.Name == name && p.Id != own)) throw new DuplicatePolicyException("A policy with the same name already exists.");
    }

    private static string Checked(string content)
    {
        if (content.Length > LongestContent)
            throw Constraint("You have exceeded the maximum policy size.", ConstraintViolationExceptionReason.PolicyContentLimitExceeded);
        try
        {
            PolicyParser.Parse(content, PolicyKind.Identity);
            return content;
        }
        catch (Exception e) when (e is PolicySyntaxException or JsonException)
        {
            throw new MalformedPolicyDocumentException("The provided policy document does not meet the requirements of the specified policy type.");
        }
    }

    private static Policy PolicyOf(OrganizationState o, string id) => Find(o, id) is var policy ? new() { PolicySummary = SummaryOf(o, policy), Content = policy.Content } : new();

    private static PolicySummary SummaryOf(OrganizationState o, PolicyState p) => new()
    {
        Id = p.Id, Arn = ServiceControl.ArnOf(o, p.Id), Name = p.Name, Description = p.Description, Type = PolicyType.ServiceControlPolicy, AwsManaged = p.Id == s_full.Id,
    };
}
