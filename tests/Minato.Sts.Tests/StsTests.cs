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

    [Fact]
    public async Task A_role_that_does_not_trust_the_caller_is_denied_without_a_reason()
    {
        var arn = await RoleAsync("deploy", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}""");
        var refused = await Should.ThrowAsync<AwsException>(() => Sts.AssumeRoleAsync(new() { RoleArn = arn, RoleSessionName = "ci" }, Root, Ct));
        (refused.Code, refused.HttpStatus, refused.Message).ShouldBe(("AccessDenied", 403, $"User: {Root.PrincipalArn} is not authorized to perform: sts:AssumeRole on resource: {arn}"));
        await Sts.AssumeRoleAsync(new() { RoleArn = arn, RoleSessionName = "task" }, Caller.ForService("123456789012", "eu-west-1", "ecs-tasks.amazonaws.com"), Ct);
    }

    [Theory]
    [InlineData("""{"Effect":"Deny","Principal":"*","Action":"sts:AssumeRole"}""")]
    [InlineData("""{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"sts:AssumeRoleWithWebIdentity"}""")]
    [InlineData("""{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"sts:AssumeRole","Condition":{"Null":{"aws:PrincipalArn":"true"}}}""")]
    public async Task A_role_that_trusts_nobody_is_assumed_by_nobody(string statement)
    {
        var arn = await RoleAsync("deploy", $$"""{"Version":"2012-10-17","Statement":[{{statement}}]}""");
        (await CodeAsync(new() { RoleArn = arn, RoleSessionName = "ci" }, Root)).ShouldBe("AccessDenied");
        (await CodeAsync(new() { RoleArn = arn, RoleSessionName = "ci" }, Caller.ForService("123456789012", "eu-west-1", "ecs-tasks.amazonaws.com"))).ShouldBe("AccessDenied");
    }

    [Fact]
    public async Task A_service_may_be_trusted_for_its_own_account_and_resources_alone()
    {
        var arn = await RoleAsync("task", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:ecs:eu-west-1:123456789012:*"},"StringEquals":{"aws:SourceAccount":"123456789012"}}}]}""");
        var ecs = Caller.ForService("123456789012", "eu-west-1", "ecs-tasks.amazonaws.com");
        (await CodeAsync(new() { RoleArn = arn, RoleSessionName = "task" }, ecs)).ShouldBe("AccessDenied");
        (await CodeAsync(new() { RoleArn = arn, RoleSessionName = "task" }, ecs with { SourceArn = "arn:aws:ecs:eu-west-1:123456789012:task/prod/1" })).ShouldBe("");
    }

    [Theory, InlineData(null, "AccessDenied"), InlineData("wrong", "AccessDenied"), InlineData("secret", "")]
    public async Task An_external_id_must_be_the_one_that_the_role_asks_for(string? id, string code)
    {
        var arn = await RoleAsync("deploy", """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"sts:ExternalId":"secret"}}}]}""");
        (await CodeAsync(new() { RoleArn = arn, RoleSessionName = "ci", ExternalId = id }, Root)).ShouldBe(code);
    }

    [Fact]
    public async Task A_chain_of_roles_lasts_an_hour_at_most()
    {
        var role = await _services.GetRequiredService<IIam>().CreateRoleAsync(new() { RoleName = "long", AssumeRolePolicyDocument = Trust, MaxSessionDuration = 43200 }, Root, Ct);
        var request = new AssumeRoleRequest { RoleArn = role.Role.Arn, RoleSessionName = "ci", DurationSeconds = 7200 };
        (await CodeAsync(request, Root)).ShouldBe("");
        var chained = Root with { PrincipalArn = "arn:aws:sts::123456789012:assumed-role/a/b", Session = new() { IssuedAt = DateTimeOffset.UnixEpoch, RoleArn = "arn:aws:iam::123456789012:role/a" } };
        (await Should.ThrowAsync<AwsException>(() => Sts.AssumeRoleAsync(request, chained, Ct)))
            .Message.ShouldBe("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.");
        (await CodeAsync(request with { DurationSeconds = 3600 }, chained)).ShouldBe("");
    }

    [Fact]
    public async Task Tags_need_sts_TagSession_and_transitive_ones_go_on()
    {
        var plain = await RoleAsync("plain", Trust);
        (await CodeAsync(new() { RoleArn = plain, RoleSessionName = "ci", Tags = [new() { Key = "team", Value = "blue" }] }, Root)).ShouldBe("AccessDenied");
        var arn = await RoleAsync("tags", Trust.Replace("\"sts:AssumeRole\"", "[\"sts:AssumeRole\",\"sts:TagSession\"]", StringComparison.Ordinal));
        var request = new AssumeRoleRequest { RoleArn = arn, RoleSessionName = "ci", Tags = [new() { Key = "Team", Value = "blue" }], TransitiveTagKeys = ["team"] };
        (await Should.ThrowAsync<AwsException>(() => Sts.AssumeRoleAsync(request with { Tags = [new() { Key = "a", Value = "1" }, new() { Key = "A", Value = "2" }] }, Root, Ct)))
            .Message.ShouldBe("Duplicate tag keys found. Please note that Tag keys are case insensitive.");
        (await Should.ThrowAsync<AwsException>(() => Sts.AssumeRoleAsync(request with { TransitiveTagKeys = ["other"] }, Root, Ct))).Code.ShouldBe("InvalidParameterValue");
        var first = Found(await Sts.AssumeRoleAsync(request, Root, Ct)).Session.ShouldNotBeNull();
        var caller = Root with { PrincipalArn = "arn:aws:sts::123456789012:assumed-role/tags/ci", Session = first };
        Found(await Sts.AssumeRoleAsync(request with { Tags = null, TransitiveTagKeys = null }, caller, Ct)).Session?.Tags["team"].ShouldBe("blue");
        (await CodeAsync(request, caller)).ShouldBe("InvalidParameterValue", "a transitive tag cannot be set again");
    }

    [Fact]
    public async Task A_session_policy_is_checked_and_goes_with_the_session()
    {
        var arn = await RoleAsync("deploy", Trust);
        const string policy = """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}""";
        (await CodeAsync(new() { RoleArn = arn, RoleSessionName = "ci", Policy = "{]" }, Root)).ShouldBe("MalformedPolicyDocument");
        (await CodeAsync(new() { RoleArn = arn, RoleSessionName = "ci", Policy = policy + new string(' ', 2048) }, Root)).ShouldBe("PackedPolicyTooLarge");
        var session = Found(await Sts.AssumeRoleAsync(new() { RoleArn = arn, RoleSessionName = "ci", Policy = policy, PolicyArns = [new() { Arn = "arn:aws:iam::aws:policy/IAMFullAccess" }] }, Root, Ct)).Session;
        (session?.Policy, session?.PolicyArns.Length).ShouldBe((policy, 1));
    }

    [Fact]
    public async Task Session_credentials_get_no_session_token() => (await Should.ThrowAsync<AwsException>(
        () => Sts.GetSessionTokenAsync(new(), Root with { Session = new() { IssuedAt = DateTimeOffset.UnixEpoch } }, Ct))).Message.ShouldBe("Cannot call GetSessionToken with session credentials");

    [Fact]
    public async Task A_federated_user_stands_for_its_maker()
    {
        var answer = await Sts.GetFederationTokenAsync(new() { Name = "guest" }, Root, Ct);
        answer.FederatedUser?.Arn.ShouldBe("arn:aws:sts::123456789012:federated-user/guest");
        _services.GetServices<ICredentials>().Select(c => c.Find(answer.Credentials?.AccessKeyId ?? "")).OfType<Credential>().Single().Session?.UserArn.ShouldBe(Root.PrincipalArn);
    }

    [Fact]
    public async Task A_message_that_nobody_encoded_cannot_be_decoded()
    {
        var encoded = _services.GetRequiredService<PageTokens>().Encode("authorization-message", "{}");
        (await Sts.DecodeAuthorizationMessageAsync(new() { EncodedMessage = encoded }, Root, Ct)).DecodedMessage.ShouldBe("{}");
        await Should.ThrowAsync<InvalidAuthorizationMessageException>(() => Sts.DecodeAuthorizationMessageAsync(new() { EncodedMessage = "made up" }, Root, Ct));
    }

    private async Task<string> RoleAsync(string name, string trust) =>
        (await _services.GetRequiredService<IIam>().CreateRoleAsync(new() { RoleName = name, AssumeRolePolicyDocument = trust }, Root, Ct)).Role.Arn;

    private async Task<string> CodeAsync(AssumeRoleRequest request, Caller caller)
    {
        try
        {
            await Sts.AssumeRoleAsync(request, caller, Ct);
            return "";
        }
        catch (AwsException e)
        {
            return e.Code;
        }
    }

    private Credential Found(AssumeRoleResponse answer) =>
        _services.GetServices<ICredentials>().Select(c => c.Find(answer.Credentials?.AccessKeyId ?? "")).OfType<Credential>().Single();
}
