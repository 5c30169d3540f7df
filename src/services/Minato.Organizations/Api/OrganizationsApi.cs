using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Organizations;
using Minato.Organizations.State;
using Minato.Platform;

namespace Minato.Organizations.Api;

/// <summary>Organizations. Only the management account changes anything; members may ask what they are in.</summary>
internal sealed partial class OrganizationsApi(Store store, PageTokens tokens, Ids ids, TimeProvider clock) : IOrganizations
{
    private const int PageSize = 20;
    private const string Management = "Management";

    public async Task<CreateOrganizationResponse> CreateOrganizationAsync(CreateOrganizationRequest request, Caller caller, CancellationToken ct) => new()
    {
        Organization = ToWire(await store.UpdateAsync(tx =>
        {
            if (OrganizationTables.Of(tx, caller.AccountId) is not null) throw new AlreadyInOrganizationException("The AWS account is already a member of an organization.");
            var root = $"r-{Letters(4)}";
            var organization = new OrganizationState
            {
                Id = $"o-{Letters(10)}", ManagementId = caller.AccountId, Features = request.FeatureSet ?? OrganizationFeatureSet.All, RootId = root,
                Members = OrganizationState.Sorted<MemberState>().Add(caller.AccountId, new()
                {
                    Id = caller.AccountId, Name = Management, Email = $"management@{caller.AccountId}.invalid", ParentId = root, Joined = AccountJoinedMethod.Invited,
                    JoinedAt = clock.GetUtcNow(),
                }),
            };
            // AWS: an organization with all features has control policies from the beginning only when it is made in the console.
            tx.Put(OrganizationTables.Organizations, organization);
            return organization;
        }, ct)),
    };

    public Task<DescribeOrganizationResponse> DescribeOrganizationAsync(DescribeOrganizationRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new DescribeOrganizationResponse { Organization = ToWire(Require(store.Current, caller)) });

