using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Iam.Planning;
using Minato.Iam.State;

namespace Minato.Iam.Api;

internal sealed partial class IamApi
{
    public async Task<CreateUserResponse> CreateUserAsync(CreateUserRequest request, Caller caller, CancellationToken ct)
    {
        var created = new UserState
        {
            AccountId = caller.AccountId, Name = request.UserName, Path = request.Path ?? "/", Id = NewId("AIDA", 17),
            CreatedAt = clock.GetUtcNow(), Tags = Merge(ImmutableSortedDictionary<string, string>.Empty, request.Tags), BoundaryArn = request.PermissionsBoundary,
        };
        await store.UpdateAsync(tx =>
        {
            CheckBoundary(tx, request.PermissionsBoundary);
            if (tx.Find(IamTables.Users, created.Key) is not null)
                throw new EntityAlreadyExistsException($"User with name {request.UserName} already exists.");
            CheckQuota(tx.Count(IamTables.UsersByAccount, caller.AccountId), Quotas.Users, "UsersPerAccount");
            PrincipalWrites.Put(tx, null, created);
        }, ct);
        return new() { User = ToWire(created) };
    }

    public Task<GetUserResponse> GetUserAsync(GetUserRequest request, Caller caller, CancellationToken ct)
    {
        // AWS: without a name the caller's own user is meant; root shows itself.
        var name = request.UserName ?? (Arn.TryParse(caller.PrincipalArn, out var arn) && arn.Resource.StartsWith("user/", StringComparison.Ordinal)
            ? arn.Resource[(arn.Resource.LastIndexOf('/') + 1)..] : null);
        var user = name is not null ? ToWire(User(store.Current, caller, name)) : new User
        {
            Path = "/", UserName = "root", UserId = caller.AccountId, Arn = $"arn:aws:iam::{caller.AccountId}:root", CreateDate = DateTimeOffset.UnixEpoch,
        };
        return Task.FromResult(new GetUserResponse { User = user });
    }

    public async Task<DeleteUserResponse> DeleteUserAsync(DeleteUserRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var user = User(tx, caller, request.UserName);
            if (tx.Count(IamTables.KeysByUser, user.Key) > 0)
                throw new DeleteConflictException("Cannot delete entity, must delete access keys first.");
            if (user.Login is not null) throw new DeleteConflictException("Cannot delete entity, must delete login profile first.");
            if (!user.Groups.IsEmpty) throw new DeleteConflictException("Cannot delete entity, must remove users from group first.");
            RefuseWhilePoliciesRemain(user);
            PrincipalWrites.Delete(tx, user);
        }, ct);
        return new();
    }

    public Task<ListUsersResponse> ListUsersAsync(ListUsersRequest request, Caller caller, CancellationToken ct)
    {
        var after = Position(nameof(ListUsersAsync), request.Marker);
        var users = store.Current.After(IamTables.UsersByAccount, caller.AccountId, after)
            .Where(u => u.Path.StartsWith(request.PathPrefix ?? "/", StringComparison.Ordinal));
        var (page, marker) = Page(nameof(ListUsersAsync), users, u => u.Key, request.MaxItems);
        return Task.FromResult(new ListUsersResponse { Users = [.. page.Select(ToWire)], IsTruncated = marker is not null, Marker = marker });
    }

    public async Task<TagUserResponse> TagUserAsync(TagUserRequest request, Caller caller, CancellationToken ct)
    {
        await UpdateUser(caller, request.UserName, u => u with { Tags = Merge(u.Tags, request.Tags) }, ct);
        return new();
    }

    public async Task<UntagUserResponse> UntagUserAsync(UntagUserRequest request, Caller caller, CancellationToken ct)
    {
        await UpdateUser(caller, request.UserName, u => u with { Tags = u.Tags.RemoveRange(request.TagKeys) }, ct);
        return new();
    }

    public Task<ListUserTagsResponse> ListUserTagsAsync(ListUserTagsRequest request, Caller caller, CancellationToken ct)
    {
        var (tags, marker) = TagPage(nameof(ListUserTagsAsync), User(store.Current, caller, request.UserName).Tags, request.Marker, request.MaxItems);
        return Task.FromResult(new ListUserTagsResponse { Tags = tags, IsTruncated = marker is not null, Marker = marker });
    }

    public async Task<UpdateUserResponse> UpdateUserAsync(UpdateUserRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var user = User(tx, caller, request.UserName);
            var renamed = user with { Name = request.NewUserName ?? user.Name, Path = request.NewPath ?? user.Path };
            if (renamed.Key != user.Key && tx.Find(IamTables.Users, renamed.Key) is not null)
                throw new EntityAlreadyExistsException($"User with name {renamed.Name} already exists.");
            foreach (var key in tx.Where(IamTables.KeysByUser, user.Key).ToArray()) tx.Put(IamTables.AccessKeys, key with { UserName = renamed.Name });
            PrincipalWrites.Put(tx, user, renamed);
        }, ct);
        return new();
    }

    public async Task<PutUserPermissionsBoundaryResponse> PutUserPermissionsBoundaryAsync(PutUserPermissionsBoundaryRequest request, Caller caller, CancellationToken ct)
    {
        CheckBoundary(store.Current, request.PermissionsBoundary);
        await UpdateUser(caller, request.UserName, u => u with { BoundaryArn = request.PermissionsBoundary }, ct);
        return new();
    }

    public async Task<DeleteUserPermissionsBoundaryResponse> DeleteUserPermissionsBoundaryAsync(
        DeleteUserPermissionsBoundaryRequest request, Caller caller, CancellationToken ct)
    {
        await UpdateUser(caller, request.UserName, u => u with { BoundaryArn = null }, ct);
        return new();
    }

    private ValueTask UpdateUser(Caller caller, string name, Func<UserState, UserState> change, CancellationToken ct) =>
        store.UpdateAsync(tx =>
        {
            var user = User(tx, caller, name);
            PrincipalWrites.Put(tx, user, change(user));
        }, ct);

    private static void RefuseWhilePoliciesRemain(PrincipalState principal)
    {
        if (principal.AttachedPolicies.Count > 0) throw new DeleteConflictException("Cannot delete entity, must detach all policies first.");
        if (principal.InlinePolicies.Count > 0) throw new DeleteConflictException("Cannot delete entity, must delete policies first.");
    }

    private static User ToWire(UserState user) => new()
    {
        Path = user.Path, UserName = user.Name, UserId = user.Id, Arn = user.Arn, CreateDate = user.CreatedAt,
        PermissionsBoundary = BoundaryOf(user), Tags = user.Tags.IsEmpty ? null : ToWire(user.Tags),
    };
}
