using System.Collections.Immutable;
using System.Globalization;
using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Iam.State;
using Minato.Platform;

namespace Minato.Iam.Api;

/// <summary>Who has which policy, asked from either end.</summary>
internal sealed partial class IamApi
{
    public Task<ListEntitiesForPolicyResponse> ListEntitiesForPolicyAsync(ListEntitiesForPolicyRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var policy = Existing(request.PolicyArn);
        var uses = request.PolicyUsageFilter switch
        {
            PolicyUsageType.PermissionsPolicy => state.Where(IamTables.AttachmentsByPolicy, policy.Arn),
            PolicyUsageType.PermissionsBoundary => state.Where(IamTables.BoundariesByPolicy, policy.Arn),
            _ => state.Where(IamTables.AttachmentsByPolicy, policy.Arn).Concat(state.Where(IamTables.BoundariesByPolicy, policy.Arn)),
        };
        var principals = uses.Select(u => Find(state, caller, u.PrincipalArn)).OfType<PrincipalState>()
            .Where(p => request.EntityFilter is null || string.Equals($"{request.EntityFilter}", p.Kind, StringComparison.OrdinalIgnoreCase))
            .Where(p => p.Path.StartsWith(request.PathPrefix ?? "/", StringComparison.Ordinal))
            .DistinctBy(p => p.Arn).OrderBy(p => p.Arn, StringComparer.Ordinal);
        var after = Position(nameof(ListEntitiesForPolicyAsync), request.Marker);
        var (page, marker) = Page(nameof(ListEntitiesForPolicyAsync), principals.Where(p => after is null || string.CompareOrdinal(p.Arn, after) > 0), p => p.Arn, request.MaxItems);
        return Task.FromResult(new ListEntitiesForPolicyResponse
        {
            PolicyUsers = [.. page.OfType<UserState>().Select(u => new PolicyUser { UserName = u.Name, UserId = u.Id })],
            PolicyGroups = [.. page.OfType<GroupState>().Select(g => new PolicyGroup { GroupName = g.Name, GroupId = g.Id })],
            PolicyRoles = [.. page.OfType<RoleState>().Select(r => new PolicyRole { RoleName = r.Name, RoleId = r.Id })],
            IsTruncated = marker is not null, Marker = marker,
        });
    }

    public Task<GetAccountAuthorizationDetailsResponse> GetAccountAuthorizationDetailsAsync(
        GetAccountAuthorizationDetailsRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var account = caller.AccountId;
        var all = Wanted(EntityType.User, () => state.Where(IamTables.UsersByAccount, account))
            .Concat(Wanted(EntityType.Group, () => state.Where(IamTables.GroupsByAccount, account)))
            .Concat(Wanted(EntityType.Role, () => state.Where(IamTables.RolesByAccount, account)))
            .Concat(Wanted(EntityType.LocalManagedPolicy, () => state.Where(IamTables.PoliciesByAccount, account)))
            // AWS: of its own policies only those that somebody uses.
            .Concat(Wanted(EntityType.AWSManagedPolicy, () => AwsManagedPolicies.All.Where(p => AttachmentCount(p.Arn) > 0)));
        var first = int.TryParse(Position(nameof(GetAccountAuthorizationDetailsAsync), request.Marker), CultureInfo.InvariantCulture, out var position) ? position + 1 : 0;
        var (page, marker) = Page(nameof(GetAccountAuthorizationDetailsAsync), all.Index().Skip(first), e => e.Index.ToString(CultureInfo.InvariantCulture), request.MaxItems);
        var items = page.Select(e => e.Item).ToArray();
        return Task.FromResult(new GetAccountAuthorizationDetailsResponse
        {
            UserDetailList = [.. items.OfType<UserState>().Select(Detail)],
            GroupDetailList = [.. items.OfType<GroupState>().Select(Detail)],
            RoleDetailList = [.. items.OfType<RoleState>().Select(r => Detail(state, r))],
            Policies = [.. items.OfType<PolicyState>().Select(Detail)],
            IsTruncated = marker is not null, Marker = marker,
        });

        IEnumerable<object> Wanted(EntityType type, Func<IEnumerable<object>> some) => request.Filter is not { Length: > 0 } filter || filter.Contains(type) ? some() : [];
    }

    private static PrincipalState? Find(IReadState state, Caller caller, string arn)
    {
        if (!Arn.TryParse(arn, out var parsed) || parsed.AccountId != caller.AccountId) return null;
        var key = IamTables.KeyOf(parsed.AccountId, parsed.Resource[(parsed.Resource.LastIndexOf('/') + 1)..]);
        return parsed.Resource.Split('/')[0] switch
        {
            "user" => state.Find(IamTables.Users, key),
            "group" => state.Find(IamTables.Groups, key),
            _ => state.Find(IamTables.Roles, key),
        };
    }

    private static ImmutableArray<PolicyDetail> Inline(PrincipalState principal) =>
        [.. principal.InlinePolicies.Select(p => new PolicyDetail { PolicyName = p.Key, PolicyDocument = Encode(p.Value) })];

    private static UserDetail Detail(UserState user) => new()
    {
        Path = user.Path, UserName = user.Name, UserId = user.Id, Arn = user.Arn, CreateDate = user.CreatedAt, UserPolicyList = Inline(user), GroupList = [.. user.Groups],
        AttachedManagedPolicies = [.. user.AttachedPolicies.Select(ToAttached)], PermissionsBoundary = BoundaryOf(user), Tags = ToWire(user.Tags),
    };

    private static GroupDetail Detail(GroupState group) => new()
    {
        Path = group.Path, GroupName = group.Name, GroupId = group.Id, Arn = group.Arn, CreateDate = group.CreatedAt, GroupPolicyList = Inline(group),
        AttachedManagedPolicies = [.. group.AttachedPolicies.Select(ToAttached)],
    };

    private static RoleDetail Detail(IReadState state, RoleState role) => new()
    {
        Path = role.Path, RoleName = role.Name, RoleId = role.Id, Arn = role.Arn, CreateDate = role.CreatedAt, RolePolicyList = Inline(role),
        AssumeRolePolicyDocument = Encode(role.AssumeRolePolicyDocument), AttachedManagedPolicies = [.. role.AttachedPolicies.Select(ToAttached)],
        InstanceProfileList = [.. state.Where(IamTables.ProfilesByRole, role.Key).Select(p => ToWire(state, p))], PermissionsBoundary = BoundaryOf(role), Tags = ToWire(role.Tags),
    };

    private ManagedPolicyDetail Detail(PolicyState policy)
    {
        var wire = ToWire(policy);
        return new()
        {
            PolicyName = wire.PolicyName, PolicyId = wire.PolicyId, Arn = wire.Arn, Path = wire.Path, DefaultVersionId = wire.DefaultVersionId,
            AttachmentCount = wire.AttachmentCount, PermissionsBoundaryUsageCount = wire.PermissionsBoundaryUsageCount, IsAttachable = true, Description = wire.Description,
            CreateDate = wire.CreateDate, UpdateDate = wire.UpdateDate,
            PolicyVersionList =
            [
                ToWire(policy, policy.DefaultVersion) with { Document = Encode(policy.Document) },
                .. policy.OtherVersions.Reverse().Select(v => ToWire(policy, v.Key) with { Document = Encode(v.Value.Document) }),
            ],
        };
    }
}
