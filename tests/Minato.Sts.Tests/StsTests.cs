using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Aws.Signing;
using Minato.Contracts.Iam;
using Minato.Contracts.Sts;
using Minato.Iam;
using Minato.Platform;

namespace Minato.Sts.Tests;

public sealed class StsTests : IAsyncLifetime
{
    private const string Trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}""";
    private static readonly Caller Root = new() { AccountId = "123456789012", Region = "eu-west-1", PrincipalArn = "arn:aws:iam::123456789012:root", PrincipalId = "123456789012" };
    private readonly ServiceProvider _services = new ServiceCollection()
        .AddSingleton(new PageTokens("secret"u8))
        .AddPlatform().AddIam(Root.AccountId, "AKIAROOT", "secret").AddSts().BuildServiceProvider();
    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private ISts Sts => _services.GetRequiredService<ISts>();

    public async ValueTask InitializeAsync() => await _services.GetRequiredService<PlatformHost>().StartAsync(Ct);

    public async ValueTask DisposeAsync() => await _services.DisposeAsync();

    [Fact]
    public async Task GetCallerIdentity_says_who_signed()
    {
        var answer = await Sts.GetCallerIdentityAsync(new(), Root, Ct);
        (answer.Account, answer.Arn, answer.UserId).ShouldBe(("123456789012", "arn:aws:iam::123456789012:root", "123456789012"));
    }

    [Fact]
    public async Task An_assumed_role_signs_as_its_session()
    {
        var role = await _services.GetRequiredService<IIam>().CreateRoleAsync(new() { RoleName = "deploy", AssumeRolePolicyDocument = Trust }, Root, Ct);
        var answer = await Sts.AssumeRoleAsync(new() { RoleArn = role.Role.Arn, RoleSessionName = "ci" }, Root, Ct);
        answer.AssumedRoleUser?.Arn.ShouldBe("arn:aws:sts::123456789012:assumed-role/deploy/ci");
        var keys = answer.Credentials.ShouldNotBeNull();
        var found = _services.GetServices<ICredentials>().Select(c => c.Find(keys.AccessKeyId)).OfType<Credential>().ShouldHaveSingleItem();
        (found.SecretKey, found.SessionToken, found.ExpiresAt).ShouldBe((keys.SecretAccessKey, keys.SessionToken, keys.Expiration));
        found.PrincipalId.ShouldBe($"{role.Role.RoleId}:ci");
    }

    [Fact]
    public async Task A_role_that_does_not_exist_is_access_denied()
    {
        var refused = await Should.ThrowAsync<AwsException>(
            () => Sts.AssumeRoleAsync(new() { RoleArn = "arn:aws:iam::123456789012:role/none", RoleSessionName = "ci" }, Root, Ct));
        (refused.Code, refused.HttpStatus).ShouldBe(("AccessDenied", 403));
        refused.Message.ShouldBe("User: arn:aws:iam::123456789012:root is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/none");
    }

    [Fact]
    public async Task A_session_may_not_outlast_what_the_role_allows()
    {
        var role = await _services.GetRequiredService<IIam>().CreateRoleAsync(new() { RoleName = "deploy", AssumeRolePolicyDocument = Trust }, Root, Ct);
        (await Should.ThrowAsync<AwsException>(() => Sts.AssumeRoleAsync(new() { RoleArn = role.Role.Arn, RoleSessionName = "ci", DurationSeconds = 7200 }, Root, Ct)))
            .Message.ShouldBe("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
    }

    [Fact]
    public async Task A_session_token_stands_for_the_caller()
    {
        var keys = (await Sts.GetSessionTokenAsync(new(), Root, Ct)).Credentials.ShouldNotBeNull();
        keys.AccessKeyId.ShouldStartWith("ASIA");
        (await Sts.GetAccessKeyInfoAsync(new() { AccessKeyId = keys.AccessKeyId }, Root, Ct)).Account.ShouldBe("123456789012");
    }
}
