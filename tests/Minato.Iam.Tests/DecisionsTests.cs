using System.Text.Json;
using Minato.Aws;
using Minato.Aws.Authorization;
using Minato.Aws.Policies;
using Minato.Iam.Authorization;
using Minato.Iam.Planning;

namespace Minato.Iam.Tests;

/// <summary>The least policy of what was done, and why a call was denied.</summary>
public sealed class DecisionsTests
{
    private static readonly Caller Session = new()
    {
        AccountId = "123456789012", Region = "eu-west-1", PrincipalArn = "arn:aws:sts::123456789012:assumed-role/web/task", RequestId = "r1",
        Session = new() { IssuedAt = DateTimeOffset.UnixEpoch, RoleArn = "arn:aws:iam::123456789012:role/team/web" },
    };

    [Fact]
    public void Actions_on_the_same_resources_make_one_statement() => Suggested(("s3:PutObject", "arn:aws:s3:::b/a"), ("s3:GetObject", "arn:aws:s3:::b/a"), ("ecs:ListClusters", "*"))
        .ShouldBe("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ecs:ListClusters","Resource":"*"},{"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":"arn:aws:s3:::b/a"}]}""");

    [Fact]
    public void Many_resources_of_a_family_become_a_star() => Suggested([.. Enumerable.Range(1, 4).Select(i => ("ecs:StopTask", $"arn:aws:ecs:eu-west-1:1:task/prod/{i}")), ("ecs:StopTask", "arn:aws:ecs:eu-west-1:1:task/test/9")])
        .ShouldContain("""["arn:aws:ecs:eu-west-1:1:task/prod/*","arn:aws:ecs:eu-west-1:1:task/test/9"]""");

    // The suggestion is a policy, and what was done passes it.
    [Fact]
    public void A_suggested_policy_allows_what_was_done()
    {
        (string Action, string Resource)[] used = [.. Enumerable.Range(1, 9).Select(i => ("logs:PutLogEvents", $"arn:aws:logs:eu-west-1:1:log-group:/ecs/web:log-stream:{i}")), ("sqs:x", "*")];
        var policy = PolicyParser.Parse(Suggested(used), PolicyKind.Identity);
        foreach (var (action, resource) in used)
            policy.Find(allows: true, new() { Principal = AuthorizationPrincipal.Of(Session), Action = action, Resource = resource }).ShouldNotBeNull();
        policy.Find(allows: true, new() { Principal = AuthorizationPrincipal.Of(Session), Action = "logs:PutLogEvents", Resource = "arn:aws:logs:eu-west-1:1:log-group:/ecs/other:log-stream:1" }).ShouldBeNull();
    }

    [Fact]
    public void A_denied_call_says_which_statement_decided()
    {
        var decisions = new Decisions(TimeProvider.System);
        var statement = PolicyParser.Parse("""
            {"Version":"2012-10-17","Statement":[
              {"Sid":"NoWrites","Effect":"Deny","Action":"s3:Put*","Resource":"*"}]}
            """, PolicyKind.Identity).Statements[0];
        decisions.Note(Session, [new("s3:PutObject", "arn:aws:s3:::b/a", new(DecisionKind.ExplicitDeny, DecidingPolicy.Identity, [("role_web_p", statement)]))]);
        decisions.Note(Session, [new("s3:GetObject", "arn:aws:s3:::b/a", new(DecisionKind.ImplicitDeny, DecidingPolicy.Boundary, []))]);
        decisions.Denied("web").Select(d => d.Why).ShouldBe(["no permissions boundary allows it", "statement NoWrites in line 2 of role_web_p (policy of the principal) denies it"]);
        decisions.Denied("other").ShouldBeEmpty();
        decisions.Used("web", DateTimeOffset.UnixEpoch).Select(u => u.Action).Order().ShouldBe(["s3:GetObject", "s3:PutObject"]);
    }

    [Fact]
    public void What_is_kept_has_a_bound()
    {
        var decisions = new Decisions(TimeProvider.System);
        for (var i = 0; i < 5000; i++) decisions.Note(Session, [new("s3:GetObject", $"arn:aws:s3:::b/{i}", new(DecisionKind.ImplicitDeny, DecidingPolicy.Identity, []))]);
        decisions.Denied(null).Count().ShouldBe(500);
        decisions.Used("web", DateTimeOffset.UnixEpoch).Length.ShouldBe(2000);
    }

    private static string Suggested(params (string Action, string Resource)[] used) =>
        JsonSerializer.Serialize(JsonDocument.Parse(LeastPrivilege.Suggest(used.Select(u => new UsedAction(u.Action, u.Resource, DateTimeOffset.UnixEpoch)))).RootElement);
}
