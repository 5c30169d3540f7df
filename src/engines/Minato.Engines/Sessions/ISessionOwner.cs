using System.Collections.Immutable;

namespace Minato.Engines.Sessions;

/// <summary>Knows which sessions were granted, and to what. A token opens one session once.</summary>
public interface ISessionOwner
{
    /// <returns>Null for a token that is wrong, used or too old: which of them is nobody's business.</returns>
    SessionGrant? Claim(string sessionId, string token);

    /// <summary>A claimed session is over.</summary>
    void Ended(string sessionId);
}

/// <param name="Engine">The container engine; null for that of this machine.</param>
/// <param name="ContainerId">The engine's id.</param>
/// <param name="CommandLine">As it was asked for.</param>
public sealed record SessionGrant(string SessionId, string? Engine, string ContainerId, string CommandLine, ImmutableArray<string> Command);

/// <summary>Where the host answers data channels: the session's id follows.</summary>
public static class SessionPath
{
    public const string Prefix = "/v1/data-channel/";
}
