using Minato.Contracts.CloudFormation;
using Minato.Contracts.Iam;
using Minato.Contracts.Ssm;

namespace Minato.CloudFormation.Tests;

/// <summary>A stack may do what whoever asks for it may do, or what its role may.</summary>
public sealed class GuardTests
{
    private const string Stacks = """{"Effect":"Allow","Action":"cloudformation:*","Resource":"*"}""";
    private const string Parameters = """{"Effect":"Allow","Action":"ssm:*","Resource":"*"}""";
    private const string Template = "Resources: { P: { Type: AWS::SSM::Parameter, Properties: { Name: greeting, Type: String, Value: hello } } }";

    [Fact]
    public void Who_may_make_stacks_may_not_make_what_is_in_them() => CfnWorld.RunGuarded(async w =>
    {
        await BecomeAsync(w, "ann", Stacks);
        await w.CreateAsync(Template);
        (await w.EndAsync()).StackStatus.ShouldBe(StackStatus.RollbackComplete);
        (await FailureAsync(w)).ShouldStartWith(
            $"Resource handler returned message: \"User: arn:aws:iam::{w.Caller.AccountId}:user/ann is not authorized to perform: ssm:PutParameter on resource: "
            + $"arn:aws:ssm:{w.Caller.Region}:{w.Caller.AccountId}:parameter/greeting because no identity-based policy allows the ssm:PutParameter action (Service: Ssm, Status Code: 400, Request ID: ");
        (await FailureAsync(w)).ShouldEndWith("HandlerErrorCode: AccessDenied)");
    });

    [Fact]
    public void Who_may_make_the_resources_too_has_the_stack() => CfnWorld.RunGuarded(async w =>
    {
        await BecomeAsync(w, "ann", Stacks, Parameters);
        await w.MadeAsync(Template);
    });

    [Fact]
    public void An_explicit_deny_reaches_into_stacks() => CfnWorld.RunGuarded(async w =>
    {
        await BecomeAsync(w, "ann", Stacks, Parameters, """{"Effect":"Deny","Action":"ssm:PutParameter","Resource":"*"}""");
        await w.CreateAsync(Template);
        await w.EndAsync();
        (await FailureAsync(w)).ShouldContain("with an explicit deny in an identity-based policy");
    });

    [Fact]
    public void A_stack_with_a_role_has_what_the_role_may_and_no_more() => CfnWorld.RunGuarded(async w =>
    {
        var able = await RoleAsync(w, "able", "cloudformation.amazonaws.com", Parameters);
        var poor = await RoleAsync(w, "poor", "cloudformation.amazonaws.com", Stacks);
        await BecomeAsync(w, "ann", Stacks);
        await w.MadeAsync(Template, "one", r => r with { RoleARN = able });
        await BecomeAsync(w, "bob", Stacks, Parameters);
        await w.CreateAsync(Template.Replace("greeting", "other", StringComparison.Ordinal), "two", r => r with { RoleARN = poor });
        (await w.EndAsync("two")).StackStatus.ShouldBe(StackStatus.RollbackComplete);
        (await FailureAsync(w, "two")).ShouldContain($"User: arn:aws:sts::{w.Caller.AccountId}:assumed-role/poor/AWSCloudFormation is not authorized to perform: ssm:PutParameter");
    });

    [Fact]
    public void A_role_that_does_not_trust_CloudFormation_is_refused() => CfnWorld.RunGuarded(async w =>
    {
        var role = await RoleAsync(w, "stranger", "ec2.amazonaws.com", Parameters);
        (await w.RefusedAsync(() => w.CreateAsync(Template, with: r => r with { RoleARN = role }))).ShouldBe($"Role {role} is invalid or cannot be assumed");
        (await w.RefusedAsync(() => w.CreateAsync(Template, with: r => r with { RoleARN = $"{role}-gone" }))).ShouldBe($"Role {role}-gone is invalid or cannot be assumed");
    });

    // AWS: without a role it is the permissions of whoever asked for this operation that count, not of who made the stack.
    [Fact]
    public void An_update_is_done_with_the_permissions_of_who_asks_for_it() => CfnWorld.RunGuarded(async w =>
    {
        await BecomeAsync(w, "ann", Stacks, Parameters);
        await w.MadeAsync(Template);
        await BecomeAsync(w, "bob", Stacks);
        await w.UpdateAsync(Template.Replace("hello", "bye", StringComparison.Ordinal));
        (await w.EndAsync()).StackStatus.ShouldBe(StackStatus.UpdateRollbackFailed);
        (await w.TellAsync()).ShouldContain(t => t.StartsWith("P UPDATE_FAILED", StringComparison.Ordinal) && t.Contains("user/bob is not authorized", StringComparison.Ordinal));
    });

    [Fact]
    public void What_a_template_refers_to_must_be_readable_for_the_stack() => CfnWorld.RunGuarded(async w =>
    {
        await w.World.Client<ISsm>().PutParameterAsync(new() { Name = "hidden", Value = "x", Type = ParameterType.String }, w.Caller, default);
        const string own = "arn:aws:ssm:*:*:parameter/greeting";
        await BecomeAsync(w, "ann", Stacks, $$"""{"Effect":"Allow","Action":"ssm:*","Resource":"{{own}}"}""");
        await w.CreateAsync(Template.Replace("hello", "'{{resolve:ssm:hidden:1}}'", StringComparison.Ordinal));
        (await w.EndAsync()).StackStatus.ShouldBe(StackStatus.RollbackComplete);
        (await FailureAsync(w)).ShouldContain("not authorized to perform: ssm:GetParameter");
    });

    [Fact]
    public void Policies_know_what_came_through_CloudFormation() => CfnWorld.RunGuarded(async w =>
    {
        const string via = """{"Effect":"Allow","Action":"ssm:*","Resource":"*","Condition":{"ForAnyValue:StringEquals":{"aws:CalledVia":"cloudformation.amazonaws.com"},"Bool":{"aws:ViaAWSService":"true"}}}""";
        await BecomeAsync(w, "ann", Stacks, via);
        await w.MadeAsync(Template);
    });

    private static async Task BecomeAsync(CfnWorld w, string user, params string[] statements)
    {
        var iam = w.World.Client<IIam>();
        await iam.CreateUserAsync(new() { UserName = user }, w.World.Caller, default);
        await iam.PutUserPolicyAsync(new() { UserName = user, PolicyName = "p", PolicyDocument = Policy(statements) }, w.World.Caller, default);
        w.Caller = w.World.Caller with { PrincipalArn = $"arn:aws:iam::{w.World.Caller.AccountId}:user/{user}" };
    }

    private static async Task<string> RoleAsync(CfnWorld w, string name, string service, params string[] statements)
    {
        var iam = w.World.Client<IIam>();
        var trust = Policy($$"""{"Effect":"Allow","Principal":{"Service":"{{service}}"},"Action":"sts:AssumeRole"}""");
        var role = await iam.CreateRoleAsync(new() { RoleName = name, AssumeRolePolicyDocument = trust }, w.World.Caller, default);
        await iam.PutRolePolicyAsync(new() { RoleName = name, PolicyName = "p", PolicyDocument = Policy(statements) }, w.World.Caller, default);
        return role.Role.Arn;
    }

    private static string Policy(params string[] statements) => $$"""{"Version":"2012-10-17","Statement":[{{string.Join(',', statements)}}]}""";

    private static async Task<string> FailureAsync(CfnWorld w, string name = "demo") =>
        (await w.EventsAsync(name)).First(e => e.ResourceStatus is ResourceStatus.CreateFailed).ResourceStatusReason ?? "";
}
