using Minato.Aws.Dispatch;
using Minato.Aws.Signing;
using Minato.Aws.Tests.Echo;
using Minato.Aws.Tests.Given;

namespace Minato.Aws.Tests.Signing;

/// <summary>Each family of services has its own codes for one and the same fault.</summary>
public sealed class SignatureRefusalTests : IAsyncLifetime
{
    private const string ListClusters = "AmazonEC2ContainerServiceV20141113.ListClusters";
    private const string GetCallerIdentity = "Action=GetCallerIdentity&Version=2011-06-15";
    private const string DescribeVpcs = "Action=DescribeVpcs&Version=2016-11-15";
    private readonly FixedClock _clock = new("2026-01-02T03:04:05Z");
    private EchoServer? _server;

    private AwsEndpoint Endpoint => _server?.Endpoint ?? throw new InvalidOperationException();

    public async ValueTask InitializeAsync() => _server = await EchoServer.StartAsync(_clock);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_wrong_secret_is_named_as_each_family_names_it()
    {
        var wrong = Exchange.Root with { SecretKey = "wrong" };
        (await JsonAsync(wrong)).ShouldBe((400, "InvalidSignatureException"));
        (await QueryAsync(wrong)).ShouldBe((403, "SignatureDoesNotMatch"));
        (await Ec2Async(wrong)).ShouldBe((401, "AuthFailure"));
    }

    [Fact]
    public async Task An_unknown_key_is_named_as_each_family_names_it()
    {
        var stranger = Exchange.Root with { AccessKeyId = "AKIASTRANGER" };
        (await JsonAsync(stranger)).ShouldBe((400, "UnrecognizedClientException"));
        (await QueryAsync(stranger)).ShouldBe((403, "InvalidClientTokenId"));
        (await Ec2Async(stranger)).ShouldBe((401, "AuthFailure"));
    }

    [Fact]
    public async Task No_signature_at_all_is_named_as_each_family_names_it()
    {
        Code(await Exchange.SendAsync(Endpoint, Exchange.Json(ListClusters, "{}"))).ShouldBe((400, "MissingAuthenticationTokenException"));
        Code(await Exchange.SendAsync(Endpoint, Exchange.Form(GetCallerIdentity))).ShouldBe((403, "MissingAuthenticationToken"));
    }

    [Fact]
    public async Task A_session_token_must_be_the_credentials_own() =>
        (await JsonAsync(Exchange.Root with { SessionToken = "made up" })).ShouldBe((400, "UnrecognizedClientException"));

    [Fact]
    public async Task An_expired_token_is_named_as_each_family_names_it()
    {
        var server = _server ?? throw new InvalidOperationException();
        server.EndsAt = _clock.Now;
        var ended = Exchange.Root with { AccessKeyId = "AKIAANN" };
        (await JsonAsync(ended)).ShouldBe((400, "ExpiredTokenException"));
        (await QueryAsync(ended)).ShouldBe((403, "ExpiredToken"));
        (await Ec2Async(ended)).ShouldBe((400, "RequestExpired"));
        server.Last.ShouldBeNull();
        server.EndsAt = _clock.Now.AddSeconds(1);
        (await Exchange.SignedAsync(Endpoint, Exchange.Json(ListClusters, "{}"), "ecs", ended, _clock.Now)).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_half_authorization_header_is_told_what_it_lacks()
    {
        var answer = await Exchange.SendAsync(Endpoint, Exchange.Request("{}", ("X-Amz-Target", ListClusters), ("Authorization", "AWS4-HMAC-SHA256 Credential=a/20260102/eu-west-1/ecs/aws4_request")));
        Code(answer).ShouldBe((400, "IncompleteSignatureException"));
        answer.Text.ShouldContain("Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
    }

    [Theory]
    [InlineData(-301, "Signature expired: 20260102T025904Z is now earlier than 20260102T025905Z (20260102T030405Z - 5 min.)")]
    [InlineData(301, "Signature not yet current: 20260102T030906Z is still later than 20260102T030905Z (20260102T030405Z + 5 min.)")]
    public async Task Clocks_may_differ_by_five_minutes(int seconds, string message)
    {
        var answer = await Exchange.SignedAsync(Endpoint, Exchange.Json(ListClusters, "{}"), "ecs", at: _clock.Now.AddSeconds(seconds));
        Code(answer).ShouldBe((400, "InvalidSignatureException"));
        answer.Text.ShouldContain(message);
        (await Exchange.SignedAsync(Endpoint, Exchange.Json(ListClusters, "{}"), "ecs", at: _clock.Now.AddSeconds(seconds - Math.Sign(seconds)))).Status.ShouldBe(200);
    }

    [Fact]
    public async Task STS_allows_fifteen_minutes()
    {
        (await Exchange.SignedAsync(Endpoint, Exchange.Form(GetCallerIdentity), "sts", at: _clock.Now.AddMinutes(-15))).Status.ShouldBe(200);
        (await Exchange.SignedAsync(Endpoint, Exchange.Form(GetCallerIdentity), "sts", at: _clock.Now.AddMinutes(-16))).Text.ShouldContain(" - 15 min.)");
    }

    [Fact]
    public async Task A_body_changed_on_the_way_is_noticed()
    {
        var request = Exchange.Json(ListClusters, "{}");
        RequestSigner.Sign(request, Exchange.Root, "eu-west-1", "ecs", _clock.Now);
        request.Body.Append(" "u8);
        Code(await Exchange.SendAsync(Endpoint, request)).ShouldBe((400, "InvalidSignatureException"));
    }

    [Fact]
    public async Task A_right_signature_is_right_again_and_again_and_after_a_wrong_one()
    {
        for (var i = 0; i < 3; i++)
        {
            (await JsonAsync(Exchange.Root)).Status.ShouldBe(200);
            (await JsonAsync(Exchange.Root with { SecretKey = "wrong" })).Status.ShouldBe(400);
        }
    }

    private async Task<(int Status, string Code)> JsonAsync(Credential credential) =>
        Code(await Exchange.SignedAsync(Endpoint, Exchange.Json(ListClusters, "{}"), "ecs", credential, _clock.Now));

    private async Task<(int Status, string Code)> QueryAsync(Credential credential) =>
        Code(await Exchange.SignedAsync(Endpoint, Exchange.Form(GetCallerIdentity), "sts", credential, _clock.Now));

    private async Task<(int Status, string Code)> Ec2Async(Credential credential) =>
        Code(await Exchange.SignedAsync(Endpoint, Exchange.Form(DescribeVpcs), "ec2", credential, _clock.Now));

    private static (int Status, string Code) Code(Exchange answer)
    {
        var match = System.Text.RegularExpressions.Regex.Match(answer.Text, "\"__type\":\"(?<code>\\w+)\"|<Code>(?<code>\\w+)</Code>", System.Text.RegularExpressions.RegexOptions.NonBacktracking);
        return (answer.Status, match.Groups["code"].Value);
    }
}
