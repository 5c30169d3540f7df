using Minato.Aws;
using Minato.Contracts.Organizations;
using Minato.Contracts.Sts;
using Minato.Testing;

namespace Minato.Organizations.Tests;

public sealed class OrganizationTests
{
    [Fact]
    public void An_account_is_in_one_organization_at_most() => OrgWorld.Run(async w =>
    {
        await w.World.Throws<AWSOrganizationsNotInUseException>(() => w.Org.DescribeOrganizationAsync(new(), w.Caller, default));
        var made = (await w.Org.CreateOrganizationAsync(new(), w.Caller, default)).Organization.ShouldNotBeNull();
        made.Id.ShouldNotBeNull().ShouldMatch("^o-[a-z0-9]{10,32}$");
        made.Arn.ShouldBe($"arn:aws:organizations::{w.Caller.AccountId}:organization/{made.Id}");
        made.MasterAccountId.ShouldBe(w.Caller.AccountId);
        await w.World.Throws<AlreadyInOrganizationException>(() => w.Org.CreateOrganizationAsync(new(), w.Caller, default));
        await w.Org.DeleteOrganizationAsync(new(), w.Caller, default);
        await w.World.Throws<AWSOrganizationsNotInUseException>(() => w.Org.DescribeOrganizationAsync(new(), w.Caller, default));
    });

    [Fact]
    public void A_new_account_lets_its_management_account_in() => OrgWorld.Run(async w =>
    {
        await w.ControlledAsync();
        var account = await w.AccountAsync();
        var sts = w.World.Client<ISts>();
        var session = await sts.AssumeRoleAsync(new() { RoleArn = $"arn:aws:iam::{account}:role/OrganizationAccountAccessRole", RoleSessionName = "admin" }, w.Caller, default);
        var admin = w.RootOf(account) with { PrincipalArn = session.AssumedRoleUser?.Arn ?? "" };
        w.Decide(admin, "ecs:CreateCluster").IsAllowed.ShouldBeTrue();
        (await w.Org.ListAccountsAsync(new(), w.Caller, default)).Accounts?.Select(a => a.Id).ShouldBe([account, w.Caller.AccountId], ignoreOrder: true);
    });

    [Fact]
    public void An_account_is_finished_after_a_crash() => OrgWorld.Run(async w =>
    {
        await w.ControlledAsync();
        var asked = (await w.Org.CreateAccountAsync(new() { AccountName = "a", Email = "a@example.com" }, w.Caller, default)).CreateAccountStatus.ShouldNotBeNull();
        asked.State.ShouldBe(CreateAccountState.InProgress);
        await w.World.RestartAsync();
        await w.World.Eventually(async () => (await w.StatusAsync(asked.Id ?? "")).State is CreateAccountState.Succeeded, TimeSpan.FromSeconds(10));
    });

    [Fact]
    public void An_address_is_of_one_account_only() => OrgWorld.Run(async w =>
    {
        await w.ControlledAsync();
        await w.AccountAsync("a");
        var again = (await w.Org.CreateAccountAsync(new() { AccountName = "b", Email = "A@example.com" }, w.Caller, default)).CreateAccountStatus.ShouldNotBeNull();
        (again.State, again.FailureReason).ShouldBe((CreateAccountState.Failed, CreateAccountFailureReason.EmailAlreadyExists));
    });

    [Fact]
    public void Members_ask_what_they_are_in_and_nothing_else() => OrgWorld.Run(async w =>
    {
        await w.ControlledAsync();
        var member = w.RootOf(await w.AccountAsync());
        (await w.Org.DescribeOrganizationAsync(new(), member, default)).Organization?.MasterAccountId.ShouldBe(w.Caller.AccountId);
        await w.World.Throws<AccessDeniedException>(() => w.Org.ListAccountsAsync(new(), member, default));
        await w.World.Throws<AccessDeniedException>(() => w.Org.CreateOrganizationalUnitAsync(new() { ParentId = "r-abcd", Name = "x" }, member, default));
    });

