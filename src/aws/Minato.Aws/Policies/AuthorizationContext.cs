using System.Collections.Immutable;

namespace Minato.Aws.Policies;

/// <summary>Who is asked for: a principal as policies of resources name it.</summary>
/// <param name="AccountId">Twelve digits; empty for a service.</param>
/// <param name="Arn">Of the user or of the role's session, or of the account's root.</param>
/// <param name="RoleArn">Of the role that a session is of.</param>
/// <param name="Service">Such as <c>ecs-tasks.amazonaws.com</c>, when AWS itself calls.</param>
public sealed record AuthorizationPrincipal(string AccountId, string Arn, string? RoleArn = null, string? Service = null)
{
    private const string RolePart = ":role/";

    public bool IsRoot => Arn == $"arn:aws:iam::{AccountId}:root";

    /// <summary>Account and name of the session's role. AWS: names of roles are unique in an account, whatever their paths.</summary>
    public string? RoleKey { get; } = RoleArn is null ? null : RoleKeyOf(RoleArn);

    /// <summary>The principal of a caller, as far as the caller's own ARN tells: a role's path is only known of callers that say their session.</summary>
    public static AuthorizationPrincipal Of(Caller caller)
    {
        if (caller.IsService) return new("", "", Service: caller.PrincipalArn);
        var role = caller.Session?.RoleArn;
        if (role is null && caller.PrincipalArn.Split(":assumed-role/") is [_, var session]) role = $"arn:aws:iam::{caller.AccountId}:role/{session.Split('/')[0]}";
        return new(caller.AccountId, caller.PrincipalArn, role);
    }

    /// <returns>Null for what is no role's ARN.</returns>
    internal static string? RoleKeyOf(string arn)
    {
        var role = arn.IndexOf(RolePart, StringComparison.Ordinal);
        if (role < 0) return null;
        var account = arn.LastIndexOf(':', role - 1) + 1;
        return $"{arn.AsSpan(account, role - account)}/{arn.AsSpan(arn.LastIndexOf('/') + 1)}";
    }
}

/// <summary>One thing that somebody wants to do, with all that policies may ask about it.</summary>
public sealed class AuthorizationContext
{
    public required AuthorizationPrincipal Principal { get; init; }

    /// <summary>Such as <c>ecs:RunTask</c>.</summary>
    public required string Action { get; init; }

    /// <summary>An ARN; <c>*</c> for actions that have no resource.</summary>
    public required string Resource { get; init; }

    /// <summary>The account that the resource is in.</summary>
    public string? ResourceAccountId { get; init; }

    /// <summary>Values by condition key. AWS: names of keys have no case.</summary>
    public ImmutableDictionary<string, ImmutableArray<string>> Keys { get; init; } = s_none;

    /// <summary>Asked for keys that <see cref="Keys"/> has not: most requests have many that no policy asks about.</summary>
    public Func<string, ImmutableArray<string>>? KeySource { get; init; }

    private static readonly ImmutableDictionary<string, ImmutableArray<string>> s_none =
        ImmutableDictionary.Create<string, ImmutableArray<string>>(StringComparer.OrdinalIgnoreCase);

    public static ImmutableDictionary<string, ImmutableArray<string>> KeysOf(IEnumerable<(string Name, ImmutableArray<string> Values)> keys) =>
        s_none.SetItems(keys.Select(k => KeyValuePair.Create(k.Name, k.Values)));

    public bool IsCrossAccount => Principal.Service is null && ResourceAccountId is { } account && account != Principal.AccountId;

    /// <returns>Empty when the request has no such key.</returns>
    public ImmutableArray<string> Values(string key) => Keys.TryGetValue(key, out var values) ? values : KeySource?.Invoke(key) ?? [];

    /// <returns>Null when the request has no such key, or several values of it: a variable takes just one.</returns>
    public string? Single(string key) => Values(key) is [var value] ? value : null;
}
