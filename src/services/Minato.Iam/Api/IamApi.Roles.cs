using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Aws.Policies;
using Minato.Iam.Planning;
using Minato.Iam.State;

namespace Minato.Iam.Api;

internal sealed partial class IamApi
{
    public async Task<CreateRoleResponse> CreateRoleAsync(CreateRoleRequest request, Caller caller, CancellationToken ct)
    {
        var created = new RoleState
        {
            AccountId = caller.AccountId, Name = request.RoleName, Path = request.Path ?? "/", Id = NewId("AROA", 17), CreatedAt = clock.GetUtcNow(),
            AssumeRolePolicyDocument = CheckTrust(request.AssumeRolePolicyDocument), Description = request.Description,
            BoundaryArn = request.PermissionsBoundary, MaxSessionDuration = request.MaxSessionDuration ?? 3600, Tags = Merge(ImmutableSortedDictionary<string, string>.Empty, request.Tags),
        };
        await store.UpdateAsync(tx =>
        {
            CheckBoundary(tx, request.PermissionsBoundary);
            if (tx.Find(IamTables.Roles, created.Key) is not null)
                throw new EntityAlreadyExistsException($"Role with name {request.RoleName} already exists.");
            CheckQuota(tx.Count(IamTables.RolesByAccount, caller.AccountId), Quotas.Roles, "RolesPerAccount");
            PrincipalWrites.Put(tx, null, created);
        }, ct);
        return new() { Role = ToWire(created) };
    }

    public Task<GetRoleResponse> GetRoleAsync(GetRoleRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new GetRoleResponse { Role = ToWire(Role(store.Current, caller, request.RoleName)) });

    public async Task<UpdateRoleResponse> UpdateRoleAsync(UpdateRoleRequest request, Caller caller, CancellationToken ct)
    {
        if (request.MaxSessionDuration is not { } longest)
        {
            await DescribeRoleAsync(caller, request.RoleName, request.Description, ct);
            return new();
        }
        await UpdateRole(caller, request.RoleName, r => r with { Description = request.Description ?? r.Description, MaxSessionDuration = longest }, ct);
        return new();
    }

    public async Task<UpdateAssumeRolePolicyResponse> UpdateAssumeRolePolicyAsync(UpdateAssumeRolePolicyRequest request, Caller caller, CancellationToken ct)
    {
        await UpdateRole(caller, request.RoleName, r => r with { AssumeRolePolicyDocument = CheckTrust(request.PolicyDocument) }, ct);
        return new();
    }

    public async Task<DeleteRoleResponse> DeleteRoleAsync(DeleteRoleRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var role = ChangeableRole(tx, caller, request.RoleName);
            if (tx.Count(IamTables.ProfilesByRole, role.Key) > 0)
                throw new DeleteConflictException("Cannot delete entity, must remove roles from instance profile first.");
            RefuseWhilePoliciesRemain(role);
            PrincipalWrites.Delete(tx, role);
        }, ct);
        return new();
    }

    public Task<ListRolesResponse> ListRolesAsync(ListRolesRequest request, Caller caller, CancellationToken ct)
    {
        var after = Position(nameof(ListRolesAsync), request.Marker);
        var roles = store.Current.After(IamTables.RolesByAccount, caller.AccountId, after)
            .Where(r => r.Path.StartsWith(request.PathPrefix ?? "/", StringComparison.Ordinal));
        var (page, marker) = Page(nameof(ListRolesAsync), roles, r => r.Key, request.MaxItems);
        return Task.FromResult(new ListRolesResponse { Roles = [.. page.Select(ToWire)], IsTruncated = marker is not null, Marker = marker });
    }

    public async Task<TagRoleResponse> TagRoleAsync(TagRoleRequest request, Caller caller, CancellationToken ct)
    {
        await UpdateRole(caller, request.RoleName, r => r with { Tags = Merge(r.Tags, request.Tags) }, ct);
        return new();
    }

    public async Task<UntagRoleResponse> UntagRoleAsync(UntagRoleRequest request, Caller caller, CancellationToken ct)
    {
        await UpdateRole(caller, request.RoleName, r => r with { Tags = r.Tags.RemoveRange(request.TagKeys) }, ct);
        return new();
    }

    public Task<ListRoleTagsResponse> ListRoleTagsAsync(ListRoleTagsRequest request, Caller caller, CancellationToken ct)
    {
        var (tags, marker) = TagPage(nameof(ListRoleTagsAsync), Role(store.Current, caller, request.RoleName).Tags, request.Marker, request.MaxItems);
        return Task.FromResult(new ListRoleTagsResponse { Tags = tags, IsTruncated = marker is not null, Marker = marker });
    }

    public async Task<UpdateRoleDescriptionResponse> UpdateRoleDescriptionAsync(UpdateRoleDescriptionRequest request, Caller caller, CancellationToken ct)
    {
        await DescribeRoleAsync(caller, request.RoleName, request.Description, ct);
        return new() { Role = ToWire(Role(store.Current, caller, request.RoleName)) };
    }

    public async Task<PutRolePermissionsBoundaryResponse> PutRolePermissionsBoundaryAsync(PutRolePermissionsBoundaryRequest request, Caller caller, CancellationToken ct)
    {
        CheckBoundary(store.Current, request.PermissionsBoundary);
        await UpdateRole(caller, request.RoleName, r => r with { BoundaryArn = request.PermissionsBoundary }, ct);
        return new();
    }

    public async Task<DeleteRolePermissionsBoundaryResponse> DeleteRolePermissionsBoundaryAsync(
        DeleteRolePermissionsBoundaryRequest request, Caller caller, CancellationToken ct)
    {
        await UpdateRole(caller, request.RoleName, r => r with { BoundaryArn = null }, ct);
        return new();
    }

    private ValueTask UpdateRole(Caller caller, string name, Func<RoleState, RoleState> change, CancellationToken ct) => store.UpdateAsync(tx =>
    {
        var role = ChangeableRole(tx, caller, name);
        PrincipalWrites.Put(tx, role, change(role));
    }, ct);

    // AWS: what is said of a service-linked role is the one thing of it that everybody may change.
    private ValueTask DescribeRoleAsync(Caller caller, string name, string? description, CancellationToken ct) => store.UpdateAsync(tx =>
    {
        var role = Role(tx, caller, name);
        PrincipalWrites.Put(tx, role, role with { Description = description ?? role.Description });
    }, ct);

    private static RoleState ChangeableRole(Platform.IReadState state, Caller caller, string name)
    {
        var role = Role(state, caller, name);
        return !role.IsServiceLinked || caller.IsService ? role : throw new UnmodifiableEntityException(
            $"Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS");
    }

    private static string CheckTrust(string document) => CheckDocument(document, PolicyKind.Trust) is var checkedOne && Attach.Size(checkedOne) <= Quotas.TrustSize
        ? checkedOne : throw new LimitExceededException($"Cannot exceed quota for ACLSizePerRole: {Quotas.TrustSize}");

    private static Role ToWire(RoleState role) => new()
    {
        Path = role.Path, RoleName = role.Name, RoleId = role.Id, Arn = role.Arn, CreateDate = role.CreatedAt, Description = role.Description,
        MaxSessionDuration = role.MaxSessionDuration, AssumeRolePolicyDocument = Encode(role.AssumeRolePolicyDocument), PermissionsBoundary = BoundaryOf(role),
        Tags = role.Tags.IsEmpty ? null : ToWire(role.Tags),
    };
}
