using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Contracts.SecretsManager;
using Minato.Contracts.Ssm;
using Minato.Ssm.Planning;

namespace Minato.Ssm.Api;

/// <summary>Secrets read as parameters: <c>/aws/reference/secretsmanager/NAME</c>.</summary>
internal sealed class SecretReferences(ISecretsManager? secrets = null)
{
    private const string Prefix = "/aws/reference/secretsmanager/";

    public static bool IsOne(string name) => name.StartsWith(Prefix, StringComparison.Ordinal);

    /// <returns>Null when there is no such secret.</returns>
    public async ValueTask<Parameter?> FindAsync(string name, bool? withDecryption, Caller caller, CancellationToken ct)
    {
        if (withDecryption != true) throw ParameterName.Invalid("WithDecryption flag must be True for retrieving a Secret Manager secret.");
        var asked = ParameterName.Parse(name[Prefix.Length..]);
        if (secrets is null) return null;
        try
        {
            var (version, stage) = VersionOf(asked);
            var got = await secrets.GetSecretValueAsync(new() { SecretId = asked.Name, VersionId = version, VersionStage = stage }, caller, ct);
            return new()
            {
                Name = Prefix + asked.Name, Type = ParameterType.SecureString, Value = got.SecretString ?? Convert.ToBase64String((got.SecretBinary ?? default).Span), Version = 0,
                Selector = asked.Selector, LastModifiedDate = got.CreatedDate, ARN = got.ARN, DataType = "text", SourceResult = Source(got),
            };
        }
        catch (Minato.Contracts.SecretsManager.ResourceNotFoundException)
        {
            return null;
        }
    }

    // AWS: after the colon stands a stage, or the id of a version.
    private static (string? Version, string? Stage) VersionOf(ParameterName asked) => asked.Label switch
    {
        null => (null, null),
        { Length: >= 32 } id => (id, null),
        var stage => (null, stage),
    };

    private static string Source(GetSecretValueResponse got) => new JsonObject
    {
        ["ARN"] = got.ARN, ["name"] = got.Name, ["versionId"] = got.VersionId, ["versionStages"] = new JsonArray([.. (got.VersionStages ?? []).Select(s => JsonValue.Create(s))]),
        ["createdDate"] = got.CreatedDate?.ToString("O"),
    }.ToJsonString();
}
