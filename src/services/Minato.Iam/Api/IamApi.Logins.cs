using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Iam.State;

namespace Minato.Iam.Api;

/// <summary>How users prove who they are otherwise than with access keys. There is no console to sign in to: passwords are not kept, and nobody has devices.</summary>
internal sealed partial class IamApi
{
    public async Task<CreateLoginProfileResponse> CreateLoginProfileAsync(CreateLoginProfileRequest request, Caller caller, CancellationToken ct)
    {
        CheckPassword(request.Password, caller);
        var user = await ChangeLogin(caller, NameOrOwn(request.UserName, caller), u => u.Login is null
            ? new(clock.GetUtcNow(), request.PasswordResetRequired ?? false)
            : throw new EntityAlreadyExistsException($"Login Profile for user {u.Name} already exists."), ct);
        return new() { LoginProfile = Login(user) };
    }

    public Task<GetLoginProfileResponse> GetLoginProfileAsync(GetLoginProfileRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new GetLoginProfileResponse { LoginProfile = Login(User(store.Current, caller, NameOrOwn(request.UserName, caller))) });

    public async Task<UpdateLoginProfileResponse> UpdateLoginProfileAsync(UpdateLoginProfileRequest request, Caller caller, CancellationToken ct)
    {
        CheckPassword(request.Password, caller);
        await ChangeLogin(caller, request.UserName, u => LoginOf(u) with { MustReset = request.PasswordResetRequired ?? LoginOf(u).MustReset }, ct);
        return new();
    }

    public async Task<DeleteLoginProfileResponse> DeleteLoginProfileAsync(DeleteLoginProfileRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeLogin(caller, NameOrOwn(request.UserName, caller), u =>
        {
            LoginOf(u);
            return null;
        }, ct);
        return new();
    }

    public Task<GetAccessKeyLastUsedResponse> GetAccessKeyLastUsedAsync(GetAccessKeyLastUsedRequest request, Caller caller, CancellationToken ct)
    {
        var key = Key(store.Current, caller, request.AccessKeyId);
        var last = uses.Of(key.AccessKeyId);
        return Task.FromResult(new GetAccessKeyLastUsedResponse
        {
            UserName = key.UserName,
            // AWS: of a key that nobody used.
            AccessKeyLastUsed = new() { LastUsedDate = last?.At, ServiceName = last?.Service ?? "N/A", Region = last?.Region ?? "N/A" },
        });
    }

    public Task<ListMFADevicesResponse> ListMFADevicesAsync(ListMFADevicesRequest request, Caller caller, CancellationToken ct)
    {
        if (request.UserName is { } name) User(store.Current, caller, name);
        return Task.FromResult(new ListMFADevicesResponse { MFADevices = [], IsTruncated = false });
    }

    public Task<ListVirtualMFADevicesResponse> ListVirtualMFADevicesAsync(ListVirtualMFADevicesRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new ListVirtualMFADevicesResponse { VirtualMFADevices = [], IsTruncated = false });

    public Task<ListSSHPublicKeysResponse> ListSSHPublicKeysAsync(ListSSHPublicKeysRequest request, Caller caller, CancellationToken ct)
    {
        if (request.UserName is { } name) User(store.Current, caller, name);
        return Task.FromResult(new ListSSHPublicKeysResponse { SSHPublicKeys = [], IsTruncated = false });
    }

    public Task<ListSigningCertificatesResponse> ListSigningCertificatesAsync(ListSigningCertificatesRequest request, Caller caller, CancellationToken ct)
    {
        if (request.UserName is { } name) User(store.Current, caller, name);
        return Task.FromResult(new ListSigningCertificatesResponse { Certificates = [], IsTruncated = false });
    }

    public Task<ListServiceSpecificCredentialsResponse> ListServiceSpecificCredentialsAsync(
        ListServiceSpecificCredentialsRequest request, Caller caller, CancellationToken ct)
    {
        if (request.UserName is { } name) User(store.Current, caller, name);
        return Task.FromResult(new ListServiceSpecificCredentialsResponse { ServiceSpecificCredentials = [] });
    }

    private ValueTask<UserState> ChangeLogin(Caller caller, string name, Func<UserState, LoginState?> change, CancellationToken ct) => store.UpdateAsync(tx =>
    {
        var user = User(tx, caller, name);
        var changed = user with { Login = change(user) };
        PrincipalWrites.Put(tx, user, changed);
        return changed;
    }, ct);

    private void CheckPassword(string? password, Caller caller)
    {
        var least = Account(caller).PasswordPolicy?.MinimumPasswordLength ?? 8;
        if (password is not null && password.Length < least)
            throw new AwsException("PasswordPolicyViolation", $"Password should have a minimum length of {least}", 400, "PasswordPolicyViolationException");
    }

    private static LoginState LoginOf(UserState user) => user.Login ?? throw new NoSuchEntityException($"Login Profile for User {user.Name} cannot be found.");

    private static LoginProfile Login(UserState user) => new() { UserName = user.Name, CreateDate = LoginOf(user).CreatedAt, PasswordResetRequired = LoginOf(user).MustReset };
}
