using System.Text.Json.Serialization;
using Minato.Platform;

namespace Minato.Iam.State;

internal static class IamTables
{
    public static readonly Table<string, UserState> Users = new("iam.users", u => u.Key, () => IamJson.Default.UserState);
    public static readonly Table<string, RoleState> Roles = new("iam.roles", r => r.Key, () => IamJson.Default.RoleState);
    public static readonly Table<string, PolicyState> Policies = new("iam.policies", p => p.Arn, () => IamJson.Default.PolicyState);
    public static readonly Table<string, AccessKeyState> AccessKeys = new("iam.access-keys", k => k.AccessKeyId, () => IamJson.Default.AccessKeyState);

    public static readonly Index<string, string, UserState> UsersByAccount = Users.AddIndex<string>("account", u => u.AccountId);
    public static readonly Index<string, string, RoleState> RolesByAccount = Roles.AddIndex<string>("account", r => r.AccountId);
    public static readonly Index<string, string, PolicyState> PoliciesByAccount = Policies.AddIndex<string>("account", p => p.AccountId);
    public static readonly Index<string, string, AccessKeyState> KeysByUser = AccessKeys.AddIndex<string>("user", k => KeyOf(k.AccountId, k.UserName));

    public static readonly Table<string, GroupState> Groups = new("iam.groups", g => g.Key, () => IamJson.Default.GroupState);
    public static readonly Index<string, string, GroupState> GroupsByAccount = Groups.AddIndex<string>("account", g => g.AccountId);
    public static readonly Table<string, MembershipState> Memberships = new("iam.memberships", m => m.Key, () => IamJson.Default.MembershipState);
    public static readonly Index<string, string, MembershipState> MembersByGroup = Memberships.AddIndex<string>("group", m => m.GroupKey);
    public static readonly Table<string, InstanceProfileState> Profiles = new("iam.instance-profiles", p => p.Key, () => IamJson.Default.InstanceProfileState);
    public static readonly Index<string, string, InstanceProfileState> ProfilesByAccount = Profiles.AddIndex<string>("account", p => p.AccountId);
    public static readonly Index<string, string, InstanceProfileState> ProfilesByRole =
        Profiles.AddIndex<string>("role", p => p.RoleName is null ? null : KeyOf(p.AccountId, p.RoleName));
    public static readonly Table<string, ProviderState> Providers = new("iam.providers", p => p.Arn, () => IamJson.Default.ProviderState);
    public static readonly Index<string, string, ProviderState> ProvidersByAccount = Providers.AddIndex<string>("account", p => p.AccountId);
    public static readonly Table<string, AccountState> Accounts = new("iam.accounts", a => a.AccountId, () => IamJson.Default.AccountState);
    public static readonly Index<string, string, AccountState> AccountsByAlias = Accounts.AddIndex<string>("alias", a => a.Alias);

    public static readonly Table<string, ServerCertificateState> ServerCertificates =
        new("iam.server-certificates", c => c.Key, () => IamJson.Default.ServerCertificateState);
    public static readonly Index<string, string, ServerCertificateState> ServerCertificatesByAccount = ServerCertificates.AddIndex<string>("account", c => c.AccountId);

    // One row for each attachment, so that a policy knows how often it is in use.
    public static readonly Table<string, AttachmentState> Attachments = new("iam.attachments", a => a.Key, () => IamJson.Default.AttachmentState);
    public static readonly Index<string, string, AttachmentState> AttachmentsByPolicy = Attachments.AddIndex<string>("policy", a => a.IsBoundary ? null : a.PolicyArn);
    public static readonly Index<string, string, AttachmentState> BoundariesByPolicy = Attachments.AddIndex<string>("boundary", a => a.IsBoundary ? a.PolicyArn : null);

    public static string KeyOf(string accountId, string name) => $"{accountId}/{name}";
}

[JsonSerializable(typeof(UserState))]
[JsonSerializable(typeof(RoleState))]
[JsonSerializable(typeof(PolicyState))]
[JsonSerializable(typeof(AccessKeyState))]
[JsonSerializable(typeof(AttachmentState))]
[JsonSerializable(typeof(GroupState))]
[JsonSerializable(typeof(MembershipState))]
[JsonSerializable(typeof(InstanceProfileState))]
[JsonSerializable(typeof(ProviderState))]
[JsonSerializable(typeof(AccountState))]
[JsonSerializable(typeof(ServerCertificateState))]
[JsonSourceGenerationOptions(IgnoreReadOnlyProperties = true)]
internal sealed partial class IamJson : JsonSerializerContext;
