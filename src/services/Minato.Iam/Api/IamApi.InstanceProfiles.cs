using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Iam.Planning;
using Minato.Iam.State;
using Minato.Platform;

namespace Minato.Iam.Api;

internal sealed partial class IamApi
{
    public async Task<CreateInstanceProfileResponse> CreateInstanceProfileAsync(CreateInstanceProfileRequest request, Caller caller, CancellationToken ct)
    {
        var created = new InstanceProfileState
        {
            AccountId = caller.AccountId, Name = request.InstanceProfileName, Path = request.Path ?? "/", Id = NewId("AIPA", 17), CreatedAt = clock.GetUtcNow(),
            Tags = Merge(ImmutableSortedDictionary<string, string>.Empty, request.Tags),
        };
        await store.UpdateAsync(tx =>
        {
            if (tx.Find(IamTables.Profiles, created.Key) is not null) throw new EntityAlreadyExistsException($"Instance Profile {created.Name} already exists.");
            CheckQuota(tx.Count(IamTables.ProfilesByAccount, caller.AccountId), Quotas.InstanceProfiles, "InstanceProfilesPerAccount");
            tx.Put(IamTables.Profiles, created);
        }, ct);
        return new() { InstanceProfile = ToWire(store.Current, created) };
    }

    public Task<GetInstanceProfileResponse> GetInstanceProfileAsync(GetInstanceProfileRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new GetInstanceProfileResponse { InstanceProfile = ToWire(store.Current, Profile(store.Current, caller, request.InstanceProfileName)) });

    public Task<ListInstanceProfilesResponse> ListInstanceProfilesAsync(ListInstanceProfilesRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var profiles = state.After(IamTables.ProfilesByAccount, caller.AccountId, Position(nameof(ListInstanceProfilesAsync), request.Marker))
            .Where(p => p.Path.StartsWith(request.PathPrefix ?? "/", StringComparison.Ordinal));
        var (page, marker) = Page(nameof(ListInstanceProfilesAsync), profiles, p => p.Key, request.MaxItems);
        return Task.FromResult(new ListInstanceProfilesResponse { InstanceProfiles = [.. page.Select(p => ToWire(state, p))], IsTruncated = marker is not null, Marker = marker });
    }

    public Task<ListInstanceProfilesForRoleResponse> ListInstanceProfilesForRoleAsync(
        ListInstanceProfilesForRoleRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var role = Role(state, caller, request.RoleName);
        var profiles = state.After(IamTables.ProfilesByRole, role.Key, Position(nameof(ListInstanceProfilesForRoleAsync), request.Marker));
        var (page, marker) = Page(nameof(ListInstanceProfilesForRoleAsync), profiles, p => p.Key, request.MaxItems);
        return Task.FromResult(new ListInstanceProfilesForRoleResponse
        {
            InstanceProfiles = [.. page.Select(p => ToWire(state, p))], IsTruncated = marker is not null, Marker = marker,
        });
    }

    public async Task<AddRoleToInstanceProfileResponse> AddRoleToInstanceProfileAsync(AddRoleToInstanceProfileRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var profile = Profile(tx, caller, request.InstanceProfileName);
            var role = Role(tx, caller, request.RoleName);
            if (profile.RoleName is not null) throw new LimitExceededException("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
            tx.Put(IamTables.Profiles, profile with { RoleName = role.Name });
        }, ct);
        return new();
    }

    public async Task<RemoveRoleFromInstanceProfileResponse> RemoveRoleFromInstanceProfileAsync(
        RemoveRoleFromInstanceProfileRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var profile = Profile(tx, caller, request.InstanceProfileName);
            if (profile.RoleName != request.RoleName) throw new NoSuchEntityException($"Role {request.RoleName} in Instance Profile {profile.Name} cannot be found.");
            tx.Put(IamTables.Profiles, profile with { RoleName = null });
        }, ct);
        return new();
    }

    public async Task<DeleteInstanceProfileResponse> DeleteInstanceProfileAsync(DeleteInstanceProfileRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var profile = Profile(tx, caller, request.InstanceProfileName);
            if (profile.RoleName is not null) throw new DeleteConflictException("Cannot delete entity, must remove roles from instance profile first.");
            tx.Delete(IamTables.Profiles, profile.Key);
        }, ct);
        return new();
    }

    public async Task<TagInstanceProfileResponse> TagInstanceProfileAsync(TagInstanceProfileRequest request, Caller caller, CancellationToken ct)
    {
        await UpdateProfile(caller, request.InstanceProfileName, p => p with { Tags = Merge(p.Tags, request.Tags) }, ct);
        return new();
    }

    public async Task<UntagInstanceProfileResponse> UntagInstanceProfileAsync(UntagInstanceProfileRequest request, Caller caller, CancellationToken ct)
    {
        await UpdateProfile(caller, request.InstanceProfileName, p => p with { Tags = p.Tags.RemoveRange(request.TagKeys) }, ct);
        return new();
    }

    public Task<ListInstanceProfileTagsResponse> ListInstanceProfileTagsAsync(ListInstanceProfileTagsRequest request, Caller caller, CancellationToken ct)
    {
        var (tags, marker) = TagPage(nameof(ListInstanceProfileTagsAsync), Profile(store.Current, caller, request.InstanceProfileName).Tags, request.Marker, request.MaxItems);
        return Task.FromResult(new ListInstanceProfileTagsResponse { Tags = tags, IsTruncated = marker is not null, Marker = marker });
    }

    private ValueTask UpdateProfile(Caller caller, string name, Func<InstanceProfileState, InstanceProfileState> change, CancellationToken ct) =>
        store.UpdateAsync(tx => tx.Put(IamTables.Profiles, change(Profile(tx, caller, name))), ct);

    private static InstanceProfileState Profile(IReadState state, Caller caller, string name) =>
        state.Find(IamTables.Profiles, IamTables.KeyOf(caller.AccountId, name)) ?? throw new NoSuchEntityException($"Instance Profile {name} cannot be found.");

    private static InstanceProfile ToWire(IReadState state, InstanceProfileState profile) => new()
    {
        Path = profile.Path, InstanceProfileName = profile.Name, InstanceProfileId = profile.Id, Arn = profile.Arn, CreateDate = profile.CreatedAt,
        Roles = profile.RoleName is { } role && state.Find(IamTables.Roles, IamTables.KeyOf(profile.AccountId, role)) is { } found ? [ToWire(found)] : [],
        Tags = profile.Tags.IsEmpty ? null : ToWire(profile.Tags),
    };
}
