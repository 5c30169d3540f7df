using Minato.Aws;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>What the <c>valueFrom</c> of a definition means.</summary>
internal abstract record SecretReference
{
    private const int PartsOfAnArn = 7;
    private const int PartsWithSelectors = 10;

    private SecretReference() { }

    /// <param name="SecretId">The ARN without what selects a part of the value.</param>
    /// <param name="Key">One member of a JSON value; null for the whole.</param>
    public sealed record OfSecretsManager(string Region, string SecretId, string? Key, string? Stage, string? VersionId) : SecretReference;

    public sealed record OfParameterStore(string Region, string Name) : SecretReference;

    public sealed record Unreadable(string Reason) : SecretReference;

    /// <param name="valueFrom">An ARN, or the name of a parameter of this region.</param>
    public static SecretReference Parse(string valueFrom, string region)
    {
        if (!Arn.TryParse(valueFrom, out var arn)) return new OfParameterStore(region, valueFrom);
        return arn.Service switch
        {
            "secretsmanager" => OfSecret(valueFrom, arn.Region),
            "ssm" => new OfParameterStore(arn.Region, valueFrom),
            _ => new Unreadable($"invalid secret ARN: {valueFrom}"),
        };
    }

    private static SecretReference OfSecret(string valueFrom, string region) => valueFrom.Split(':') switch
    {
        { Length: PartsOfAnArn } => new OfSecretsManager(region, valueFrom, null, null, null),
        // AWS: all three colons stand there once one of the parts is used.
        { Length: PartsWithSelectors } parts => new OfSecretsManager(
            region, string.Join(':', parts[..PartsOfAnArn]), Given(parts[7]), Given(parts[8]), Given(parts[9])),
        _ => new Unreadable($"unexpected ARN format with parameters when trying to retrieve ASM secret: {valueFrom}"),
    };

    private static string? Given(string part) => part.Length == 0 ? null : part;
}