    [Fact]
    public void Units_are_five_deep_at_most_and_have_names_of_their_own() => OrgWorld.Run(async w =>
    {
        var at = await w.ControlledAsync();
        await w.UnitAsync(at, "twin");
        await w.World.Throws<DuplicateOrganizationalUnitException>(() => w.UnitAsync(at, "twin"));
        for (var depth = 1; depth <= 5; depth++) at = await w.UnitAsync(at, "deep");
        (await w.World.Throws<ConstraintViolationException>(() => w.UnitAsync(at, "deep"))).Reason.ShouldBe(ConstraintViolationExceptionReason.OuDepthLimitExceeded);
    });

    [Fact]
    public void A_unit_with_something_in_it_is_not_deleted() => OrgWorld.Run(async w =>
    {
        var root = await w.ControlledAsync();
        var unit = await w.UnitAsync(root);
        var account = await w.AccountAsync();
        await w.Org.MoveAccountAsync(new() { AccountId = account, SourceParentId = root, DestinationParentId = unit }, w.Caller, default);
        (await w.Org.ListParentsAsync(new() { ChildId = account }, w.Caller, default)).Parents?[0].Id.ShouldBe(unit);
        (await w.Org.ListChildrenAsync(new() { ParentId = unit, ChildType = ChildType.Account }, w.Caller, default)).Children?[0].Id.ShouldBe(account);
        await w.World.Throws<OrganizationalUnitNotEmptyException>(() => w.Org.DeleteOrganizationalUnitAsync(new() { OrganizationalUnitId = unit }, w.Caller, default));
        await w.World.Throws<SourceParentNotFoundException>(() => w.Org.MoveAccountAsync(new() { AccountId = account, SourceParentId = root, DestinationParentId = unit }, w.Caller, default));
        await w.Org.MoveAccountAsync(new() { AccountId = account, SourceParentId = unit, DestinationParentId = root }, w.Caller, default);
        await w.Org.DeleteOrganizationalUnitAsync(new() { OrganizationalUnitId = unit }, w.Caller, default);
        await w.World.Throws<OrganizationalUnitNotFoundException>(() => w.Org.DescribeOrganizationalUnitAsync(new() { OrganizationalUnitId = unit }, w.Caller, default));
    });

    [Fact]
    public void A_target_keeps_one_policy_at_least_and_five_at_most() => OrgWorld.Run(async w =>
    {
        var root = await w.ControlledAsync();
        (await w.World.Throws<ConstraintViolationException>(() => w.Org.DetachPolicyAsync(new() { PolicyId = "p-FullAWSAccess", TargetId = root }, w.Caller, default))).Reason
            .ShouldBe(ConstraintViolationExceptionReason.MinPolicyTypeAttachmentLimitExceeded);
        const string deny = """{"Effect":"Deny","Action":"a4b:*","Resource":"*"}""";
        for (var i = 1; i < 5; i++) await w.AttachAsync(await w.PolicyAsync(deny, $"p{i}"), root);
        var sixth = await w.PolicyAsync(deny, "p6");
        (await w.World.Throws<ConstraintViolationException>(() => w.AttachAsync(sixth, root))).Reason.ShouldBe(ConstraintViolationExceptionReason.MaxPolicyTypeAttachmentLimitExceeded);
        await w.World.Throws<PolicyNotAttachedException>(() => w.Org.DetachPolicyAsync(new() { PolicyId = sixth, TargetId = root }, w.Caller, default));
        await w.World.Throws<DuplicatePolicyAttachmentException>(() => w.AttachAsync("p-FullAWSAccess", root));
        (await w.Org.ListPoliciesForTargetAsync(new() { TargetId = root, Filter = PolicyType.ServiceControlPolicy }, w.Caller, default)).Policies?.Length.ShouldBe(5);
    });

