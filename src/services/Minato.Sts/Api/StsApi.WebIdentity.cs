using System.Collections.Immutable;
using System.Text.Json;
using Minato.Aws;
using Minato.Aws.Policies;
using Minato.Contracts.Iam;
using Minato.Contracts.Sts;
using Minato.Sts.Planning;

namespace Minato.Sts.Api;

internal sealed partial class StsApi
{
    private const string WebIdentityAction = "sts:AssumeRoleWithWebIdentity";

    /// <summary>Not signed: what counts is a token of a provider that the role's account knows and the role trusts.</summary>
    public async Task<AssumeRoleWithWebIdentityResponse> AssumeRoleWithWebIdentityAsync(AssumeRoleWithWebIdentityRequest request, Caller caller, CancellationToken ct)
    {
        var token = WebToken.Read(request.WebIdentityToken)
            ?? throw new InvalidIdentityTokenException("The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)");
        if (!Arn.TryParse(request.RoleArn, out var arn)) throw new AwsException("ValidationError", $"{request.RoleArn} is invalid");
        var (provider, known) = await ProviderOf(token, arn.AccountId, caller, ct);
        CheckTime(token);
        var audience = token.Audiences.FirstOrDefault(a => known.ClientIDList?.Contains(a) is true) ?? throw new InvalidIdentityTokenException("Incorrect token audience");
        if (!token.IsSignedBy(await KeysOf(known.Url ?? "", ct))) throw new InvalidIdentityTokenException("The ID Token's signature is not the provider's.");
        var role = await FindRole(request.RoleArn, caller, ct);
        if (role is null || !IsTrusted(role, new(arn.AccountId, provider), WebIdentityAction, key => ClaimKeys(token, known.Url ?? "", provider, key)))
            throw new AwsException("AccessDenied", $"Not authorized to perform {WebIdentityAction}", 403);
        var seconds = request.DurationSeconds ?? DefaultRoleSeconds;
        SessionPlans.CheckDuration(seconds, role.MaxSessionDuration ?? DefaultRoleSeconds, isChained: false);
        var session = SessionPlans.WithPolicies(
            new() { IssuedAt = clock.GetUtcNow(), RoleArn = role.Arn, RoleId = role.RoleId, FederatedProvider = provider }, request.Policy, request.PolicyArns);
        var issued = await IssueFor(role, request.RoleSessionName, seconds, session, ct);
        return new()
        {
            Credentials = ToWire(issued), AssumedRoleUser = new() { Arn = issued.PrincipalArn, AssumedRoleId = issued.PrincipalId }, Provider = provider,
            Audience = audience, SubjectFromWebIdentityToken = token.Subject, PackedPolicySize = SessionPlans.PackedSize(session),
        };
    }

    private void CheckTime(WebToken token)
    {
        var now = clock.GetUtcNow();
        if (token.ExpiresAt is not { } end) throw new InvalidIdentityTokenException("Missing a required claim: exp");
        if (end <= now)
            throw new ExpiredTokenException($"Token expired: current date/time {now.ToUnixTimeSeconds()} must be before the expiration date/time {end.ToUnixTimeSeconds()}");
        if (token.NotBefore > now.AddMinutes(5)) throw new InvalidIdentityTokenException("The ID Token is not valid yet.");
    }

    private async Task<(string Arn, GetOpenIDConnectProviderResponse Known)> ProviderOf(WebToken token, string accountId, Caller caller, CancellationToken ct)
    {
        var issuer = token.Issuer ?? throw new InvalidIdentityTokenException("Missing a required claim: iss");
        var url = issuer.Replace("https://", "", StringComparison.Ordinal).TrimEnd('/');
        var arn = $"arn:aws:iam::{accountId}:oidc-provider/{url}";
        try
        {
            return (arn, await iam.GetOpenIDConnectProviderAsync(new() { OpenIDConnectProviderArn = arn }, caller with { AccountId = accountId }, ct));
        }
        catch (NoSuchEntityException)
        {
            throw new InvalidIdentityTokenException($"No OpenIDConnect provider found in your account for {issuer}");
        }
    }

    private async Task<string> KeysOf(string url, CancellationToken ct)
    {
        if (await ReadAsync($"https://{url}/.well-known/openid-configuration", ct) is { } configuration && Member(configuration, "jwks_uri") is { } address
            && await ReadAsync(address, ct) is { } keys) return keys;
        throw new IDPCommunicationErrorException(
            "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation for requirements");
    }

    private async ValueTask<string?> ReadAsync(string address, CancellationToken ct) =>
        webKeys is not null && Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps ? await webKeys.ReadAsync(uri, ct) : null;

    private static string? Member(string json, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new() { MaxDepth = 16 });
            return document.RootElement.ValueKind is JsonValueKind.Object && document.RootElement.TryGetProperty(name, out var value) ? value.ToString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Claims go by the provider's address: token.actions.example.com:sub
    private static ImmutableArray<string> ClaimKeys(WebToken token, string url, string provider, string key) => key.StartsWith(url + ":", StringComparison.OrdinalIgnoreCase)
        ? token.Texts(key[(url.Length + 1)..]) : key.ToLowerInvariant() is "aws:federatedprovider" ? [provider] : [];
}
