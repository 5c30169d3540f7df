using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Platform;

namespace Minato.Iam.Tests;

public sealed class SimulationTests : IAsyncLifetime
{
    private const string ReadOnly = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ecs:Describe*","Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}}]}""";
    private static readonly Caller Root = new() { AccountId = "123456789012", Region = "eu-west-1", PrincipalArn = "arn:aws:iam::123456789012:root" };
    private readonly ServiceProvider _services = new ServiceCollection()
        .AddSingleton(new PageTokens("secret"u8)).AddPlatform().AddIam(Root.AccountId, "AKIAROOT", "secret").BuildServiceProvider();
    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private IIam Iam => _services.GetRequiredService<IIam>();

    public async ValueTask InitializeAsync()
    {
        await _services.GetRequiredService<PlatformHost>().StartAsync(Ct);
        await Iam.CreateUserAsync(new() { UserName = "ann" }, Root, Ct);
        await Iam.PutUserPolicyAsync(new() { UserName = "ann", PolicyName = "read", PolicyDocument = ReadOnly }, Root, Ct);
    }

    public async ValueTask DisposeAsync() => await _services.DisposeAsync();

    [Fact]
    public async Task A_user_is_asked_about_with_all_its_policies()
    {
        var answer = await Iam.SimulatePrincipalPolicyAsync(new()
        {
            PolicySourceArn = "arn:aws:iam::123456789012:user/ann", ActionNames = ["ecs:DescribeTasks", "ecs:RunTask"],
            ContextEntries = [new() { ContextKeyName = "aws:RequestedRegion", ContextKeyType = ContextKeyTypeEnum.String, ContextKeyValues = ["eu-west-1"] }],
        }, Root, Ct);
        var results = answer.EvaluationResults ?? [];
        results.Select(r => (r.EvalActionName, r.EvalDecision)).ShouldBe(
            [("ecs:DescribeTasks", PolicyEvaluationDecisionType.Allowed), ("ecs:RunTask", PolicyEvaluationDecisionType.ImplicitDeny)]);
        var matched = results[0].MatchedStatements.ShouldNotBeNull().ShouldHaveSingleItem();
        (matched.SourcePolicyId, matched.SourcePolicyType).ShouldBe(("user_ann_read", PolicySourceType.User));
    }

    [Fact]
    public async Task Keys_that_policies_ask_for_and_nobody_gave_are_told()
    {
        var answer = await Iam.SimulateCustomPolicyAsync(new() { PolicyInputList = [ReadOnly], ActionNames = ["ecs:DescribeTasks"], CallerArn = "arn:aws:iam::123456789012:user/ann" }, Root, Ct);
        var result = (answer.EvaluationResults ?? []).ShouldHaveSingleItem();
        result.EvalDecision.ShouldBe(PolicyEvaluationDecisionType.ImplicitDeny);
        result.MissingContextValues.ShouldNotBeNull().ShouldBe(["aws:RequestedRegion"]);
        (await Iam.GetContextKeysForPrincipalPolicyAsync(new() { PolicySourceArn = "arn:aws:iam::123456789012:user/ann" }, Root, Ct))
            .ContextKeyNames.ShouldNotBeNull().ShouldBe(["aws:RequestedRegion"]);
    }

    [Fact]
    public async Task Results_come_in_pages()
    {
        var request = new SimulateCustomPolicyRequest
        {
            PolicyInputList = [ReadOnly], ActionNames = ["ecs:RunTask", "ecs:StopTask", "ecs:ListTasks"], CallerArn = "arn:aws:iam::123456789012:user/ann", MaxItems = 2,
        };
        var first = await Iam.SimulateCustomPolicyAsync(request, Root, Ct);
        var second = await Iam.SimulateCustomPolicyAsync(request with { Marker = first.Marker }, Root, Ct);
        (first.EvaluationResults ?? []).Concat(second.EvaluationResults ?? []).Select(r => r.EvalActionName).ShouldBe(["ecs:RunTask", "ecs:StopTask", "ecs:ListTasks"]);
        second.IsTruncated.ShouldBe(false);
    }

    [Fact]
    public async Task Who_does_not_exist_and_what_is_no_policy_is_refused()
    {
        await Should.ThrowAsync<NoSuchEntityException>(() => Iam.SimulatePrincipalPolicyAsync(new() { PolicySourceArn = "arn:aws:iam::123456789012:user/bob", ActionNames = ["ecs:RunTask"] }, Root, Ct));
        await Should.ThrowAsync<InvalidInputException>(() => Iam.SimulateCustomPolicyAsync(new() { PolicyInputList = ["{}"], ActionNames = ["ecs:RunTask"] }, Root, Ct));
        await Should.ThrowAsync<MalformedPolicyDocumentException>(() => Iam.PutUserPolicyAsync(new() { UserName = "ann", PolicyName = "p", PolicyDocument = "{}" }, Root, Ct));
    }
}
