using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Aws.Policies;
using Minato.Iam.State;

namespace Minato.Iam.Api;

internal sealed partial class IamApi
{
    public async Task<CreateRoleResponse> CreateRoleAsync(CreateRoleRequest request, Caller caller, CancellationToken ct)
    {
        var created = new RoleState
        {
            AccountId = caller.AccountId, Name = request.RoleName, Path = request.Path ?? "/", Id = NewId("AROA", 17), CreatedAt = clock.GetUtcNow(),
            AssumeRolePolicyDocument = CheckDocument(request.AssumeRolePolicyDocument, PolicyKind.Trust), Description = request.Description,
            MaxSessionDuration = request.MaxSessionDuration ?? 3600, Tags = Merge(ImmutableSortedDictionary<string, string>.Empty, request.Tags),
        };
        await store.UpdateAsync(tx =>
        {
            if (tx.Find(IamTables.Roles, created.Key) is not null)
                throw new EntityAlreadyExistsException($"Role with name {request.RoleName} already exists.");
            tx.Put(IamTables.Roles, created);
        }, ct);
        return new() { Role = ToWire(created) };
    }

    public async Task<CreateServiceLinkedRoleResponse> CreateServiceLinkedRoleAsync(CreateServiceLinkedRoleRequest request, Caller caller, CancellationToken ct)
    {
        var service = request.AWSServiceName.Split('.')[0];
        var name = ServiceLinkedName(service) + (request.CustomSuffix is { } suffix ? $"_{suffix}" : "");
        var created = new RoleState
        {
            AccountId = caller.AccountId, Name = name, Path = $"/aws-service-role/{request.AWSServiceName}/", Id = NewId("AROA", 17), CreatedAt = clock.GetUtcNow(),
            Description = request.Description,
            AssumeRolePolicyDocument = $$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"{{request.AWSServiceName}}"},"Action":"sts:AssumeRole"}]}""",
        };
        await store.UpdateAsync(tx =>
        {
            if (tx.Find(IamTables.Roles, created.Key) is not null)
                throw new InvalidInputException($"Service role name {name} has been taken in this account, please try a different suffix.");
            tx.Put(IamTables.Roles, created);
        }, ct);
        return new() { Role = ToWire(created) };
    }

    public Task<GetRoleResponse> GetRoleAsync(GetRoleRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new GetRoleResponse { Role = ToWire(Role(store.Current, caller, request.RoleName)) });

    public async Task<UpdateRoleResponse> UpdateRoleAsync(UpdateRoleRequest request, Caller caller, CancellationToken ct)
    {
        await UpdateRole(caller, request.RoleName, r => r with
        {
            Description = request.Description ?? r.Description, MaxSessionDuration = request.MaxSessionDuration ?? r.MaxSessionDuration,
        }, ct);
        return new();
    }

    public async Task<UpdateAssumeRolePolicyResponse> UpdateAssumeRolePolicyAsync(UpdateAssumeRolePolicyRequest request, Caller caller, CancellationToken ct)
    {
        await UpdateRole(caller, request.RoleName, r => r with { AssumeRolePolicyDocument = CheckDocument(request.PolicyDocument, PolicyKind.Trust) }, ct);
        return new();
    }

    public async Task<DeleteRoleResponse> DeleteRoleAsync(DeleteRoleRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var role = Role(tx, caller, request.RoleName);
            RefuseWhilePoliciesRemain(role);
            tx.Delete(IamTables.Roles, role.Key);
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

    public Task<ListRoleTagsResponse> ListRoleTagsAsync(ListRoleTagsRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new ListRoleTagsResponse { Tags = ToWire(Role(store.Current, caller, request.RoleName).Tags), IsTruncated = false });

    // Instance profiles are not served yet, so no role is in one.
    public Task<ListInstanceProfilesForRoleResponse> ListInstanceProfilesForRoleAsync(
        ListInstanceProfilesForRoleRequest request, Caller caller, CancellationToken ct)
    {
        Role(store.Current, caller, request.RoleName);
        return Task.FromResult(new ListInstanceProfilesForRoleResponse { InstanceProfiles = [], IsTruncated = false });
    }

    private ValueTask UpdateRole(Caller caller, string name, Func<RoleState, RoleState> change, CancellationToken ct) =>
        store.UpdateAsync(tx => tx.Put(IamTables.Roles, change(Role(tx, caller, name))), ct);

    private static string ServiceLinkedName(string service) => service switch
    {
        "ecs" => "AWSServiceRoleForECS",
        "elasticloadbalancing" => "AWSServiceRoleForElasticLoadBalancing",
        _ => $"AWSServiceRoleFor{char.ToUpperInvariant(service[0])}{service[1..]}",
    };

    private static Role ToWire(RoleState role) => new()
    {
        Path = role.Path, RoleName = role.Name, RoleId = role.Id, Arn = role.Arn, CreateDate = role.CreatedAt, Description = role.Description,
        MaxSessionDuration = role.MaxSessionDuration, AssumeRolePolicyDocument = Encode(role.AssumeRolePolicyDocument),
        Tags = role.Tags.IsEmpty ? null : ToWire(role.Tags),
    };
}
