using Minato.Aws.Templates;
using Minato.Testing.Templates;

namespace Minato.Organizations.Tests;

public sealed class ResourceTypeTests
{
    private const string Prefix = "AWS::Organizations::";
    private const string Deny = """{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:DeleteBucket","Resource":"*"}]}""";

    [Fact]
    public void An_organization_has_a_life_and_there_is_one() => OrgWorld.Run(async w =>
    {
        var types = TypeDriver.In(w.World);
        var organization = await types.CreateAsync(Prefix + "Organization", """{"FeatureSet":"ALL"}""");
        organization.Id.ShouldStartWith("o-");
        (organization.GetAtt("Id"), organization.GetAtt("ManagementAccountId")).ShouldBe((organization.Id, w.Caller.AccountId));
        organization.GetAtt("RootId").ShouldStartWith("r-");
        organization.GetAtt("Arn").ShouldContain(organization.Id);
        (await types.TryCreateAsync(Prefix + "Organization", "{}", "Second")).ShouldBeOfType<ResourceProgress.Failed>().Code.ShouldBe("AlreadyExists");
        await types.DeleteAsync(organization);
        types.FaultsOfSchemas().ShouldBeEmpty();
    });

    [Fact]
    public void Units_and_accounts_have_lives_and_move() => OrgWorld.Run(async w =>
    {
        var types = TypeDriver.In(w.World);
        var root = await w.ControlledAsync();
        var unit = await types.CreateAsync(Prefix + "OrganizationalUnit", $$"""{"Name":"prod","ParentId":"{{root}}","Tags":[{"Key":"a","Value":"1"}]}""", "Unit");
        unit.GetAtt("Id").ShouldBe(unit.Id);
        unit = await types.UpdateAsync(unit, $$"""{"Name":"live","ParentId":"{{root}}","Tags":[{"Key":"b","Value":"2"}]}""");
        var account = await types.CreateAsync(Prefix + "Account", $$"""{"AccountName":"shop","Email":"shop@example.com","ParentIds":["{{unit.Id}}"]}""", "Account");
        (account.GetAtt("AccountId"), account.GetAtt("JoinedMethod"), account.GetAtt("Status")).ShouldBe((account.Id, "CREATED", "ACTIVE"));
        (await types.TryDeleteAsync(unit)).ShouldBeOfType<ResourceProgress.Failed>().Message.ShouldContain("The specified OU is not empty.");
        account = await types.UpdateAsync(account, $$"""{"AccountName":"shop","Email":"shop@example.com","ParentIds":["{{root}}"],"Tags":[{"Key":"a","Value":"1"}]}""");
        await types.DeleteAsync(unit);
        await types.DeleteAsync(account);
    });

    [Fact]
    public void A_policy_has_a_life_and_is_on_its_targets_alone() => OrgWorld.Run(async w =>
    {
        var types = TypeDriver.In(w.World);
        var root = await w.ControlledAsync();
        var unit = await w.UnitAsync(root);
        string Policy(string name, string target) => $$"""{"Name":"{{name}}","Type":"SERVICE_CONTROL_POLICY","Content":{{Deny}},"TargetIds":["{{target}}"]}""";
        var policy = await types.CreateAsync(Prefix + "Policy", Policy("no-deletion", unit));
        policy.GetAtt("Id").ShouldBe(policy.Id);
        policy = await types.UpdateAsync(policy, Policy("keep", root));
        (await w.Org.ListPoliciesForTargetAsync(new() { TargetId = unit, Filter = Minato.Contracts.Organizations.PolicyType.ServiceControlPolicy }, w.Caller, default))
            .Policies?.Select(p => p.Name).ShouldBe(["FullAWSAccess"]);
        await types.DeleteAsync(policy);
    });
}
