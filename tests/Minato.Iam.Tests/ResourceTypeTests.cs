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
    public void Another_document_of_a_managed_policy_is_another_version_and_the_sixth_takes_the_place_of_the_oldest() => Run(async types =>
    {
        var policy = await types.CreateAsync("AWS::IAM::ManagedPolicy", $$"""{"ManagedPolicyName":"mine","PolicyDocument":{{Document}}}""");
        for (var i = 2; i <= 7; i++)
        {
            policy = await types.UpdateAsync(policy, $$"""{"ManagedPolicyName":"mine","PolicyDocument":{{Document.Replace("GetObject", $"Get{i}", StringComparison.Ordinal)}}}""");
            policy.GetAtt("DefaultVersionId").ShouldBe($"v{i}");
        }
        await types.DeleteAsync(policy);
    });

    [Fact]
    public void A_group_has_a_life_with_its_policies_and_its_ref_is_its_name() => Run(async types =>
    {
        var group = await types.CreateAsync("AWS::IAM::Group", $$"""
            {"GroupName":"crew","Path":"/a/","ManagedPolicyArns":["arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"],"Policies":[{"PolicyName":"read","PolicyDocument":{{Document}}}]}
            """);
        (group.Id, group.GetAtt("Arn")).ShouldBe(("crew", "arn:aws:iam::123456789012:group/a/crew"));
        group = await types.UpdateAsync(group, $$"""{"GroupName":"crew","Path":"/b/","Policies":[{"PolicyName":"other","PolicyDocument":{{Document}}}]}""");
        group.GetAtt("Arn").ShouldBe("arn:aws:iam::123456789012:group/b/crew");
        await types.DeleteAsync(group);
    });

    [Fact]
    public void Users_are_added_to_a_group_beside_those_that_are_there() => Run(async types =>
    {
        await types.CreateAsync("AWS::IAM::Group", """{"GroupName":"crew"}""", "Group");
        foreach (var name in (string[])["ann", "bob"]) await types.CreateAsync("AWS::IAM::User", $$"""{"UserName":"{{name}}"}""", name);
        var cid = await types.CreateAsync("AWS::IAM::User", """{"UserName":"cid","Groups":["crew"]}""", "cid");
        var added = await types.CreateAsync("AWS::IAM::UserToGroupAddition", """{"GroupName":"crew","Users":["ann","bob"]}""");
        added = await types.UpdateAsync(added, """{"GroupName":"crew","Users":["bob"]}""");
        await types.DeleteAsync(added);
        (await types.ReadAsync(cid)).ShouldNotBeNull().Properties["Groups"]?.ToJsonString().ShouldBe("""["crew"]""");
        await types.DeleteAsync(cid);
    });

    [Fact]
    public void A_user_has_a_login_a_boundary_and_a_path_and_loses_them() => Run(async types =>
    {
        var boundary = await types.CreateAsync("AWS::IAM::ManagedPolicy", $$"""{"ManagedPolicyName":"edge","PolicyDocument":{{Document}}}""", "Edge");
        var user = await types.CreateAsync("AWS::IAM::User", $$"""{"UserName":"ann","LoginProfile":{"Password":"Correct-Horse-1","PasswordResetRequired":true},"PermissionsBoundary":"{{boundary.Id}}"}""");
        user = await types.UpdateAsync(user, """{"UserName":"ann","Path":"/crew/","LoginProfile":{"Password":"Correct-Horse-2"}}""");
        user.GetAtt("Arn").ShouldBe("arn:aws:iam::123456789012:user/crew/ann");
        (await types.ReadAsync(user)).ShouldNotBeNull().Properties["PermissionsBoundary"].ShouldBeNull();
        user = await types.UpdateAsync(user, """{"UserName":"ann"}""");
        await types.DeleteAsync(user);
        await types.DeleteAsync(boundary);
    });

    [Fact]
    public void The_boundary_of_a_role_is_changed_in_place() => Run(async types =>
    {
        var boundary = await types.CreateAsync("AWS::IAM::ManagedPolicy", $$"""{"ManagedPolicyName":"edge","PolicyDocument":{{Document}}}""", "Edge");
        var role = await types.CreateAsync("AWS::IAM::Role", $$"""{"RoleName":"task","AssumeRolePolicyDocument":{{Trust}}}""");
        role = await types.UpdateAsync(role, $$"""{"RoleName":"task","AssumeRolePolicyDocument":{{Trust}},"PermissionsBoundary":"{{boundary.Id}}"}""");
        role = await types.UpdateAsync(role, $$"""{"RoleName":"task","AssumeRolePolicyDocument":{{Trust}}}""");
        (await types.ReadAsync(role)).ShouldNotBeNull().Properties["PermissionsBoundary"].ShouldBeNull();
        await types.DeleteAsync(role);
    });

    [Fact]
    public void An_instance_profile_has_one_role_at_a_time() => Run(async types =>
    {
        foreach (var name in (string[])["one", "two"]) await types.CreateAsync("AWS::IAM::Role", $$"""{"RoleName":"{{name}}","AssumeRolePolicyDocument":{{Trust}}}""", name);
        var profile = await types.CreateAsync("AWS::IAM::InstanceProfile", """{"InstanceProfileName":"machines","Roles":["one"]}""");
        (profile.Id, profile.GetAtt("Arn")).ShouldBe(("machines", "arn:aws:iam::123456789012:instance-profile/machines"));
        profile = await types.UpdateAsync(profile, """{"InstanceProfileName":"machines","Roles":["two"]}""");
        await types.DeleteAsync(profile);
    });

    [Fact]
    public void A_service_linked_role_has_a_life_and_its_ref_is_its_name() => Run(async types =>
    {
        var role = await types.CreateAsync("AWS::IAM::ServiceLinkedRole", """{"AWSServiceName":"ecs.amazonaws.com","Description":"mine"}""");
        (role.Id, role.GetAtt("RoleName")).ShouldBe(("AWSServiceRoleForECS", "AWSServiceRoleForECS"));
        await types.DeleteAsync(role);
    });

    [Fact]
    public void Identity_providers_have_a_life_and_their_refs_are_their_arns() => Run(async types =>
    {
        var oidc = await types.CreateAsync("AWS::IAM::OIDCProvider", $$"""{"Url":"https://id.example.com/x","ClientIdList":["a"],"ThumbprintList":["{{new string('a', 40)}}"],"Tags":[{"Key":"a","Value":"1"}]}""");
        (oidc.Id, oidc.GetAtt("Arn")).ShouldBe(("arn:aws:iam::123456789012:oidc-provider/id.example.com/x", oidc.Id));
        oidc = await types.UpdateAsync(oidc, $$"""{"Url":"https://id.example.com/x","ClientIdList":["b"],"ThumbprintList":["{{new string('b', 40)}}"]}""");
        await types.DeleteAsync(oidc);
        var saml = await types.CreateAsync("AWS::IAM::SAMLProvider", $$"""{"Name":"corp","SamlMetadataDocument":"{{Metadata("one")}}","Tags":[{"Key":"a","Value":"1"}]}""");
        (saml.Id, saml.GetAtt("Arn")).ShouldBe(("arn:aws:iam::123456789012:saml-provider/corp", saml.Id));
        saml.GetAtt("SamlProviderUUID").ShouldNotBeEmpty();
        saml = await types.UpdateAsync(saml, $$"""{"Name":"corp","SamlMetadataDocument":"{{Metadata("two")}}","Tags":[{"Key":"b","Value":"2"}]}""");
        (await types.TryCreateAsync("AWS::IAM::SAMLProvider", saml.Properties.ToJsonString(), "Twice")).ShouldBeOfType<ResourceProgress.Failed>().Code.ShouldBe("AlreadyExists");
        await types.DeleteAsync(saml);

        static string Metadata(string entity) => $"<EntityDescriptor xmlns='urn:oasis:names:tc:SAML:2.0:metadata' entityID='https://id.example.com/{entity}'><!--{new string('x', 1000)}--></EntityDescriptor>";
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
    [InlineData("Group")]
    public void A_policy_of_one_principal_has_a_life(string kind) => Run(async types =>
    {
        await types.CreateAsync($"AWS::IAM::{kind}", kind is "Role" ? $$"""{"RoleName":"x","AssumeRolePolicyDocument":{{Trust}}}""" : $$"""{"{{kind}}Name":"x"}""", "Principal");
        var policy = await types.CreateAsync($"AWS::IAM::{kind}Policy", $$"""{"PolicyName":"p","{{kind}}Name":"x","PolicyDocument":{{Document}}}""");
        policy.Id.ShouldBe("p|x");
        await types.DeleteAsync(policy);
    });

    private static void Run(Func<TypeDriver, Task> test) => World.Run(1, world => test(TypeDriver.In(world)),
        services => services.AddSingleton(new PageTokens("a secret of the test"u8)).AddIam(World.AccountId, "AKIAROOT", "secret"));
}
