using System.Text.Json.Serialization;
using Minato.Platform;

namespace Minato.Acm.State;

internal static class AcmTables
{
    public static readonly Table<string, CertificateState> Certificates = new("acm.certificates", c => c.Arn, () => AcmJson.Default.CertificateState);
    public static readonly Index<Home, string, CertificateState> CertificatesByHome = Certificates.AddIndex<Home>("home", c => c.Home);
    public static readonly Index<(Home, string), string, CertificateState> CertificatesByToken =
        Certificates.AddIndex<(Home, string)>("token", c => c.IdempotencyToken is { } token ? (c.Home, token) : null);

    public static readonly Table<string, AccountState> Accounts = new("acm.accounts", a => a.Key, () => AcmJson.Default.AccountState);
}

// Names, not numbers: an enumeration of the model may get new values in between.
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(CertificateState))]
[JsonSerializable(typeof(AccountState))]
internal sealed partial class AcmJson : JsonSerializerContext;
