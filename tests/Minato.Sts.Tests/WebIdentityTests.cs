using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Contracts.Sts;
using Minato.Engines.Identities;
using Minato.Iam;
using Minato.Platform;
using Minato.Sts.Planning;

namespace Minato.Sts.Tests;

/// <summary>Roles for those whom a provider of identities vouches for.</summary>
public sealed class WebIdentityTests : IAsyncLifetime, IWebKeys
{
    private const string Issuer = "ids.example.com";
    private const string Role = "arn:aws:iam::123456789012:role/ci";
    private static readonly Caller Root = new() { AccountId = "123456789012", Region = "eu-west-1", PrincipalArn = "arn:aws:iam::123456789012:root" };
    private readonly RSA _key = RSA.Create(2048);
    private readonly ServiceProvider _services;
    private bool _isReachable = true;

    public WebIdentityTests() => _services = new ServiceCollection().AddSingleton(new PageTokens("secret"u8)).AddSingleton<IWebKeys>(this)
        .AddPlatform().AddIam(Root.AccountId, "AKIAROOT", "secret").AddSts().BuildServiceProvider();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _services.GetRequiredService<PlatformHost>().StartAsync(Ct);
        var iam = _services.GetRequiredService<IIam>();
        await iam.CreateOpenIDConnectProviderAsync(new() { Url = $"https://{Issuer}", ClientIDList = ["sts"] }, Root, Ct);
        await iam.CreateRoleAsync(new()
        {
            RoleName = "ci",
            AssumeRolePolicyDocument = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::123456789012:oidc-provider/ids.example.com"},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringLike":{"ids.example.com:sub":"repo:team/*"}}}]}""",
        }, Root, Ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _key.Dispose();
    }

    public ValueTask<string?> ReadAsync(Uri address, CancellationToken ct)
    {
        var parameters = _key.ExportParameters(includePrivateParameters: false);
        return new(!_isReachable ? null : address.AbsolutePath is "/.well-known/openid-configuration" ? $$"""{"jwks_uri":"https://{{Issuer}}/keys"}"""
            : $$"""{"keys":[{"kty":"RSA","kid":"1","n":"{{Base64Url.EncodeToString(parameters.Modulus)}}","e":"{{Base64Url.EncodeToString(parameters.Exponent)}}"}]}""");
    }

    [Fact]
    public async Task A_token_that_the_role_trusts_becomes_a_session()
    {
        var answer = await AssumeAsync(Token());
        answer.AssumedRoleUser?.Arn.ShouldBe("arn:aws:sts::123456789012:assumed-role/ci/build");
        (answer.SubjectFromWebIdentityToken, answer.Audience, answer.Provider).ShouldBe(("repo:team/app", "sts", $"arn:aws:iam::123456789012:oidc-provider/{Issuer}"));
    }

    [Fact]
    public async Task A_subject_that_the_role_does_not_trust_is_denied() =>
        (await Should.ThrowAsync<AwsException>(() => AssumeAsync(Token(subject: "repo:other/app")))).Message.ShouldBe("Not authorized to perform sts:AssumeRoleWithWebIdentity");

    [Theory]
    [InlineData("audience", "InvalidIdentityToken", "Incorrect token audience")]
    [InlineData("issuer", "InvalidIdentityToken", "No OpenIDConnect provider found in your account for https://other.example.com")]
    [InlineData("expired", "ExpiredTokenException", "Token expired: ")]
    [InlineData("forged", "InvalidIdentityToken", "The ID Token's signature is not the provider's.")]
    [InlineData("none", "InvalidIdentityToken", "The ID Token's signature is not the provider's.")]
    [InlineData("garbage", "InvalidIdentityToken", "The ID Token provided is not a valid JWT.")]
    public async Task A_token_that_proves_nothing_is_refused(string fault, string code, string message)
    {
        using var other = RSA.Create(2048);
        var token = fault switch
        {
            "audience" => Token(audience: "web"),
            "issuer" => Token(issuer: "https://other.example.com"),
            "expired" => Token(seconds: -10),
            "forged" => Token(key: other),
            "none" => Token(algorithm: "none"),
            _ => "a.b.c",
        };
        var refused = await Should.ThrowAsync<AwsException>(() => AssumeAsync(token));
        refused.Code.ShouldBe(code);
        refused.Message.ShouldStartWith(message);
    }

    [Fact]
    public async Task A_provider_that_nobody_reaches_is_told()
    {
        _isReachable = false;
        (await Should.ThrowAsync<AwsException>(() => AssumeAsync(Token()))).Code.ShouldBe("IDPCommunicationError");
    }

    // Untrusted bytes: whatever is changed, nobody gets in and nothing breaks.
    [Fact]
    public async Task A_token_with_any_byte_changed_is_not_signed()
    {
        var token = Token();
        var keys = (await ReadAsync(new("https://ids.example.com/keys"), Ct)).ShouldNotBeNull();
        WebToken.Read(token).ShouldNotBeNull().IsSignedBy(keys).ShouldBeTrue();
        var random = new Random(3);
        for (var i = 0; i < 2000; i++)
        {
            var changed = token.ToCharArray();
            var at = random.Next(token.LastIndexOf('.'));
            changed[at] = changed[at] is 'A' ? 'B' : 'A';
            (WebToken.Read(new(changed))?.IsSignedBy(keys) ?? false).ShouldBeFalse();
        }
    }

    private Task<AssumeRoleWithWebIdentityResponse> AssumeAsync(string token) => _services.GetRequiredService<ISts>().AssumeRoleWithWebIdentityAsync(
        new() { RoleArn = Role, RoleSessionName = "build", WebIdentityToken = token }, Caller.Anonymous("r"), Ct);

    private string Token(string issuer = $"https://{Issuer}", string subject = "repo:team/app", string audience = "sts", int seconds = 600, RSA? key = null, string algorithm = "RS256")
    {
        var end = TimeProvider.System.GetUtcNow().AddSeconds(seconds).ToUnixTimeSeconds();
        var signed = Part($$"""{"alg":"{{algorithm}}","kid":"1"}""") + "." + Part($$"""{"iss":"{{issuer}}","sub":"{{subject}}","aud":"{{audience}}","exp":{{end}}}""");
        return $"{signed}.{Base64Url.EncodeToString((key ?? _key).SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    private static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