    public async Task<DeleteOrganizationResponse> DeleteOrganizationAsync(DeleteOrganizationRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var organization = RequireManaged(tx, caller);
            if (organization.Members.Values.Any(m => m.Id != organization.ManagementId && !m.IsClosed))
                throw new OrganizationNotEmptyException("To delete an organization you must first remove all member accounts (except the master).");
            tx.Delete(OrganizationTables.Organizations, organization.Id);
        }, ct);
        return new();
    }

    public Task<ListRootsResponse> ListRootsAsync(ListRootsRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new ListRootsResponse { Roots = [RootOf(RequireManaged(store.Current, caller))] });

    public async Task<EnablePolicyTypeResponse> EnablePolicyTypeAsync(EnablePolicyTypeRequest request, Caller caller, CancellationToken ct) => new()
    {
        Root = RootOf(await ChangeAsync(caller, o =>
        {
            CheckType(o, request.RootId, request.PolicyType);
            if (o.IsControlled) throw new PolicyTypeAlreadyEnabledException("The specified policy type is already enabled.");
            var enabled = o with { IsControlled = true };
            // AWS: everything gets the policy that allows all, so that nothing changes until somebody says so.
            return new[] { o.RootId }.Concat(o.Units.Keys).Concat(o.Members.Keys).Aggregate(enabled, (all, target) => all.WithDefault(target));
        }, ct)),
    };

    public async Task<DisablePolicyTypeResponse> DisablePolicyTypeAsync(DisablePolicyTypeRequest request, Caller caller, CancellationToken ct) => new()
    {
        Root = RootOf(await ChangeAsync(caller, o =>
        {
            CheckType(o, request.RootId, request.PolicyType);
            return o.IsControlled ? o with { IsControlled = false, Attached = OrganizationState.Sorted<ImmutableSortedSet<string>>() } : throw NotEnabled();
        }, ct)),
    };

    // Nobody is asked to trust anybody here.
    public Task<ListAWSServiceAccessForOrganizationResponse> ListAWSServiceAccessForOrganizationAsync(ListAWSServiceAccessForOrganizationRequest request, Caller caller, CancellationToken ct)
    {
        RequireManaged(store.Current, caller);
        return Task.FromResult(new ListAWSServiceAccessForOrganizationResponse { EnabledServicePrincipals = [] });
    }

    public Task<ListDelegatedAdministratorsResponse> ListDelegatedAdministratorsAsync(ListDelegatedAdministratorsRequest request, Caller caller, CancellationToken ct)
    {
        RequireManaged(store.Current, caller);
        return Task.FromResult(new ListDelegatedAdministratorsResponse { DelegatedAdministrators = [] });
    }

    private static void CheckType(OrganizationState organization, string rootId, PolicyType type)
    {
        if (rootId != organization.RootId) throw new RootNotFoundException("You specified a root that doesn't exist.");
        if (type is not PolicyType.ServiceControlPolicy || organization.Features is not OrganizationFeatureSet.All)
            throw new PolicyTypeNotAvailableForOrganizationException("You can't use the specified policy type with the feature set currently enabled for this organization.");
    }

    private static PolicyTypeNotEnabledException NotEnabled() => new("This operation can be performed only for enabled policy types.");

    private static OrganizationState Require(IReadState state, Caller caller) =>
        OrganizationTables.Of(state, caller.AccountId) ?? throw new AWSOrganizationsNotInUseException("Your account is not a member of an organization.");

    private static OrganizationState RequireManaged(IReadState state, Caller caller) => Require(state, caller) is var organization && organization.ManagementId == caller.AccountId
        ? organization : throw new AccessDeniedException("You don't have permissions to access this resource.");

    private ValueTask<OrganizationState> ChangeAsync(Caller caller, Func<OrganizationState, OrganizationState> change, CancellationToken ct) => store.UpdateAsync(tx =>
    {
        var changed = change(RequireManaged(tx, caller));
        tx.Put(OrganizationTables.Organizations, changed);
        return changed;
    }, ct);

    private string Letters(int length) => string.Create(length, ids, static (text, ids) =>
    {
        for (var i = 0; i < text.Length; i++) text[i] = "abcdefghijklmnopqrstuvwxyz0123456789"[ids.Next(36)];
    });

    private (ImmutableArray<T> Items, string? Next) Page<T>(string operation, IEnumerable<T> sorted, Func<T, string> id, string? token, int? most)
    {
        var after = string.IsNullOrEmpty(token) ? null
            : tokens.Decode(operation, token) ?? throw new InvalidInputException("You specified an invalid value for NextToken.") { Reason = InvalidInputExceptionReason.InvalidNextToken };
        var size = most ?? PageSize;
        var items = sorted.Where(i => after is null || string.CompareOrdinal(id(i), after) > 0).Take(size + 1).ToImmutableArray();
        return items.Length <= size ? (items, null) : (items.RemoveAt(size), tokens.Encode(operation, id(items[size - 1])));
    }

    private static Organization ToWire(OrganizationState o) => new()
    {
        Id = o.Id, Arn = o.Arn($"organization/{o.Id}"), FeatureSet = o.Features, MasterAccountArn = Names.ArnOf(o, o.ManagementId), MasterAccountId = o.ManagementId,
        MasterAccountEmail = o.Members[o.ManagementId].Email,
        AvailablePolicyTypes = o.Features is OrganizationFeatureSet.All ? [new() { Type = PolicyType.ServiceControlPolicy, Status = PolicyTypeStatus.Enabled }] : [],
    };

    private static Root RootOf(OrganizationState o) => new()
    {
        Id = o.RootId, Arn = Names.ArnOf(o, o.RootId), Name = "Root",
        PolicyTypes = o.IsControlled ? [new() { Type = PolicyType.ServiceControlPolicy, Status = PolicyTypeStatus.Enabled }] : [],
    };
}
