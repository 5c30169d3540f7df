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

    // One row for each attachment, so that a policy knows how often it is in use.
    public static readonly Table<string, AttachmentState> Attachments = new("iam.attachments", a => a.Key, () => IamJson.Default.AttachmentState);
    public static readonly Index<string, string, AttachmentState> AttachmentsByPolicy = Attachments.AddIndex<string>("policy", a => a.PolicyArn);

    public static string KeyOf(string accountId, string name) => $"{accountId}/{name}";
}

[JsonSerializable(typeof(UserState))]
[JsonSerializable(typeof(RoleState))]
[JsonSerializable(typeof(PolicyState))]
[JsonSerializable(typeof(AccessKeyState))]
[JsonSerializable(typeof(AttachmentState))]
[JsonSourceGenerationOptions(IgnoreReadOnlyProperties = true)]
internal sealed partial class IamJson : JsonSerializerContext;
