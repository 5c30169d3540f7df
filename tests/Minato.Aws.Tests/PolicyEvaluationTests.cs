using System.Collections.Immutable;
using Minato.Aws.Policies;

namespace Minato.Aws.Tests;

/// <summary>The order of evaluation inside of an account and between two.</summary>
public sealed class PolicyEvaluationTests
{
    private const string Account = "123456789012";
    private const string Table = "arn:aws:dynamodb:us-east-1:123456789012:table/orders";
    private static readonly AuthorizationPrincipal s_user = new(Account, $"arn:aws:iam::{Account}:user/ann");
    private static readonly AuthorizationPrincipal s_session = new(Account, $"arn:aws:sts::{Account}:assumed-role/web/task-1", $"arn:aws:iam::{Account}:role/web");

    [Fact]
    public void Nothing_is_allowed_by_itself() => Decide(new()).ShouldBe((DecisionKind.ImplicitDeny, DecidingPolicy.Identity));

    [Fact]
    public void An_identity_policy_allows() => Decide(new() { Identity = [Allow()] }).ShouldBe((DecisionKind.Allowed, DecidingPolicy.Identity));

    [Fact]
    public void The_root_user_of_an_account_is_allowed_unless_an_SCP_denies()
    {
        var root = new AuthorizationPrincipal(Account, $"arn:aws:iam::{Account}:root");
        Decide(new(), root).Kind.ShouldBe(DecisionKind.Allowed);
        Decide(new() { ServiceControl = [[Allow(), Deny()]] }, root).ShouldBe((DecisionKind.ExplicitDeny, DecidingPolicy.ServiceControl));
    }

    [Fact]
    public void An_explicit_deny_wins_wherever_it_stands()
    {
        var allowed = new PolicySet { Identity = [Allow()], Resource = Named("*"), Boundary = Allow(), Session = [Allow()], ServiceControl = [[Allow()]] };
        Decide(allowed).Kind.ShouldBe(DecisionKind.Allowed);
        Decide(allowed with { Identity = [Allow(), Deny()] }).ShouldBe((DecisionKind.ExplicitDeny, DecidingPolicy.Identity));
        Decide(allowed with { Resource = Named("*", "Deny") }).ShouldBe((DecisionKind.ExplicitDeny, DecidingPolicy.Resource));
        Decide(allowed with { Boundary = Deny() }).ShouldBe((DecisionKind.ExplicitDeny, DecidingPolicy.Boundary));
        Decide(allowed with { Session = [Deny()] }).ShouldBe((DecisionKind.ExplicitDeny, DecidingPolicy.Session));
        Decide(allowed with { ServiceControl = [[Allow()], [Deny()]] }).ShouldBe((DecisionKind.ExplicitDeny, DecidingPolicy.ServiceControl));
    }

    [Fact]
    public void Every_level_of_an_organization_must_allow()
    {
        var set = new PolicySet { Identity = [Allow()], ServiceControl = [[Allow()], [Allow("s3:*")], [Allow()]] };
        Decide(set).ShouldBe((DecisionKind.ImplicitDeny, DecidingPolicy.ServiceControl));
    }

    [Fact]
    public void A_boundary_and_a_session_policy_limit_what_the_identity_policy_allows()
    {
        Decide(new() { Identity = [Allow()], Boundary = Allow("s3:*") }).ShouldBe((DecisionKind.ImplicitDeny, DecidingPolicy.Boundary));
        Decide(new() { Identity = [Allow()], Session = [Allow("s3:*")] }).ShouldBe((DecisionKind.ImplicitDeny, DecidingPolicy.Session));
        Decide(new() { Boundary = Allow(), Session = [Allow()] }).ShouldBe((DecisionKind.ImplicitDeny, DecidingPolicy.Identity));
    }

    [Fact]
    public void A_resource_policy_that_names_the_user_or_the_session_is_final()
    {
        var set = new PolicySet { Boundary = Allow("s3:*"), Session = [Allow("s3:*")] };
        Decide(set with { Resource = Named(s_user.Arn) }).ShouldBe((DecisionKind.Allowed, DecidingPolicy.Resource));
        Decide(set with { Resource = Named(s_session.Arn) }, s_session).ShouldBe((DecisionKind.Allowed, DecidingPolicy.Resource));
    }

    [Fact]
    public void A_resource_policy_that_names_the_role_is_limited_by_boundary_and_session_policy()
    {
        var named = Named("arn:aws:iam::123456789012:role/web");
        Decide(new() { Resource = named }, s_session).ShouldBe((DecisionKind.Allowed, DecidingPolicy.Resource));
        Decide(new() { Resource = named, Boundary = Allow("s3:*") }, s_session).ShouldBe((DecisionKind.ImplicitDeny, DecidingPolicy.Boundary));
        Decide(new() { Resource = named, Session = [Allow("s3:*")] }, s_session).ShouldBe((DecisionKind.ImplicitDeny, DecidingPolicy.Session));
    }

    [Theory, InlineData("123456789012"), InlineData("arn:aws:iam::123456789012:root")]
    public void A_resource_policy_that_names_the_account_leaves_it_to_identity_policies(string account)
    {
        Decide(new() { Resource = Named(account) }).ShouldBe((DecisionKind.ImplicitDeny, DecidingPolicy.Identity));
        Decide(new() { Resource = Named(account), Identity = [Allow()] }).Kind.ShouldBe(DecisionKind.Allowed);
    }

