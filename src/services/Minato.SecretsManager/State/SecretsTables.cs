using System.Text.Json.Serialization;
using Minato.Platform;

namespace Minato.SecretsManager.State;

internal static class SecretsTables
{
    public static readonly Table<SecretKey, SecretState> Secrets = new("secretsmanager.secrets", s => s.Key, () => SecretsJson.Default.SecretState);
    public static readonly Index<Home, SecretKey, SecretState> SecretsByHome = Secrets.AddIndex<Home>("home", s => s.Key.Home);
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(SecretState))]
internal sealed partial class SecretsJson : JsonSerializerContext;
