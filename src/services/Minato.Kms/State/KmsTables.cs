using System.Text.Json.Serialization;
using Minato.Platform;

namespace Minato.Kms.State;

internal static class KmsTables
{
    public static readonly Table<string, StoredKey> Keys = new("kms.keys", k => k.Arn, () => KmsJson.Default.StoredKey);
    public static readonly Index<Home, string, StoredKey> KeysByHome = Keys.AddIndex<Home>("home", k => k.Home);

    // A ciphertext names its key by id alone: the account is the key's.
    public static readonly Index<(string Region, string KeyId), string, StoredKey> KeysById = Keys.AddIndex<(string, string)>("id", k => (k.Home.Region, k.KeyId));

    public static readonly Table<string, StoredAlias> Aliases = new("kms.aliases", a => a.Arn, () => KmsJson.Default.StoredAlias);
    public static readonly Index<Home, string, StoredAlias> AliasesByHome = Aliases.AddIndex<Home>("home", a => a.Home);
    public static readonly Index<string, string, StoredAlias> AliasesByKey = Aliases.AddIndex<string>("key", a => a.KeyArn);

    public static readonly Table<GrantKey, StoredGrant> Grants = new("kms.grants", g => g.Key, () => KmsJson.Default.StoredGrant);
    public static readonly Index<string, GrantKey, StoredGrant> GrantsByKey = Grants.AddIndex<string>("key", g => g.Key.KeyArn);
    public static readonly Index<(Home, string), GrantKey, StoredGrant> GrantsByRetiring =
        Grants.AddIndex<(Home, string)>("retiring", g => g.RetiringPrincipal is { } who ? (g.Home, who) : null);
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(StoredKey))]
[JsonSerializable(typeof(StoredAlias))]
[JsonSerializable(typeof(StoredGrant))]
internal sealed partial class KmsJson : JsonSerializerContext;
