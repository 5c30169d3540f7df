using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Iam.Planning;
using Minato.Iam.State;

namespace Minato.Iam.Api;

/// <summary>What there is one of in an account: its alias, its rules for passwords, and what it counts.</summary>
internal sealed partial class IamApi
{
    // AWS: an account without an alias has an empty list.
    public Task<ListAccountAliasesResponse> ListAccountAliasesAsync(ListAccountAliasesRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new ListAccountAliasesResponse { AccountAliases = Account(caller).Alias is { } alias ? [alias] : [], IsTruncated = false });

    public async Task<CreateAccountAliasResponse> CreateAccountAliasAsync(CreateAccountAliasRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            if (tx.Where(IamTables.AccountsByAlias, request.AccountAlias).Any(a => a.AccountId != caller.AccountId))
                throw new EntityAlreadyExistsException($"The account alias {request.AccountAlias} already exists.");
            tx.Put(IamTables.Accounts, Account(tx, caller) with { Alias = request.AccountAlias });
        }, ct);
        return new();
    }

    public async Task<DeleteAccountAliasResponse> DeleteAccountAliasAsync(DeleteAccountAliasRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var account = Account(tx, caller);
            if (account.Alias != request.AccountAlias) throw new NoSuchEntityException($"The account alias {request.AccountAlias} does not exist.");
            tx.Put(IamTables.Accounts, account with { Alias = null });
        }, ct);
        return new();
    }

    public Task<GetAccountPasswordPolicyResponse> GetAccountPasswordPolicyAsync(GetAccountPasswordPolicyRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new GetAccountPasswordPolicyResponse { PasswordPolicy = Account(caller).PasswordPolicy ?? throw NoPasswordPolicy(caller) });

    public async Task<UpdateAccountPasswordPolicyResponse> UpdateAccountPasswordPolicyAsync(
        UpdateAccountPasswordPolicyRequest request, Caller caller, CancellationToken ct)
    {
        // AWS: what is not given goes back to its default.
        var policy = new PasswordPolicy
        {
            MinimumPasswordLength = request.MinimumPasswordLength ?? 6, RequireSymbols = request.RequireSymbols ?? false, RequireNumbers = request.RequireNumbers ?? false,
            RequireUppercaseCharacters = request.RequireUppercaseCharacters ?? false, RequireLowercaseCharacters = request.RequireLowercaseCharacters ?? false,
            AllowUsersToChangePassword = request.AllowUsersToChangePassword ?? false, ExpirePasswords = request.MaxPasswordAge > 0, MaxPasswordAge = request.MaxPasswordAge,
            PasswordReusePrevention = request.PasswordReusePrevention, HardExpiry = request.HardExpiry,
        };
        await store.UpdateAsync(tx => tx.Put(IamTables.Accounts, Account(tx, caller) with { PasswordPolicy = policy }), ct);
        return new();
    }

    public async Task<DeleteAccountPasswordPolicyResponse> DeleteAccountPasswordPolicyAsync(
        DeleteAccountPasswordPolicyRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var account = Account(tx, caller);
            if (account.PasswordPolicy is null) throw NoPasswordPolicy(caller);
            tx.Put(IamTables.Accounts, account with { PasswordPolicy = null });
        }, ct);
        return new();
    }

    public Task<GetAccountSummaryResponse> GetAccountSummaryAsync(GetAccountSummaryRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var providers = state.Count(IamTables.ProvidersByAccount, caller.AccountId);
        var policies = state.Where(IamTables.PoliciesByAccount, caller.AccountId).ToArray();
        return Task.FromResult(new GetAccountSummaryResponse
        {
            SummaryMap = ImmutableDictionary.CreateRange(new KeyValuePair<string, int>[]
            {
                new("Users", state.Count(IamTables.UsersByAccount, caller.AccountId)), new("UsersQuota", Quotas.Users),
                new("Groups", state.Count(IamTables.GroupsByAccount, caller.AccountId)), new("GroupsQuota", Quotas.Groups),
                new("Roles", state.Count(IamTables.RolesByAccount, caller.AccountId)), new("RolesQuota", Quotas.Roles),
                new("Policies", policies.Length), new("PoliciesQuota", Quotas.Policies),
                new("PolicyVersionsInUse", policies.Sum(p => 1 + p.OtherVersions.Count)), new("PolicyVersionsInUseQuota", 10000),
                new("InstanceProfiles", state.Count(IamTables.ProfilesByAccount, caller.AccountId)), new("InstanceProfilesQuota", Quotas.InstanceProfiles),
                new("Providers", providers), new("GroupsPerUserQuota", Quotas.GroupsPerUser), new("AccessKeysPerUserQuota", KeysPerUser),
                new("AttachedPoliciesPerUserQuota", 10), new("AttachedPoliciesPerGroupQuota", 10), new("AttachedPoliciesPerRoleQuota", 10),
                new("PolicySizeQuota", Quotas.PolicySize), new("VersionsPerPolicyQuota", Quotas.VersionsPerPolicy), new("AssumeRolePolicySizeQuota", Quotas.TrustSize),
                new("UserPolicySizeQuota", 2048), new("GroupPolicySizeQuota", 5120), new("RolePolicySizeQuota", 10240),
                new("ServerCertificates", state.Count(IamTables.ServerCertificatesByAccount, caller.AccountId)), new("ServerCertificatesQuota", Quotas.ServerCertificates), new("SigningCertificatesPerUserQuota", 2), new("MFADevices", 0), new("MFADevicesInUse", 0),
                new("AccountMFAEnabled", 0), new("AccountAccessKeysPresent", 1), new("AccountPasswordPresent", 0), new("AccountSigningCertificatesPresent", 0),
                new("GlobalEndpointTokenVersion", 2),
            }),
        });
    }

    public async Task<GenerateCredentialReportResponse> GenerateCredentialReportAsync(GenerateCredentialReportRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx => tx.Put(IamTables.Accounts, Account(tx, caller) with { ReportAt = clock.GetUtcNow(), Report = Report(tx, caller) }), ct);
        return new() { State = ReportStateType.Complete };
    }

    public Task<GetCredentialReportResponse> GetCredentialReportAsync(GetCredentialReportRequest request, Caller caller, CancellationToken ct)
    {
        var account = Account(caller);
        if (account.Report is not { } report) throw new AwsException("ReportNotPresent", "No credential report is present.", 410, "CredentialReportNotPresentException");
        return Task.FromResult(new GetCredentialReportResponse { Content = Encoding.UTF8.GetBytes(report), ReportFormat = ReportFormatType.TextCsv, GeneratedTime = account.ReportAt });
    }

    private static string Report(Platform.IReadState state, Caller caller)
    {
        var lines = new StringBuilder("user,arn,user_creation_time,password_enabled,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_2_active,access_key_2_last_rotated");
        foreach (var user in state.Where(IamTables.UsersByAccount, caller.AccountId))
        {
            var keys = state.Where(IamTables.KeysByUser, user.Key).Select(k => $"{(k.IsActive ? "true" : "false")},{Iso(k.CreatedAt)}").Concat(["false,N/A", "false,N/A"]).Take(2);
            lines.Append(CultureInfo.InvariantCulture, $"\n{user.Name},{user.Arn},{Iso(user.CreatedAt)},{(user.Login is null ? "false" : "true")},false,{string.Join(',', keys)}");
        }
        return lines.ToString();
    }

    private static string Iso(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'+00:00'", CultureInfo.InvariantCulture);

    private AccountState Account(Caller caller) => Account(store.Current, caller);

    private static AccountState Account(Platform.IReadState state, Caller caller) =>
        state.Find(IamTables.Accounts, caller.AccountId) ?? new AccountState { AccountId = caller.AccountId };

    private static NoSuchEntityException NoPasswordPolicy(Caller caller) =>
        new($"The Password Policy with domain name {caller.AccountId} cannot be found.");
}
