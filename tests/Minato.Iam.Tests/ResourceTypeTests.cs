using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Aws.Templates;
using Minato.Testing;
using Minato.Testing.Templates;

namespace Minato.Iam.Tests;

public sealed class ResourceTypeTests
{
    private const string Trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";
    private const string Document = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:GetObject"],"Resource":"*"}]}""";

    [Fact]
    public void A_role_has_a_life_with_its_policies_and_its_ref_is_its_name() => Run(async types =>
    {
        var role = await types.CreateAsync("AWS::IAM::Role", $$"""
            {"RoleName":"task","AssumeRolePolicyDocument":{{Trust}},"Description":"of tasks","MaxSessionDuration":"7200","Policies":[{"PolicyName":"read","PolicyDocument":{{Document}}}],
             "ManagedPolicyArns":["arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"],"Tags":[{"Key":"a","Value":"1"}]}
            """);
        role.Id.ShouldBe("task");
        role.GetAtt("Arn").ShouldBe("arn:aws:iam::123456789012:role/task");
        role.GetAtt("RoleId").ShouldStartWith("AROA");
        role = await types.UpdateAsync(role, $$"""{"RoleName":"task","AssumeRolePolicyDocument":{{Trust}},"Policies":[{"PolicyName":"other","PolicyDocument":{{Document}}}]}""");
        await types.DeleteAsync(role);
        types.FaultsOfSchemas().ShouldBeEmpty();
    });

    [Fact]
    public void A_policy_is_put_on_its_roles_and_users_and_taken_from_those_it_leaves() => Run(async types =>
    {
        foreach (var name in (string[])["one", "two"]) await types.CreateAsync("AWS::IAM::Role", $$"""{"RoleName":"{{name}}","AssumeRolePolicyDocument":{{Trust}}}""", name);
        await types.CreateAsync("AWS::IAM::User", """{"UserName":"ann"}""", "Ann");
        var policy = await types.CreateAsync("AWS::IAM::Policy", $$"""{"PolicyName":"p","PolicyDocument":{{Document}},"Roles":["one"],"Users":["ann"]}""", "Policy");
        policy = await types.UpdateAsync(policy, $$"""{"PolicyName":"q","PolicyDocument":{{Document}},"Roles":["two"]}""");
        await types.DeleteAsync(policy);
    });

    [Fact]
    public void A_policy_on_nobody_is_refused() => Run(async types => (await types.TryCreateAsync("AWS::IAM::Policy", $$"""{"PolicyName":"p","PolicyDocument":{{Document}}}"""))
        .ShouldBeOfType<ResourceProgress.Failed>().Message.ShouldContain("At least one of [Groups,Roles,Users] must be non-empty."));

    [Fact]
    public void A_managed_policy_has_a_life_and_its_ref_is_its_arn() => Run(async types =>
    {
        await types.CreateAsync("AWS::IAM::Role", $$"""{"RoleName":"one","AssumeRolePolicyDocument":{{Trust}}}""", "Role");
        var policy = await types.CreateAsync("AWS::IAM::ManagedPolicy", $$"""{"ManagedPolicyName":"mine","PolicyDocument":{{Document}},"Roles":["one"]}""");
        policy.Id.ShouldBe("arn:aws:iam::123456789012:policy/mine");
        policy.GetAtt("PolicyArn").ShouldBe(policy.Id);
        policy = await types.UpdateAsync(policy, $$"""{"ManagedPolicyName":"mine","PolicyDocument":{{Document}}}""");
        await types.DeleteAsync(policy);
    });

    [Fact]
    public void A_user_and_a_key_have_a_life_and_the_secret_is_told_once() => Run(async types =>
    {
        var user = await types.CreateAsync("AWS::IAM::User", $$"""{"UserName":"ann","Policies":[{"PolicyName":"read","PolicyDocument":{{Document}}}]}""");
        user.GetAtt("Arn").ShouldBe("arn:aws:iam::123456789012:user/ann");
        user = await types.UpdateAsync(user, """{"UserName":"ann","Tags":[{"Key":"a","Value":"1"}]}""");
        var made = (await types.TryCreateAsync("AWS::IAM::AccessKey", """{"UserName":"ann"}""", "Key")).ShouldBeOfType<ResourceProgress.Done>();
        made.Model.Attributes["SecretAccessKey"]?.ToString().Length.ShouldBe(40);
        var key = new DrivenResource(types.Of("AWS::IAM::AccessKey"), "Key", made.PhysicalResourceId ?? "", made.Model.Attributes, new() { ["UserName"] = "ann" });
        (await types.ReadAsync(key)).ShouldNotBeNull().Attributes.ShouldBeEmpty();
        key = await types.UpdateAsync(key, """{"UserName":"ann","Status":"Inactive"}""");
        await types.DeleteAsync(key);
        await types.DeleteAsync(user);
    });

    [Theory]
    [InlineData("Role")]
    [InlineData("User")]
    public void A_policy_of_one_principal_has_a_life(string kind) => Run(async types =>
    {
        await types.CreateAsync($"AWS::IAM::{kind}", kind is "Role" ? $$"""{"RoleName":"x","AssumeRolePolicyDocument":{{Trust}}}""" : """{"UserName":"x"}""", "Principal");
        var policy = await types.CreateAsync($"AWS::IAM::{kind}Policy", $$"""{"PolicyName":"p","{{kind}}Name":"x","PolicyDocument":{{Document}}}""");
        policy.Id.ShouldBe("p|x");
        await types.DeleteAsync(policy);
    });

    private static void Run(Func<TypeDriver, Task> test) => World.Run(1, world => test(TypeDriver.In(world)),
        services => services.AddSingleton(new PageTokens("a secret of the test"u8)).AddIam(World.AccountId, "AKIAROOT", "secret"));
}
