using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Iam.Planning;
using Minato.Iam.State;

namespace Minato.Iam.Api;

internal sealed partial class IamApi
{
    public async Task<CreateGroupResponse> CreateGroupAsync(CreateGroupRequest request, Caller caller, CancellationToken ct)
    {
        var created = new GroupState
        {
            AccountId = caller.AccountId, Name = request.GroupName, Path = request.Path ?? "/", Id = NewId("AGPA", 17), CreatedAt = clock.GetUtcNow(),
        };
        await store.UpdateAsync(tx =>
        {
            if (tx.Find(IamTables.Groups, created.Key) is not null) throw new EntityAlreadyExistsException($"Group with name {request.GroupName} already exists.");
            CheckQuota(tx.Count(IamTables.GroupsByAccount, caller.AccountId), Quotas.Groups, "GroupsPerAccount");
            PrincipalWrites.Put(tx, null, created);
        }, ct);
        return new() { Group = ToWire(created) };
    }

    public Task<GetGroupResponse> GetGroupAsync(GetGroupRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var group = Group(state, caller, request.GroupName);
        var members = After(state.Where(IamTables.MembersByGroup, group.Key).Select(m => m.UserKey), Position(nameof(GetGroupAsync), request.Marker));
        var (page, marker) = Page(nameof(GetGroupAsync), members, m => m, request.MaxItems);
        return Task.FromResult(new GetGroupResponse
        {
            Group = ToWire(group), Users = [.. page.Select(k => state.Find(IamTables.Users, k)).OfType<UserState>().Select(ToWire)],
            IsTruncated = marker is not null, Marker = marker,
        });
    }

    public Task<ListGroupsResponse> ListGroupsAsync(ListGroupsRequest request, Caller caller, CancellationToken ct)
    {
        var groups = store.Current.After(IamTables.GroupsByAccount, caller.AccountId, Position(nameof(ListGroupsAsync), request.Marker))
            .Where(g => g.Path.StartsWith(request.PathPrefix ?? "/", StringComparison.Ordinal));
        var (page, marker) = Page(nameof(ListGroupsAsync), groups, g => g.Key, request.MaxItems);
        return Task.FromResult(new ListGroupsResponse { Groups = [.. page.Select(ToWire)], IsTruncated = marker is not null, Marker = marker });
    }

    public Task<ListGroupsForUserResponse> ListGroupsForUserAsync(ListGroupsForUserRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var names = After(User(state, caller, request.UserName).Groups, Position(nameof(ListGroupsForUserAsync), request.Marker));
        var (page, marker) = Page(nameof(ListGroupsForUserAsync), names, n => n, request.MaxItems);
        return Task.FromResult(new ListGroupsForUserResponse
        {
            Groups = [.. page.Select(n => ToWire(Group(state, caller, n)))], IsTruncated = marker is not null, Marker = marker,
        });
    }

    public async Task<AddUserToGroupResponse> AddUserToGroupAsync(AddUserToGroupRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var group = Group(tx, caller, request.GroupName);
            var user = User(tx, caller, request.UserName);
            var joined = user.Groups.Add(group.Name);
            if (joined.Count > Quotas.GroupsPerUser) throw new LimitExceededException($"Cannot exceed quota for GroupsPerUser: {Quotas.GroupsPerUser}");
            PrincipalWrites.Put(tx, user, user with { Groups = joined });
        }, ct);
        return new();
    }

    public async Task<RemoveUserFromGroupResponse> RemoveUserFromGroupAsync(RemoveUserFromGroupRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var group = Group(tx, caller, request.GroupName);
            var user = User(tx, caller, request.UserName);
            PrincipalWrites.Put(tx, user, user with { Groups = user.Groups.Remove(group.Name) });
        }, ct);
        return new();
    }

    public async Task<UpdateGroupResponse> UpdateGroupAsync(UpdateGroupRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var group = Group(tx, caller, request.GroupName);
            var renamed = group with { Name = request.NewGroupName ?? group.Name, Path = request.NewPath ?? group.Path };
            if (renamed.Key != group.Key && tx.Find(IamTables.Groups, renamed.Key) is not null)
                throw new EntityAlreadyExistsException($"Group with name {renamed.Name} already exists.");
            foreach (var member in tx.Where(IamTables.MembersByGroup, group.Key).ToArray())
                if (tx.Find(IamTables.Users, member.UserKey) is { } user)
                    PrincipalWrites.Put(tx, user, user with { Groups = user.Groups.Remove(group.Name).Add(renamed.Name) });
            PrincipalWrites.Put(tx, group, renamed);
        }, ct);
        return new();
    }

    public async Task<DeleteGroupResponse> DeleteGroupAsync(DeleteGroupRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var group = Group(tx, caller, request.GroupName);
            if (tx.Count(IamTables.MembersByGroup, group.Key) > 0) throw new DeleteConflictException("Cannot delete entity, must remove users from group first.");
            RefuseWhilePoliciesRemain(group);
            PrincipalWrites.Delete(tx, group);
        }, ct);
        return new();
    }

    private ValueTask UpdateGroup(Caller caller, string name, Func<GroupState, GroupState> change, CancellationToken ct) => store.UpdateAsync(tx =>
    {
        var group = Group(tx, caller, name);
        PrincipalWrites.Put(tx, group, change(group));
    }, ct);

    private static Group ToWire(GroupState group) => new() { Path = group.Path, GroupName = group.Name, GroupId = group.Id, Arn = group.Arn, CreateDate = group.CreatedAt };
}
