using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Aws.Authorization;
using Minato.Aws.Policies;
using Minato.Contracts.Iam;
using Minato.Platform;

namespace Minato.Iam.Tests;

/// <summary>What policies of users, groups and roles let their bearers do, with the next call after they were changed.</summary>
public sealed class AuthorizationTests : IAsyncLifetime
{
    private const string Trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"sts:AssumeRole"}]}""";
    private const string Read = """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecs:Describe*","Resource":"*"}}""";
    private const string Write = """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecs:*","Resource":"*"}}""";
    private const string Cluster = "arn:aws:ecs:eu-west-1:123456789012:cluster/prod";
    private static readonly Caller Root = new() { AccountId = "123456789012", Region = "eu-west-1", PrincipalArn = "arn:aws:iam::123456789012:root" };
    private static readonly Caller Ann = Root with { PrincipalArn = "arn:aws:iam::123456789012:user/ann" };
    private readonly ServiceProvider _services = new ServiceCollection()
        .AddSingleton(new PageTokens("secret"u8)).AddPlatform().AddIam(Root.AccountId, "AKIAROOT", "secret").BuildServiceProvider();
    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private IIam Iam => _services.GetRequiredService<IIam>();

    public async ValueTask InitializeAsync()
    {
        await _services.GetRequiredService<PlatformHost>().StartAsync(Ct);
        await Iam.CreateUserAsync(new() { UserName = "ann" }, Root, Ct);
    }

    public async ValueTask DisposeAsync() => await _services.DisposeAsync();

    [Fact]
    public void Root_is_not_asked() => Allows("ecs:DeleteCluster", Root).ShouldBeTrue();

    [Fact]
    public void A_new_user_may_do_nothing() => Decide("ecs:DescribeClusters").ShouldBe((DecisionKind.ImplicitDeny, DecidingPolicy.Identity));

    [Fact]
    public async Task A_user_may_do_what_its_groups_may()
    {
        await Iam.CreateGroupAsync(new() { GroupName = "team" }, Root, Ct);
        await Iam.PutGroupPolicyAsync(new() { GroupName = "team", PolicyName = "read", PolicyDocument = Read }, Root, Ct);
        Allows("ecs:DescribeClusters").ShouldBeFalse();
        await Iam.AddUserToGroupAsync(new() { GroupName = "team", UserName = "ann" }, Root, Ct);
        Allows("ecs:DescribeClusters").ShouldBeTrue();
        await Iam.RemoveUserFromGroupAsync(new() { GroupName = "team", UserName = "ann" }, Root, Ct);
        Allows("ecs:DescribeClusters").ShouldBeFalse();
    }

    [Fact]
    public async Task The_default_version_of_a_managed_policy_counts()
    {
        var arn = await Managed("p", Read);
        await Iam.AttachUserPolicyAsync(new() { UserName = "ann", PolicyArn = arn }, Root, Ct);
        await Iam.CreatePolicyVersionAsync(new() { PolicyArn = arn, PolicyDocument = Write }, Root, Ct);
        Allows("ecs:DeleteCluster").ShouldBeFalse();
        await Iam.SetDefaultPolicyVersionAsync(new() { PolicyArn = arn, VersionId = "v2" }, Root, Ct);
        Allows("ecs:DeleteCluster").ShouldBeTrue();
        await Iam.SetDefaultPolicyVersionAsync(new() { PolicyArn = arn, VersionId = "v1" }, Root, Ct);
        Allows("ecs:DeleteCluster").ShouldBeFalse();
    }

    [Fact]
    public async Task A_boundary_limits_a_user_until_it_is_taken_away()
    {
        await Iam.PutUserPolicyAsync(new() { UserName = "ann", PolicyName = "all", PolicyDocument = Write }, Root, Ct);
        await Iam.PutUserPermissionsBoundaryAsync(new() { UserName = "ann", PermissionsBoundary = await Managed("limit", Read) }, Root, Ct);
        Decide("ecs:DeleteCluster").ShouldBe((DecisionKind.ImplicitDeny, DecidingPolicy.Boundary));
        Allows("ecs:DescribeClusters").ShouldBeTrue();
        await Iam.DeleteUserPermissionsBoundaryAsync(new() { UserName = "ann" }, Root, Ct);
        Allows("ecs:DeleteCluster").ShouldBeTrue();
    }

    [Fact]
    public async Task A_session_may_do_what_its_role_may_within_the_policies_it_was_given()
    {
        var session = await SessionAsync(Write);
        Allows("ecs:DeleteCluster", session).ShouldBeTrue();
        var limited = session with { Session = session.Session.ShouldNotBeNull() with { Policy = Read } };
        Decide("ecs:DeleteCluster", limited).ShouldBe((DecisionKind.ImplicitDeny, DecidingPolicy.Session));
        Allows("ecs:DescribeClusters", limited).ShouldBeTrue();
        var byArn = session with { Session = session.Session.ShouldNotBeNull() with { PolicyArns = [await Managed("session", Read)] } };
        Decide("ecs:DeleteCluster", byArn).ShouldBe((DecisionKind.ImplicitDeny, DecidingPolicy.Session));
    }

    [Fact]
    public async Task A_session_of_a_role_that_was_made_anew_may_do_nothing()
    {
        var session = await SessionAsync(Write);
        await Iam.DeleteRolePolicyAsync(new() { RoleName = "web", PolicyName = "p" }, Root, Ct);
        await Iam.DeleteRoleAsync(new() { RoleName = "web" }, Root, Ct);
        var second = await SessionAsync(Write);
        Allows("ecs:DeleteCluster", second).ShouldBeTrue();
        Allows("ecs:DeleteCluster", session).ShouldBeFalse();
    }

    [Fact]
    public async Task A_federated_user_may_do_what_both_its_maker_and_its_policy_allow()
    {
        await Iam.PutUserPolicyAsync(new() { UserName = "ann", PolicyName = "all", PolicyDocument = Write }, Root, Ct);
        var federated = Root with { PrincipalArn = "arn:aws:sts::123456789012:federated-user/guest", Session = new() { IssuedAt = DateTimeOffset.UnixEpoch, UserArn = Ann.PrincipalArn } };
        Allows("ecs:DescribeClusters", federated).ShouldBeFalse("no policy was given");
        var given = federated with { Session = federated.Session with { Policy = Read } };
        Allows("ecs:DescribeClusters", given).ShouldBeTrue();
        Allows("ecs:DeleteCluster", given).ShouldBeFalse();
    }

    [Fact]
    public async Task Tags_of_the_session_go_over_those_of_its_role()
    {
        const string byTag = """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecs:*","Resource":"*","Condition":{"StringEquals":{"aws:PrincipalTag/team":"blue"}}}}""";
        var session = await SessionAsync(byTag);
        Allows("ecs:DeleteCluster", session).ShouldBeFalse();
        await Iam.TagRoleAsync(new() { RoleName = "web", Tags = [new() { Key = "team", Value = "blue" }] }, Root, Ct);
        Allows("ecs:DeleteCluster", session).ShouldBeTrue();
        var tags = ImmutableSortedDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase).Add("team", "red");
        Allows("ecs:DeleteCluster", session with { Session = session.Session.ShouldNotBeNull() with { Tags = tags } }).ShouldBeFalse();
    }

    // Requests of IAM name a role without its path; policies speak of the whole ARN.
    [Fact]
    public async Task A_role_is_asked_about_with_its_path_and_trust_decides_only_who_assumes_it()
    {
        await Iam.CreateRoleAsync(new() { RoleName = "deep", Path = "/a/b/", AssumeRolePolicyDocument = Trust }, Root, Ct);
        await Iam.PutUserPolicyAsync(new()
        {
            UserName = "ann", PolicyName = "p", PolicyDocument = """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["iam:GetRole","sts:AssumeRole"],"Resource":"arn:aws:iam::123456789012:role/a/b/*"}}""",
        }, Root, Ct);
        Allows("iam:GetRole", resource: "arn:aws:iam::123456789012:role/deep").ShouldBeTrue();
        Allows("sts:AssumeRole", resource: "arn:aws:iam::123456789012:role/a/b/deep").ShouldBeTrue();
        await Iam.UpdateAssumeRolePolicyAsync(new() { RoleName = "deep", PolicyDocument = Trust.Replace("123456789012", "210987654321", StringComparison.Ordinal) }, Root, Ct);
        Allows("iam:GetRole", resource: "arn:aws:iam::123456789012:role/deep").ShouldBeTrue();
        Decide("sts:AssumeRole", resource: "arn:aws:iam::123456789012:role/a/b/deep").ShouldBe((DecisionKind.ImplicitDeny, DecidingPolicy.Resource));
    }

    private (DecisionKind, DecidingPolicy) Decide(string action, Caller? caller = null, string resource = Cluster)
    {
        var decision = _services.GetRequiredService<IAuthorizer>().Decide(caller ?? Ann, action, resource).Decision;
        return (decision.Kind, decision.By);
    }

    private bool Allows(string action, Caller? caller = null, string resource = Cluster) => Decide(action, caller, resource).Item1 is DecisionKind.Allowed;

    private async Task<string> Managed(string name, string document) => (await Iam.CreatePolicyAsync(new() { PolicyName = name, PolicyDocument = document }, Root, Ct)).Policy?.Arn ?? "";

    private async Task<Caller> SessionAsync(string document)
    {
        var role = (await Iam.CreateRoleAsync(new() { RoleName = "web", AssumeRolePolicyDocument = Trust }, Root, Ct)).Role;
        await Iam.PutRolePolicyAsync(new() { RoleName = "web", PolicyName = "p", PolicyDocument = document }, Root, Ct);
        return Root with
        {
            PrincipalArn = "arn:aws:sts::123456789012:assumed-role/web/s", PrincipalId = $"{role.RoleId}:s",
            Session = new() { IssuedAt = DateTimeOffset.UnixEpoch, RoleArn = role.Arn, RoleId = role.RoleId },
        };
    }
}
