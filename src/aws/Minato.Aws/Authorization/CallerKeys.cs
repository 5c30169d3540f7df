using System.Collections.Immutable;
using System.Globalization;
using Minato.Aws.Policies;

namespace Minato.Aws.Authorization;

/// <summary>Condition keys that a caller alone has values for. Keys that a request lacks have none, which is what negated operators wait for.</summary>
public static class CallerKeys
{
    private const string PrincipalTag = "aws:principaltag/";

    /// <param name="caller">Who asks.</param>
    /// <param name="now">The time that policies compare with.</param>
    /// <param name="key">In any case.</param>
    public static ImmutableArray<string> Values(Caller caller, DateTimeOffset now, string key)
    {
        var name = key.ToLowerInvariant();
        if (name.StartsWith(PrincipalTag, StringComparison.Ordinal)) return One(Tag(caller.Session, key[PrincipalTag.Length..]));
        return One(name switch
        {
            "aws:currenttime" => now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            "aws:epochtime" => now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            // Requests come over loopback, which nobody listens in to: policies that insist on TLS are content.
            "aws:securetransport" => "true",
            "aws:sourceip" => caller.SourceIp,
            "aws:useragent" => caller.UserAgent,
            "aws:requestedregion" => caller.Region.Length > 0 ? caller.Region : null,
            // AWS: of what a service does with a role of its own it is false.
            "aws:viaawsservice" => IsForwarded(caller) ? "true" : "false",
            "aws:calledvia" or "aws:calledviafirst" or "aws:calledvialast" => IsForwarded(caller) ? caller.InvokedBy : null,
            "aws:principalisawsservice" => caller.IsService ? "true" : "false",
            _ when caller.IsAnonymous => name switch { "aws:principaltype" => "Anonymous", "aws:userid" => caller.PrincipalId, _ => null },
            _ when caller.IsService => OfService(caller, name),
            _ => OfPrincipal(caller, now, name),
        });
    }

    private static bool IsForwarded(Caller caller) => caller is { InvokedBy: not null, IsServiceRole: false };

    private static string? OfService(Caller caller, string name) => name switch
    {
        "aws:sourceaccount" => caller.AccountId,
        "aws:sourcearn" => caller.SourceArn,
        "aws:principalservicename" => caller.PrincipalArn,
        _ => null,
    };

    private static string? OfPrincipal(Caller caller, DateTimeOffset now, string name) => name switch
    {
        // AWS: of a session it is the role's.
        "aws:principalarn" => AuthorizationPrincipal.Of(caller).RoleArn ?? caller.PrincipalArn,
        "aws:principalaccount" => caller.AccountId,
        "aws:principaltype" => TypeOf(caller.PrincipalArn),
        "aws:userid" => caller.PrincipalId.Length > 0 ? caller.PrincipalId : null,
        "aws:username" => UserName(caller.PrincipalArn),
        "aws:sourceidentity" or "sts:sourceidentity" => caller.Session?.SourceIdentity,
        "aws:federatedprovider" => caller.Session?.FederatedProvider,
        "aws:tokenissuetime" => caller.Session?.IssuedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        // AWS: long-lived keys have no such key at all; that is what BoolIfExists is for.
        "aws:multifactorauthpresent" => caller.Session is { } session ? session.HasMfa ? "true" : "false" : null,
        "aws:multifactorauthage" => caller.Session is { HasMfa: true } session
            ? ((long)(now - session.IssuedAt).TotalSeconds).ToString(CultureInfo.InvariantCulture) : null,
        _ => null,
    };

    private static string? Tag(CallerSession? session, string key) =>
        session?.Tags.FirstOrDefault(t => string.Equals(t.Key, key, StringComparison.OrdinalIgnoreCase)) is { Key: not null } tag ? tag.Value : null;

    private static string TypeOf(string arn) => Arn.TryParse(arn, out var parsed) ? parsed.Resource.Split('/')[0] switch
    {
        "root" => "Account",
        "assumed-role" => "AssumedRole",
        "federated-user" => "FederatedUser",
        _ => "User",
    } : "User";

    private static string? UserName(string arn) => Arn.TryParse(arn, out var parsed) && parsed.Resource.StartsWith("user/", StringComparison.Ordinal)
        ? parsed.Resource[(parsed.Resource.LastIndexOf('/') + 1)..] : null;

    private static ImmutableArray<string> One(string? value) => value is null ? [] : [value];
}
