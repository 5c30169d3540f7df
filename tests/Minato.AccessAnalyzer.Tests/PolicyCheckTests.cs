using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Accessanalyzer;

namespace Minato.AccessAnalyzer.Tests;

/// <summary>What is wrong with a policy, by the codes of AWS's reference of checks.</summary>
public sealed class PolicyCheckTests
{
    private static readonly IAccessanalyzer s_analyzer = new ServiceCollection().AddSingleton(new PageTokens("secret"u8)).AddAccessAnalyzer().BuildServiceProvider().GetRequiredService<IAccessanalyzer>();
    private static readonly Caller s_caller = new() { AccountId = "123456789012", Region = "eu-west-1", PrincipalArn = "arn:aws:iam::123456789012:root" };

    [Theory]
    [InlineData("""{"Effect":"Allow","Action":"ecs:RunTask","Resource":"*"}""", "")]
    [InlineData("""{"Action":"ecs:RunTask","Resource":"*"}""", "MISSING_EFFECT")]
    [InlineData("""{"Effect":"Perhaps","Action":"ecs:RunTask","Resource":"*"}""", "INVALID_EFFECT")]
    [InlineData("""{"Effect":"Allow","Resource":"*"}""", "MISSING_ACTION")]
    [InlineData("""{"Effect":"Allow","Action":"ecs:RunTask"}""", "MISSING_RESOURCE")]
    [InlineData("""{"Effect":"Allow","Action":"ecs:RunTask","NotAction":"s3:*","Resource":"*"}""", "UNSUPPORTED_ELEMENT_COMBINATION")]
    [InlineData("""{"Effect":"Allow","Action":"ecs:RunTask","Resource":"*","Principal":"*"}""", "UNSUPPORTED_PRINCIPAL")]
    [InlineData("""{"Effect":"Allow","Action":"ecs:RunTask","Resource":"*","Why":"x"}""", "INVALID_POLICY_ELEMENT")]
    [InlineData("""{"Sid":"a b","Effect":"Allow","Action":"ecs:RunTask","Resource":"*"}""", "UNSUPPORTED_SID")]
    [InlineData("""{"Effect":"Allow","Action":"ecs:RunTask","Resource":"bucket"}""", "INVALID_ARN_PREFIX")]
    [InlineData("""{"Effect":"Allow","Action":"ecs:RunTask","Resource":"*","Condition":{"StringIs":{"aws:username":"ann"}}}""", "INVALID_CONDITION_OPERATOR")]
    [InlineData("""{"Effect":"Allow","Action":"ecs:RunTask","Resource":"*","Condition":{"NullIfExists":{"aws:username":"true"}}}""", "NULL_WITH_IF_EXISTS")]
    [InlineData("""{"Effect":"Allow","Action":"ecs:RunTask","Resource":"*","Condition":{"ForAnyValue:StringLikeIfExists":{"aws:TagKeys":"a*"}}}""", "")]
    [InlineData("""{"Effect":"Allow","Action":[],"Resource":"*"}""", "EMPTY_ARRAY_ACTION")]
    [InlineData("""{"Effect":"Allow","Action":["ecs:*","ecs:RunTask"],"Resource":"*"}""", "REDUNDANT_ACTION")]
    [InlineData("""{"Effect":"Allow","Action":"iam:PassRole","Resource":"*"}""", "PASS_ROLE_WITH_STAR_IN_RESOURCE")]
    [InlineData("""{"Effect":"Allow","Action":"*","Resource":"*"}""", "PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE")]
    [InlineData("""{"Effect":"Allow","Action":"iam:PassRole","Resource":"*","Condition":{"StringEquals":{"iam:PassedToService":"ecs-tasks.amazonaws.com"}}}""", "")]
    [InlineData("""{"Effect":"Deny","Action":"*","Resource":"*"}""", "")]
    [InlineData("""7""", "DATA_TYPE_MISMATCH")]
    [InlineData("""{"Sid":"a","Effect":"Allow","Action":"ecs:RunTask","Resource":"*"},{"Sid":"a","Effect":"Deny","Action":"ecs:RunTask","Resource":"*"}""", "UNIQUE_SIDS_REQUIRED")]
    public async Task A_statement_of_an_identity_policy(string statement, string codes) =>
        string.Join(',', (await FindAsync($$"""{"Version":"2012-10-17","Statement":[{{statement}}]}""")).Select(f => f.IssueCode)).ShouldBe(codes);

