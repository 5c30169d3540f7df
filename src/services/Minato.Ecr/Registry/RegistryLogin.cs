using System.Globalization;
using Minato.Aws;
using Minato.Ecr.State;

namespace Minato.Ecr.Registry;

/// <summary>What a login token says.</summary>
/// <param name="AccessKeyId">That asked for the token: it says with what its session was given. Empty for AWS itself.</param>
internal sealed record RegistryTicket(Home Registry, string AccountId, string PrincipalArn, DateTimeOffset Expires, string AccessKeyId);

/// <summary>Login tokens and presigned addresses: sealed with a secret of the installation, so that nobody else makes or changes one.</summary>
internal static class RegistryLogin
{
    public const string UserName = "AWS";
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);
    private static readonly TimeSpan s_addressLifetime = TimeSpan.FromHours(1);

    private const string LoginPurpose = "ecr:login";
    private const string LayerPurpose = "ecr:layer";
    private const string LayerParameter = "X-Minato-Layer";

    public static string Password(PageTokens tokens, RegistryTicket ticket) => tokens.Encode(
        LoginPurpose, $"{ticket.Registry.AccountId}|{ticket.Registry.Region}|{ticket.Expires.ToUnixTimeSeconds()}|{ticket.AccountId}|{ticket.AccessKeyId}|{ticket.PrincipalArn}");

    /// <returns>Null for what is no token of this installation. It may have expired.</returns>
    public static RegistryTicket? Read(PageTokens tokens, string password) =>
        tokens.Decode(LoginPurpose, password)?.Split('|', 6) is [var registry, var region, var expires, var account, var key, var principal]
            ? new(new(registry, region), account, principal, DateTimeOffset.FromUnixTimeSeconds(long.Parse(expires, CultureInfo.InvariantCulture)), key)
            : null;

    /// <summary>The query of an address that gives out one layer, to whoever has it, for an hour.</summary>
    public static string QueryOf(PageTokens tokens, DigestKey layer, DateTimeOffset now) =>
        $"{LayerParameter}={tokens.Encode(LayerPurpose, $"{layer}|{(now + s_addressLifetime).ToUnixTimeSeconds()}|{layer.Repository.AccountId}|{layer.Repository.Region}")}";

    /// <returns>The registry of the layer; null when there is no such query, or it is for another layer or too old.</returns>
    public static Home? ReadQuery(PageTokens tokens, Microsoft.AspNetCore.Http.IQueryCollection query, string name, string digest, DateTimeOffset now)
    {
        if (query[LayerParameter] is not [{ } token]) return null;
        if (tokens.Decode(LayerPurpose, token)?.Split('|') is not [var layer, var expires, var account, var region]) return null;
        var home = new Home(account, region);
        return layer == new DigestKey(new(home, name), digest).ToString()
            && now.ToUnixTimeSeconds() < long.Parse(expires, CultureInfo.InvariantCulture) ? home : null;
    }
}