    [Fact]
    public void Another_account_must_be_let_in_by_both_sides()
    {
        const string other = "210987654321";
        Decide(new() { Identity = [Allow()] }, s_user, other).ShouldBe((DecisionKind.ImplicitDeny, DecidingPolicy.Resource));
        Decide(new() { Resource = Named(s_user.Arn) }, s_user, other).ShouldBe((DecisionKind.ImplicitDeny, DecidingPolicy.Identity));
        Decide(new() { Resource = Named(s_user.Arn), Identity = [Allow()] }, s_user, other).Kind.ShouldBe(DecisionKind.Allowed);
    }

    [Fact]
    public void What_a_trust_policy_does_not_allow_no_identity_policy_allows()
    {
        var set = new PolicySet { Identity = [Allow()], Resource = Named("arn:aws:iam::123456789012:user/bob"), ResourceMustAllow = true };
        Decide(set).ShouldBe((DecisionKind.ImplicitDeny, DecidingPolicy.Resource));
        Decide(set with { Resource = Named(Account) }).Kind.ShouldBe(DecisionKind.Allowed);
    }

    [Fact]
    public void A_service_is_let_in_by_its_name()
    {
        var service = new AuthorizationPrincipal("", "", Service: "ecs-tasks.amazonaws.com");
        var trust = Policy("""{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"dynamodb:*","Resource":"*"}""", PolicyKind.Resource);
        Decide(new() { Resource = trust, ResourceMustAllow = true }, service, Account).Kind.ShouldBe(DecisionKind.Allowed);
        Decide(new() { Resource = trust, ResourceMustAllow = true }, service with { Service = "lambda.amazonaws.com" }, Account).Kind.ShouldBe(DecisionKind.ImplicitDeny);
    }

    [Fact]
    public void NotPrincipal_means_all_others()
    {
        var deny = Policy($$"""{"Effect":"Deny","NotPrincipal":{"AWS":"{{s_user.Arn}}"},"Action":"*","Resource":"*"}""", PolicyKind.Resource);
        Decide(new() { Identity = [Allow()], Resource = deny }).Kind.ShouldBe(DecisionKind.Allowed);
        Decide(new() { Identity = [Allow()], Resource = deny }, s_session).Kind.ShouldBe(DecisionKind.ExplicitDeny);
    }

    [Theory]
    [InlineData("dynamodb:getitem", true)] // AWS: names of actions have no case.
    [InlineData("dynamodb:Get*", true)]
    [InlineData("dynamodb:Get????", true)]
    [InlineData("dynamodb:Get???", false)]
    [InlineData("*", true)]
    [InlineData("dynamodb:PutItem", false)]
    public void Actions_are_matched_with_wildcards_and_without_case(string action, bool matches) =>
        Decide(new() { Identity = [Allow(action)] }).Kind.ShouldBe(matches ? DecisionKind.Allowed : DecisionKind.ImplicitDeny);

    [Theory]
    [InlineData("arn:aws:dynamodb:us-east-1:123456789012:table/orders", true)]
    [InlineData("arn:aws:dynamodb:*:123456789012:table/*", true)]
    [InlineData("arn:aws:dynamodb:us-east-1:123456789012:table/Orders", false)] // ARNs have case.
    [InlineData("arn:aws:dynamodb:us-east-1:123456789012:table/order", false)]
    [InlineData("*", true)]
    public void Resources_are_matched_with_wildcards_and_with_case(string resource, bool matches) =>
        Decide(new() { Identity = [Policy($$"""{"Effect":"Allow","Action":"*","Resource":"{{resource}}"}""")] }).Kind
            .ShouldBe(matches ? DecisionKind.Allowed : DecisionKind.ImplicitDeny);

    [Fact]
    public void NotAction_and_NotResource_mean_all_others()
    {
        Decide(new() { Identity = [Policy("""{"Effect":"Allow","NotAction":"iam:*","Resource":"*"}""")] }).Kind.ShouldBe(DecisionKind.Allowed);
        Decide(new() { Identity = [Policy("""{"Effect":"Allow","NotAction":"dynamodb:*","Resource":"*"}""")] }).Kind.ShouldBe(DecisionKind.ImplicitDeny);
        Decide(new() { Identity = [Policy($$"""{"Effect":"Allow","Action":"*","NotResource":"{{Table}}"}""")] }).Kind.ShouldBe(DecisionKind.ImplicitDeny);
    }

    private static (DecisionKind Kind, DecidingPolicy By) Decide(PolicySet set, AuthorizationPrincipal? principal = null, string? resourceAccount = null)
    {
        var decision = PolicyEvaluation.Decide(set, new()
        {
            Principal = principal ?? s_user, Action = "dynamodb:GetItem", Resource = Table, ResourceAccountId = resourceAccount ?? Account,
        });
        return (decision.Kind, decision.By);
    }

    private static NamedPolicy Allow(string action = "dynamodb:*") => Policy($$"""{"Effect":"Allow","Action":"{{action}}","Resource":"*"}""");
    private static NamedPolicy Deny() => Policy("""{"Effect":"Deny","Action":"dynamodb:GetItem","Resource":"*"}""");

    private static NamedPolicy Named(string principal, string effect = "Allow") =>
        Policy($$"""{"Effect":"{{effect}}","Principal":{"AWS":"{{principal}}"},"Action":"dynamodb:*","Resource":"*"}""", PolicyKind.Resource);

    private static NamedPolicy Policy(string statement, PolicyKind kind = PolicyKind.Identity) =>
        new("p", PolicyParser.Parse($$"""{"Version":"2012-10-17","Statement":[{{statement}}]}""", kind));
}
