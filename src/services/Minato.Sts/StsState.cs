using System.Text.Json.Serialization;
using Minato.Aws;
using Minato.Platform;

namespace Minato.Sts;

/// <summary>Temporary credentials that were handed out.</summary>
internal sealed record SessionState
{
    public required string AccessKeyId { get; init; }
    public required string SecretAccessKey { get; init; }
    public required string SessionToken { get; init; }
    public required string AccountId { get; init; }
    public required string PrincipalArn { get; init; }
    public required string PrincipalId { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>With what they were given; null for those of an installation of before that was kept.</summary>
    public CallerSession? Session { get; init; }
}

internal static class StsTables
{
    public static readonly Table<string, SessionState> Sessions = new("sts.sessions", s => s.AccessKeyId, () => StsJson.Default.SessionState);
}

[JsonSerializable(typeof(SessionState))]
[JsonSourceGenerationOptions(IgnoreReadOnlyProperties = true)]
internal sealed partial class StsJson : JsonSerializerContext;
