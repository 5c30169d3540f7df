using System.Collections.Immutable;
using Minato.Aws.Authorization;
using Minato.Contracts.Ecs;

namespace Minato.Aws.Tests.Authorization;

/// <summary>Each key that conditions can ask about, by a policy that allows only with its value.</summary>
public sealed class ContextKeyTests
{
    private const string Cluster = "arn:aws:ecs:eu-west-1:123456789012:cluster/prod";
    private static readonly CreateServiceRequest s_request = new()
    {
        ServiceName = "web", Cluster = "prod", TaskDefinition = "web:3", EnableExecuteCommand = true, Tags = [new() { Key = "Team", Value = "blue" }, new() { Key = "Cost", Value = "1" }],
    };

    [Theory]
    [InlineData("StringEquals", "aws:PrincipalArn", "arn:aws:iam::123456789012:user/team/ann")]
    [InlineData("StringEquals", "aws:PrincipalAccount", "123456789012")]
    [InlineData("StringEquals", "aws:PrincipalType", "User")]
    [InlineData("StringEquals", "aws:PrincipalTag/team", "blue")]
    [InlineData("StringEquals", "aws:username", "ann")]
    [InlineData("StringEquals", "aws:userid", "AIDAANN")]
    [InlineData("IpAddress", "aws:SourceIp", "10.0.0.0/8")]
    [InlineData("StringLike", "aws:UserAgent", "aws-cli/*")]
    [InlineData("StringEquals", "aws:RequestedRegion", "eu-west-1")]
    [InlineData("Bool", "aws:SecureTransport", "true")]
    [InlineData("Bool", "aws:ViaAWSService", "false")]
    [InlineData("Bool", "aws:PrincipalIsAWSService", "false")]
    [InlineData("DateGreaterThan", "aws:CurrentTime", "2026-05-04T11:59:59Z")]
    [InlineData("NumericGreaterThan", "aws:EpochTime", "1777000000")]
    [InlineData("Null", "aws:MultiFactorAuthPresent", "true")]
    [InlineData("Null", "aws:TokenIssueTime", "true")]
    [InlineData("StringEquals", "aws:RequestTag/Team", "blue")]
    [InlineData("ForAllValues:StringEquals", "aws:TagKeys", "Team,Cost")]
    [InlineData("StringEquals", "aws:ResourceTag/stage", "prod")]
    [InlineData("StringEquals", "ecs:ResourceTag/stage", "prod")]
    [InlineData("StringEquals", "aws:ResourceAccount", "123456789012")]
    [InlineData("ArnEquals", "ecs:cluster", Cluster)]
    [InlineData("ArnEquals", "ecs:task-definition", "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:3")]
    [InlineData("Bool", "ecs:enable-execute-command", "true")]
    public void A_key_has_its_value(string test, string key, string values)
    {
        var asked = Asked.With(Allow(test, key, values));
        asked.Policies = asked.Policies with { Tags = ImmutableDictionary<string, string>.Empty.Add("Team", "blue") };
        asked.Resource = new("arn:aws:ecs:eu-west-1:123456789012:service/prod/web") { Tags = ImmutableDictionary<string, string>.Empty.Add("stage", "prod") };
        asked.Allows("ecs", s_request).ShouldBeTrue();
        var otherwise = Asked.With(Allow(test.Replace("Null", "Bool", StringComparison.Ordinal), key, test switch
        {
            "Bool" => values is "true" ? "false" : "true", "IpAddress" => "192.0.2.0/24", "DateGreaterThan" => "2026-05-04T12:00:01Z", "NumericGreaterThan" => "9999999999", _ => "other",
        }));
        otherwise.Policies = asked.Policies with { Identity = otherwise.Policies.Identity };
        otherwise.Resource = asked.Resource;
        otherwise.Allows("ecs", s_request).ShouldBeFalse();
    }

    [Theory]
    [InlineData("StringEquals", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/web")]
    [InlineData("StringEquals", "aws:PrincipalType", "AssumedRole")]
    [InlineData("StringEquals", "aws:userid", "AROAWEB:task")]
    [InlineData("Null", "aws:username", "true")]
    [InlineData("Bool", "aws:MultiFactorAuthPresent", "false")]
    [InlineData("DateLessThan", "aws:TokenIssueTime", "2026-05-04T12:00:00Z")]
    public void A_session_of_a_role_has_its_own(string test, string key, string values) => Asked.With(Allow(test, key, values)).Allows("ecs", s_request, Asked.Session).ShouldBeTrue();

    [Fact]
    public void A_key_that_nobody_knows_has_no_value() => Asked.With(Allow("Null", "aws:SourceVpce", "true")).Allows("ecs", s_request).ShouldBeTrue();

    [Fact]
    public void A_variable_stands_for_a_value_of_the_request()
    {
        var asked = Asked.With("""{"Effect":"Allow","Action":"ecs:*","Resource":"arn:aws:ecs:*:*:cluster/${aws:username}"}""");
        asked.Allows("ecs", new DeleteClusterRequest { Cluster = "ann" }).ShouldBeTrue();
        asked.Allows("ecs", new DeleteClusterRequest { Cluster = "bob" }).ShouldBeFalse();
    }

    [Theory, InlineData("aws:SourceAccount", "123456789012"), InlineData("aws:SourceArn", "arn:aws:ecs:eu-west-1:123456789012:task/prod/1"), InlineData("aws:PrincipalServiceName", "ecs-tasks.amazonaws.com")]
    public void A_service_says_for_whom_it_asks(string key, string value) => CallerKeys.Values(
        Caller.ForService("123456789012", "eu-west-1", "ecs-tasks.amazonaws.com") with { SourceArn = "arn:aws:ecs:eu-west-1:123456789012:task/prod/1" }, Asked.Noon, key).ShouldBe([value]);

    private static string Allow(string test, string key, string values) =>
        $$$"""{"Effect":"Allow","Action":"ecs:*","Resource":"*","Condition":{"{{{test}}}":{"{{{key}}}":[{{{string.Join(',', values.Split(',').Select(v => $"\"{v}\""))}}}]} } }""";
}