    [Theory]
    [InlineData("""{"Version":"2013-10-17","Statement":[]}""", "INVALID_VERSION")]
    [InlineData("""{"Statement":[]}""", "MISSING_VERSION")]
    [InlineData("""{"Version":"2012-10-17"}""", "MISSING_STATEMENT")]
    [InlineData("""{"Version":"2012-10-17","Statement":[],"Extra":1}""", "INVALID_POLICY_ELEMENT")]
    [InlineData("""[]""", "DATA_TYPE_MISMATCH")]
    public async Task A_document(string text, string codes) => string.Join(',', (await FindAsync(text)).Select(f => f.IssueCode)).ShouldBe(codes);

    [Fact]
    public async Task Broken_JSON_is_told_with_its_place()
    {
        var finding = (await FindAsync("{\n \"Version\" }")).ShouldHaveSingleItem();
        (finding.IssueCode, finding.FindingType).ShouldBe(("JSON_SYNTAX_ERROR", ValidatePolicyFindingType.Error));
        finding.FindingDetails.ShouldStartWith("Fix the JSON syntax error at index ");
        finding.Locations[0].Span.Start.Line.ShouldBe(2);
    }

    [Fact]
    public async Task A_finding_names_the_path_and_the_place_of_what_it_is_about()
    {
        var finding = (await FindAsync("{\"Version\":\"2012-10-17\",\n\"Statement\":[{\"Effect\":\"No\",\"Action\":\"a:b\",\"Resource\":\"*\"}]}")).ShouldHaveSingleItem();
        finding.Locations[0].Path.Select(p => p.Value ?? p.Key ?? $"{p.Index}").ShouldBe(["Statement", "0", "Effect"]);
        var span = finding.Locations[0].Span;
        (span.Start.Line, span.Start.Column, span.Start.Offset, span.End.Column).ShouldBe((2, 23, 48, 27));
    }

    [Theory]
    [InlineData("""{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}""", null, "MISSING_PRINCIPAL")]
    [InlineData("""{"Effect":"Allow","NotPrincipal":{"AWS":"123456789012"},"Action":"s3:GetObject","Resource":"*"}""", null, "ALLOW_WITH_NOT_PRINCIPAL")]
    [InlineData("""{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}""", ValidatePolicyResourceType.AWSIAMAssumeRolePolicyDocument, "")]
    [InlineData("""{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole","Resource":"*"}""", ValidatePolicyResourceType.AWSIAMAssumeRolePolicyDocument,
        "ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE")]
    public async Task A_statement_of_a_resource_policy(string statement, ValidatePolicyResourceType? of, string codes) =>
        string.Join(',', (await FindAsync($$"""{"Version":"2012-10-17","Statement":[{{statement}}]}""", PolicyType.ResourcePolicy, of)).Select(f => f.IssueCode)).ShouldBe(codes);

    [Fact]
    public async Task Findings_come_in_pages()
    {
        const string text = """{"Statement":[{}]}""";
        var all = await FindAsync(text);
        var first = await s_analyzer.ValidatePolicyAsync(new() { PolicyDocument = text, PolicyType = PolicyType.IdentityPolicy, MaxResults = 1 }, s_caller, default);
        var rest = await s_analyzer.ValidatePolicyAsync(new() { PolicyDocument = text, PolicyType = PolicyType.IdentityPolicy, NextToken = first.NextToken }, s_caller, default);
        (first.Findings.Length, rest.Findings.Length, rest.NextToken).ShouldBe((1, all.Count - 1, null));
    }

    private static async Task<List<ValidatePolicyFinding>> FindAsync(string text, PolicyType type = PolicyType.IdentityPolicy, ValidatePolicyResourceType? of = null) =>
        [.. (await s_analyzer.ValidatePolicyAsync(new() { PolicyDocument = text, PolicyType = type, ValidatePolicyResourceType = of }, s_caller, default)).Findings];
}
