using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Minato.Aws;
using Minato.Aws.Signing;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Registry;

/// <summary>Who speaks to which registry.</summary>
/// <param name="Caller">Null for an address that was handed out: whoever has it may read what it names.</param>
internal sealed record RegistrySession(Home Home, Caller? Caller);

/// <summary>
/// Whose registry a request means: a login token says so; with a plain access key it is the key's account. The host name a client
/// speaks to counts where it is one of ECR's.
/// </summary>
internal sealed partial class RegistryAuthentication(PageTokens tokens, IEnumerable<ICredentials> owners, Installation installation, TimeProvider clock)
{
    private const string DefaultRegion = "us-east-1";

    private readonly CredentialChain _credentials = new(owners);

    /// <returns>Null: not logged in.</returns>
    /// <exception cref="RegistryException">Logged in, but not for this.</exception>
    public RegistrySession? Authenticate(HttpRequest request, RegistryRoute route)
    {
        if (route.Noun == RegistryNoun.Blob && HttpMethods.IsGet(request.Method)
            && RegistryLogin.ReadQuery(tokens, request.Query, route.Name, route.Reference, clock.GetUtcNow()) is { } presigned) return new(presigned, null);
        if (ReadBasic(request.Headers.Authorization) is not var (user, password)) return null;
        return user == RegistryLogin.UserName ? ByToken(request, password) : ByKey(request, user, password);
    }

    /// <summary>What the challenge calls this registry.</summary>
    public Home Realm(HttpRequest request) => OfHost(request) ?? new(installation.AccountId, DefaultRegion);

    private RegistrySession? ByToken(HttpRequest request, string password)
    {
        if (RegistryLogin.Read(tokens, password) is not { } ticket) return null;
        if (ticket.Expires <= clock.GetUtcNow())
            throw new RegistryException(403, "DENIED", "Your authorization token has expired. Reauthenticate and try again.");
        // AWS: a token is good for every registry of its region that its principal may use; policies say which.
        var meant = OfHost(request) ?? ticket.Registry;
        if (meant.Region != ticket.Registry.Region)
        {
            throw new RegistryException(
                403, "DENIED",
                $"User: {ticket.PrincipalArn} is not authorized to use the registry {meant.Host} with a login for account {ticket.AccountId} in region {ticket.Registry.Region}");
        }

        var credential = ticket.AccessKeyId.Length == 0 ? null : _credentials.Find(ticket.AccessKeyId);
        return new(meant, CallerOf(meant, ticket.AccountId, ticket.PrincipalArn, credential));
    }

    private RegistrySession? ByKey(HttpRequest request, string accessKeyId, string secret)
    {
        // Temporary keys need their session token, which has no place here: GetAuthorizationToken is for them.
        if (_credentials.Find(accessKeyId) is not { SessionToken: null } found) return null;
        if (!CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(found.SecretKey), Encoding.UTF8.GetBytes(secret))) return null;
        var home = OfHost(request) ?? new(found.AccountId, DefaultRegion);
        return new(home, CallerOf(home, found.AccountId, found.PrincipalArn, found));
    }

    // With what a session was given counts for it, as long as its credentials are there.
    private static Caller CallerOf(Home home, string accountId, string principalArn, Credential? credential) => new()
    {
        AccountId = accountId, Region = home.Region, PrincipalArn = principalArn, PrincipalId = credential?.PrincipalId ?? "",
        AccessKeyId = credential?.AccessKeyId, Session = credential?.Session,
    };

    private static Home? OfHost(HttpRequest request) =>
        EcrHost().Match(request.Host.Host) is { Success: true } match ? new(match.Groups["account"].Value, match.Groups["region"].Value) : null;

    private static (string User, string Password)? ReadBasic(string? header)
    {
        const string Scheme = "Basic ";
        if (header is null || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return null;
        var bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header[Scheme.Length..].Trim(), bytes, out var length)) return null;
        var text = Encoding.UTF8.GetString(bytes, 0, length);
        return text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var colon ? (text[..colon], text[(colon + 1)..]) : null;
    }

    [GeneratedRegex("^(?<account>[0-9]{12})\\.dkr\\.ecr\\.(?<region>[a-z0-9-]+)\\.amazonaws\\.com\\z", RegexOptions.NonBacktracking)]
    private static partial Regex EcrHost();
}
