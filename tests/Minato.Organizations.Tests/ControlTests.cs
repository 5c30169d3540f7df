using Minato.Aws;
using Minato.Aws.Authorization;
using Minato.Contracts.Iam;
using Minato.Contracts.Organizations;

namespace Minato.Organizations.Tests;

/// <summary>What service control policies let the principals of an organization's accounts do, with the next call after they were changed.</summary>
public sealed class ControlTests
{
    private const string OnlyEcs = """{"Effect":"Allow","Action":"ecs:*","Resource":"*"}""";
    private const string NoDeletion = """{"Effect":"Deny","Action":"ecs:Delete*","Resource":"*"}""";

    [Fact]
    public void Enabling_control_policies_changes_nothing_by_itself() => OrgWorld.Run(async w =>
    {
        await w.ControlledAsync();
        var ann = await w.UserAsync(await w.AccountAsync());
        w.Decide(ann, "s3:ListAllMyBuckets").IsAllowed.ShouldBeTrue();
    });

    [Fact]
    public void What_a_control_policy_denies_nobody_in_the_account_may_do() => OrgWorld.Run(async w =>
    {
        var root = await w.ControlledAsync();
        var ann = await w.UserAsync(await w.AccountAsync());
        await w.AttachAsync(await w.PolicyAsync(NoDeletion), root);
        var refused = w.Decide(ann, "ecs:DeleteCluster", $"arn:aws:ecs:us-east-1:{ann.AccountId}:cluster/prod");
        refused.RefusalTo(ann).ShouldBe(
            $"User: {ann.PrincipalArn} is not authorized to perform: ecs:DeleteCluster on resource: arn:aws:ecs:us-east-1:{ann.AccountId}:cluster/prod with an explicit deny in a service control policy");
        w.Decide(ann, "ecs:CreateCluster").IsAllowed.ShouldBeTrue();
    });

    [Fact]
    public void Every_level_must_allow() => OrgWorld.Run(async w =>
    {
        var root = await w.ControlledAsync();
        var unit = await w.UnitAsync(root);
        var account = await w.AccountAsync();
        var ann = await w.UserAsync(account);
        await w.ReplaceAsync(await w.PolicyAsync(OnlyEcs), unit);
        w.Decide(ann, "s3:ListAllMyBuckets").IsAllowed.ShouldBeTrue("the account is not in the unit yet");
        await w.Org.MoveAccountAsync(new() { AccountId = account, SourceParentId = root, DestinationParentId = unit }, w.Caller, default);
        w.Decide(ann, "ecs:CreateCluster").IsAllowed.ShouldBeTrue();
        w.Decide(ann, "s3:ListAllMyBuckets").RefusalTo(ann).ShouldEndWith("because no service control policy allows the s3:ListAllMyBuckets action");
    });

    [Fact]
    public void A_control_policy_gives_nothing() => OrgWorld.Run(async w =>
    {
        await w.ControlledAsync();
        var account = await w.AccountAsync();
        await w.World.Client<IIam>().CreateUserAsync(new() { UserName = "bob" }, w.RootOf(account), default);
        var bob = w.RootOf(account) with { PrincipalArn = $"arn:aws:iam::{account}:user/bob" };
        w.Decide(bob, "ecs:CreateCluster").RefusalTo(bob).ShouldEndWith("because no identity-based policy allows the ecs:CreateCluster action");
    });

    [Fact]
    public void Root_of_a_member_is_limited_and_the_management_account_is_not() => OrgWorld.Run(async w =>
    {
        var root = await w.ControlledAsync();
        var member = w.RootOf(await w.AccountAsync());
        var manager = await w.UserAsync(w.Caller.AccountId);
        await w.AttachAsync(await w.PolicyAsync(NoDeletion), root);
        w.Decide(member, "ecs:DeleteCluster").RefusalTo(member).ShouldEndWith("with an explicit deny in a service control policy");
        w.Decide(member, "ecs:CreateCluster").IsAllowed.ShouldBeTrue();
        w.Decide(manager, "ecs:DeleteCluster").IsAllowed.ShouldBeTrue();
        w.Decide(w.Caller, "ecs:DeleteCluster").IsAllowed.ShouldBeTrue();
    });