    [Fact]
    public void A_policy_is_a_sound_document_of_5120_characters_and_not_deleted_while_attached() => OrgWorld.Run(async w =>
    {
        var root = await w.ControlledAsync();
        await w.World.Throws<Contracts.Organizations.MalformedPolicyDocumentException>(() => w.PolicyAsync("""{"Effect":"Maybe"}"""));
        (await w.World.Throws<ConstraintViolationException>(() => w.PolicyAsync($$"""{"Sid":"{{new string('a', 5120)}}","Effect":"Deny","Action":"*","Resource":"*"}"""))).Reason
            .ShouldBe(ConstraintViolationExceptionReason.PolicyContentLimitExceeded);
        var policy = await w.PolicyAsync("""{"Effect":"Deny","Action":"ecs:*","Resource":"*"}""");
        await w.World.Throws<DuplicatePolicyException>(() => w.PolicyAsync("""{"Effect":"Deny","Action":"ecs:*","Resource":"*"}"""));
        await w.AttachAsync(policy, root);
        await w.World.Throws<PolicyInUseException>(() => w.Org.DeletePolicyAsync(new() { PolicyId = policy }, w.Caller, default));
        (await w.World.Throws<InvalidInputException>(() => w.Org.DeletePolicyAsync(new() { PolicyId = "p-FullAWSAccess" }, w.Caller, default))).Reason.ShouldBe(InvalidInputExceptionReason.ImmutablePolicy);
        (await w.Org.ListTargetsForPolicyAsync(new() { PolicyId = policy }, w.Caller, default)).Targets.ShouldNotBeNull().ShouldHaveSingleItem().Type.ShouldBe(TargetType.Root);
    });

    [Fact]
    public void Without_the_type_enabled_nothing_is_attached() => OrgWorld.Run(async w =>
    {
        await w.Org.CreateOrganizationAsync(new(), w.Caller, default);
        var root = (await w.Org.ListRootsAsync(new(), w.Caller, default)).Roots?[0].Id ?? "";
        var policy = await w.PolicyAsync("""{"Effect":"Deny","Action":"ecs:*","Resource":"*"}""");
        await w.World.Throws<PolicyTypeNotEnabledException>(() => w.AttachAsync(policy, root));
    });

    [Fact]
    public void Lists_come_in_pages() => OrgWorld.Run(async w =>
    {
        var root = await w.ControlledAsync();
        for (var i = 0; i < 5; i++) await w.UnitAsync(root, $"u{i}");
        var first = await w.Org.ListOrganizationalUnitsForParentAsync(new() { ParentId = root, MaxResults = 3 }, w.Caller, default);
        var second = await w.Org.ListOrganizationalUnitsForParentAsync(new() { ParentId = root, MaxResults = 3, NextToken = first.NextToken }, w.Caller, default);
        (first.OrganizationalUnits?.Length, second.OrganizationalUnits?.Length, second.NextToken).ShouldBe((3, 2, null));
        (await w.World.Throws<InvalidInputException>(() => w.Org.ListAccountsAsync(new() { NextToken = first.NextToken }, w.Caller, default))).Reason.ShouldBe(InvalidInputExceptionReason.InvalidNextToken);
    });

    [Fact]
    public void Tags_are_kept_by_what_they_are_of() => OrgWorld.Run(async w =>
    {
        var root = await w.ControlledAsync();
        await w.Org.TagResourceAsync(new() { ResourceId = root, Tags = [new() { Key = "a", Value = "1" }, new() { Key = "b", Value = "2" }] }, w.Caller, default);
        await w.Org.UntagResourceAsync(new() { ResourceId = root, TagKeys = ["a"] }, w.Caller, default);
        (await w.Org.ListTagsForResourceAsync(new() { ResourceId = root }, w.Caller, default)).Tags.ShouldNotBeNull().ShouldHaveSingleItem().Key.ShouldBe("b");
        await w.World.Throws<TargetNotFoundException>(() => w.Org.ListTagsForResourceAsync(new() { ResourceId = "123123123123" }, w.Caller, default));
    });
}