    [Fact]
    public void Service_linked_roles_are_not_limited() => OrgWorld.Run(async w =>
    {
        var root = await w.ControlledAsync();
        var account = await w.AccountAsync();
        await w.AttachAsync(await w.PolicyAsync("""{"Effect":"Deny","Action":"*","Resource":"*"}"""), root);
        var role = (await w.World.Client<IIam>().CreateServiceLinkedRoleAsync(new() { AWSServiceName = "ecs.amazonaws.com" }, w.RootOf(account), default)).Role.ShouldNotBeNull();
        var found = w.World.Client<IPrincipalPolicies>().Find(w.RootOf(account) with { PrincipalArn = $"arn:aws:sts::{account}:assumed-role/{role.RoleName}/ecs" });
        found.Principal.RoleArn.ShouldBe(role.Arn);
        found.ServiceControl.ShouldBeEmpty();
    });

    [Fact]
    public void Policies_know_the_organization_of_a_principal() => OrgWorld.Run(async w =>
    {
        var root = await w.ControlledAsync();
        var unit = await w.UnitAsync(root);
        var account = await w.AccountAsync();
        await w.Org.MoveAccountAsync(new() { AccountId = account, SourceParentId = root, DestinationParentId = unit }, w.Caller, default);
        var ann = await w.UserAsync(account);
        var context = w.Decide(ann, "ecs:CreateCluster").Context.ShouldNotBeNull();
        var id = (await w.Org.DescribeOrganizationAsync(new(), ann, default)).Organization?.Id ?? "";
        context.Values("aws:PrincipalOrgID").ShouldBe([id]);
        context.Values("aws:PrincipalOrgPaths").ShouldBe([$"{id}/{root}/{unit}/"]);
        w.Decide(ann, "ecs:DeleteCluster", $"arn:aws:ecs:us-east-1:{account}:cluster/x").Context?.Values("aws:ResourceOrgID").ShouldBe([id]);
    });

    [Fact]
    public void An_account_is_found_in_its_own_organization_until_that_is_deleted() => OrgWorld.Run(async w =>
    {
        await w.ControlledAsync();
        var stranger = w.RootOf("210987654321");
        var other = (await w.Org.CreateOrganizationAsync(new(), stranger, default)).Organization?.Id;
        (await w.Org.DescribeOrganizationAsync(new(), stranger, default)).Organization?.Id.ShouldBe(other);
        (await w.Org.DescribeOrganizationAsync(new(), w.RootOf(await w.AccountAsync()), default)).Organization?.MasterAccountId.ShouldBe(w.Caller.AccountId);
        await w.Org.DeleteOrganizationAsync(new(), stranger, default);
        await w.World.Throws<AWSOrganizationsNotInUseException>(() => w.Org.DescribeOrganizationAsync(new(), stranger, default));
        await w.World.RestartAsync();
        w.World.Client<IOrganizationFacts>().ControlOf(w.Caller.AccountId).ShouldBeEmpty();
        w.World.Client<IOrganizationFacts>().PathOf(w.Caller.AccountId).ShouldNotBeNull();
    });

    [Fact]
    public void Disabling_control_policies_lifts_them() => OrgWorld.Run(async w =>
    {
        var root = await w.ControlledAsync();
        var ann = await w.UserAsync(await w.AccountAsync());
        await w.AttachAsync(await w.PolicyAsync(NoDeletion), root);
        await w.Org.DisablePolicyTypeAsync(new() { RootId = root, PolicyType = Contracts.Organizations.PolicyType.ServiceControlPolicy }, w.Caller, default);
        w.Decide(ann, "ecs:DeleteCluster").IsAllowed.ShouldBeTrue();
    });
}
