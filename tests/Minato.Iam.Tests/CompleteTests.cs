using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Platform;

namespace Minato.Iam.Tests;

/// <summary>Rules of groups, versions, profiles, service-linked roles and quotas.</summary>
public sealed class CompleteTests : IAsyncLifetime
{
    private const string Trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";
    private const string Document = """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecs:*","Resource":"*"}}""";
    private static readonly Caller Root = new() { AccountId = "123456789012", Region = "eu-west-1", PrincipalArn = "arn:aws:iam::123456789012:root" };
    private readonly ServiceProvider _services = new ServiceCollection()
        .AddSingleton(new PageTokens("secret"u8)).AddPlatform().AddIam(Root.AccountId, "AKIAROOT", "secret").BuildServiceProvider();
    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private IIam Iam => _services.GetRequiredService<IIam>();

    public async ValueTask InitializeAsync() => await _services.GetRequiredService<PlatformHost>().StartAsync(Ct);

    public async ValueTask DisposeAsync() => await _services.DisposeAsync();

    [Fact]
    public async Task A_policy_has_five_versions_at_most_and_numbers_are_not_given_again()
    {
        var arn = await PolicyAsync();
        for (var i = 2; i <= 5; i++) (await VersionAsync(arn)).VersionId.ShouldBe($"v{i}");
        (await Should.ThrowAsync<LimitExceededException>(() => VersionAsync(arn))).Message.ShouldBe(
            "A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.");
        await Iam.DeletePolicyVersionAsync(new() { PolicyArn = arn, VersionId = "v5" }, Root, Ct);
        (await VersionAsync(arn)).VersionId.ShouldBe("v6");
        (await Iam.ListPolicyVersionsAsync(new() { PolicyArn = arn }, Root, Ct)).Versions.ShouldNotBeNull().Select(v => v.VersionId).ShouldBe(["v6", "v4", "v3", "v2", "v1"]);
    }

    [Fact]
    public async Task The_default_version_is_deleted_with_its_policy_alone()
    {
        var arn = await PolicyAsync();
        await Iam.CreatePolicyVersionAsync(new() { PolicyArn = arn, PolicyDocument = Document, SetAsDefault = true }, Root, Ct);
        (await Iam.GetPolicyAsync(new() { PolicyArn = arn }, Root, Ct)).Policy?.DefaultVersionId.ShouldBe("v2");
        (await Should.ThrowAsync<DeleteConflictException>(() => Iam.DeletePolicyVersionAsync(new() { PolicyArn = arn, VersionId = "v2" }, Root, Ct)))
            .Message.ShouldBe("Cannot delete the default version of a policy.");
        (await Should.ThrowAsync<DeleteConflictException>(() => Iam.DeletePolicyAsync(new() { PolicyArn = arn }, Root, Ct))).Message.ShouldStartWith("This policy has more than one version.");
        await Iam.DeletePolicyVersionAsync(new() { PolicyArn = arn, VersionId = "v1" }, Root, Ct);
        await Iam.DeletePolicyAsync(new() { PolicyArn = arn }, Root, Ct);
    }

    [Fact]
    public async Task A_group_with_users_and_a_user_in_groups_cannot_be_deleted()
    {
        await Iam.CreateGroupAsync(new() { GroupName = "team" }, Root, Ct);
        await Iam.CreateUserAsync(new() { UserName = "ann" }, Root, Ct);
        await Iam.AddUserToGroupAsync(new() { GroupName = "team", UserName = "ann" }, Root, Ct);
        (await Should.ThrowAsync<DeleteConflictException>(() => Iam.DeleteGroupAsync(new() { GroupName = "team" }, Root, Ct)))
            .Message.ShouldBe("Cannot delete entity, must remove users from group first.");
        await Should.ThrowAsync<DeleteConflictException>(() => Iam.DeleteUserAsync(new() { UserName = "ann" }, Root, Ct));
        await Iam.UpdateGroupAsync(new() { GroupName = "team", NewGroupName = "crew" }, Root, Ct);
        (await Iam.GetGroupAsync(new() { GroupName = "crew" }, Root, Ct)).Users.Select(u => u.UserName).ShouldBe(["ann"]);
        (await Iam.ListGroupsForUserAsync(new() { UserName = "ann" }, Root, Ct)).Groups.Select(g => g.GroupName).ShouldBe(["crew"]);
        await Iam.RemoveUserFromGroupAsync(new() { GroupName = "crew", UserName = "ann" }, Root, Ct);
        await Iam.DeleteGroupAsync(new() { GroupName = "crew" }, Root, Ct);
    }

    [Fact]
    public async Task A_user_that_is_renamed_keeps_its_keys_policies_and_id()
    {
        var arn = await PolicyAsync();
        var user = (await Iam.CreateUserAsync(new() { UserName = "ann" }, Root, Ct)).User.ShouldNotBeNull();
        await Iam.AttachUserPolicyAsync(new() { UserName = "ann", PolicyArn = arn }, Root, Ct);
        var key = (await Iam.CreateAccessKeyAsync(new() { UserName = "ann" }, Root, Ct)).AccessKey.AccessKeyId;
        await Iam.UpdateUserAsync(new() { UserName = "ann", NewUserName = "eve", NewPath = "/team/" }, Root, Ct);
        var renamed = (await Iam.GetUserAsync(new() { UserName = "eve" }, Root, Ct)).User;
        (renamed.UserId, renamed.Arn).ShouldBe((user.UserId, "arn:aws:iam::123456789012:user/team/eve"));
        (await Iam.ListAccessKeysAsync(new() { UserName = "eve" }, Root, Ct)).AccessKeyMetadata.ShouldHaveSingleItem().AccessKeyId.ShouldBe(key);
        (await Iam.ListEntitiesForPolicyAsync(new() { PolicyArn = arn }, Root, Ct)).PolicyUsers.ShouldNotBeNull().ShouldHaveSingleItem().UserName.ShouldBe("eve");
        await Should.ThrowAsync<NoSuchEntityException>(() => Iam.GetUserAsync(new() { UserName = "ann" }, Root, Ct));
    }

    [Fact]
    public async Task A_role_in_an_instance_profile_cannot_be_deleted_and_a_profile_has_one_role()
    {
        await RoleAsync("web");
        await RoleAsync("other");
        await Iam.CreateInstanceProfileAsync(new() { InstanceProfileName = "p" }, Root, Ct);
        await Iam.AddRoleToInstanceProfileAsync(new() { InstanceProfileName = "p", RoleName = "web" }, Root, Ct);
        (await Should.ThrowAsync<LimitExceededException>(() => Iam.AddRoleToInstanceProfileAsync(new() { InstanceProfileName = "p", RoleName = "other" }, Root, Ct)))
            .Message.ShouldBe("Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
        (await Should.ThrowAsync<DeleteConflictException>(() => Iam.DeleteRoleAsync(new() { RoleName = "web" }, Root, Ct)))
            .Message.ShouldBe("Cannot delete entity, must remove roles from instance profile first.");
        (await Iam.ListInstanceProfilesForRoleAsync(new() { RoleName = "web" }, Root, Ct)).InstanceProfiles.ShouldHaveSingleItem().Roles.ShouldHaveSingleItem().RoleName.ShouldBe("web");
        await Iam.RemoveRoleFromInstanceProfileAsync(new() { InstanceProfileName = "p", RoleName = "web" }, Root, Ct);
        await Iam.DeleteRoleAsync(new() { RoleName = "web" }, Root, Ct);
        await Iam.DeleteInstanceProfileAsync(new() { InstanceProfileName = "p" }, Root, Ct);
    }

    [Fact]
    public async Task A_service_linked_role_is_changed_by_its_service_alone_and_deleted_by_a_task()
    {
        var role = (await Iam.CreateServiceLinkedRoleAsync(new() { AWSServiceName = "ecs.amazonaws.com" }, Root, Ct)).Role.ShouldNotBeNull();
        role.Arn.ShouldBe("arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS");
        (await Should.ThrowAsync<UnmodifiableEntityException>(() => Iam.DeleteRoleAsync(new() { RoleName = role.RoleName }, Root, Ct)))
            .Message.ShouldBe("Cannot perform the operation on the protected role 'AWSServiceRoleForECS' - this role is only modifiable by AWS");
        await Should.ThrowAsync<UnmodifiableEntityException>(() => Iam.UpdateRoleAsync(new() { RoleName = role.RoleName, Description = "d", MaxSessionDuration = 7200 }, Root, Ct));
        await Should.ThrowAsync<UnmodifiableEntityException>(() => Iam.AttachRolePolicyAsync(new() { RoleName = role.RoleName, PolicyArn = "arn:aws:iam::aws:policy/AdministratorAccess" }, Root, Ct));
        var task = (await Iam.DeleteServiceLinkedRoleAsync(new() { RoleName = role.RoleName }, Root, Ct)).DeletionTaskId;
        task.ShouldStartWith("task/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS/");
        (await Iam.GetServiceLinkedRoleDeletionStatusAsync(new() { DeletionTaskId = task }, Root, Ct)).Status.ShouldBe(DeletionTaskStatusType.Succeeded);
        await Should.ThrowAsync<NoSuchEntityException>(() => Iam.GetRoleAsync(new() { RoleName = role.RoleName }, Root, Ct));
    }

    [Fact]
    public async Task The_description_of_a_service_linked_role_is_everybodys()
    {
        var name = (await Iam.CreateServiceLinkedRoleAsync(new() { AWSServiceName = "ecs.amazonaws.com" }, Root, Ct)).Role?.RoleName ?? "";
        await Iam.UpdateRoleAsync(new() { RoleName = name, Description = "first" }, Root, Ct);
        (await Iam.GetRoleAsync(new() { RoleName = name }, Root, Ct)).Role.Description.ShouldBe("first");
        (await Iam.UpdateRoleDescriptionAsync(new() { RoleName = name, Description = "second" }, Root, Ct)).Role?.Description.ShouldBe("second");
    }

    [Fact]
    public async Task Policies_have_a_size_that_white_space_does_not_count_to()
    {
        await RoleAsync("web");
        var large = Document.Replace("ecs:*", $"ecs:{new string('a', 10_300)}", StringComparison.Ordinal);
        (await Should.ThrowAsync<LimitExceededException>(() => Iam.PutRolePolicyAsync(new() { RoleName = "web", PolicyName = "p", PolicyDocument = large }, Root, Ct)))
            .Message.ShouldBe("Maximum policy size of 10240 bytes exceeded for role web");
        (await Should.ThrowAsync<LimitExceededException>(() => Iam.CreatePolicyAsync(new() { PolicyName = "p", PolicyDocument = large }, Root, Ct)))
            .Message.ShouldBe("Cannot exceed quota for PolicySize: 6144");
        await Iam.CreatePolicyAsync(new() { PolicyName = "p", PolicyDocument = Document + new string(' ', 7000) }, Root, Ct);
    }

    [Fact]
    public async Task A_boundary_must_exist_and_its_policy_cannot_be_deleted()
    {
        (await Should.ThrowAsync<NoSuchEntityException>(() => Iam.CreateUserAsync(new() { UserName = "ann", PermissionsBoundary = "arn:aws:iam::123456789012:policy/none" }, Root, Ct)))
            .Message.ShouldBe("Scope ARN: arn:aws:iam::123456789012:policy/none does not exist or is not attachable.");
        var arn = await PolicyAsync();
        (await Iam.CreateUserAsync(new() { UserName = "ann", PermissionsBoundary = arn }, Root, Ct)).User?.PermissionsBoundary?.PermissionsBoundaryArn.ShouldBe(arn);
        var policy = (await Iam.GetPolicyAsync(new() { PolicyArn = arn }, Root, Ct)).Policy;
        (policy?.AttachmentCount, policy?.PermissionsBoundaryUsageCount).ShouldBe((0, 1));
        await Should.ThrowAsync<DeleteConflictException>(() => Iam.DeletePolicyAsync(new() { PolicyArn = arn }, Root, Ct));
    }

    [Fact]
    public async Task Details_of_the_account_hold_everything_once()
    {
        var arn = await PolicyAsync();
        await Iam.CreateUserAsync(new() { UserName = "ann" }, Root, Ct);
        await Iam.CreateGroupAsync(new() { GroupName = "team" }, Root, Ct);
        await RoleAsync("web");
        await Iam.AttachRolePolicyAsync(new() { RoleName = "web", PolicyArn = "arn:aws:iam::aws:policy/AdministratorAccess" }, Root, Ct);
        var names = new List<string?>();
        string? marker = null;
        do
        {
            var page = await Iam.GetAccountAuthorizationDetailsAsync(new() { MaxItems = 2, Marker = marker }, Root, Ct);
            names.AddRange([.. (page.UserDetailList ?? []).Select(u => u.UserName), .. (page.GroupDetailList ?? []).Select(g => g.GroupName), .. (page.RoleDetailList ?? []).Select(r => r.RoleName), .. (page.Policies ?? []).Select(p => p.Arn)]);
            marker = page.Marker;
        }
        while (marker is not null);
        names.ShouldBe(["ann", "team", "web", arn, "arn:aws:iam::aws:policy/AdministratorAccess"]);
    }

    [Fact]
    public async Task Providers_of_identities_are_kept_once()
    {
        var arn = (await Iam.CreateOpenIDConnectProviderAsync(new() { Url = "https://ids.example.com/", ClientIDList = ["web"] }, Root, Ct)).OpenIDConnectProviderArn ?? "";
        arn.ShouldBe("arn:aws:iam::123456789012:oidc-provider/ids.example.com");
        await Should.ThrowAsync<EntityAlreadyExistsException>(() => Iam.CreateOpenIDConnectProviderAsync(new() { Url = "https://ids.example.com" }, Root, Ct));
        await Iam.AddClientIDToOpenIDConnectProviderAsync(new() { OpenIDConnectProviderArn = arn, ClientID = "cli" }, Root, Ct);
        (await Iam.GetOpenIDConnectProviderAsync(new() { OpenIDConnectProviderArn = arn }, Root, Ct)).ClientIDList.ShouldNotBeNull().ShouldBe(["web", "cli"]);
        await Iam.DeleteOpenIDConnectProviderAsync(new() { OpenIDConnectProviderArn = arn }, Root, Ct);
        (await Iam.ListOpenIDConnectProvidersAsync(new(), Root, Ct)).OpenIDConnectProviderList.ShouldNotBeNull().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("service-role/AmazonECSTaskExecutionRolePolicy"), InlineData("service-role/AmazonEC2ContainerServiceforEC2Role"), InlineData("AmazonECS_FullAccess")]
    [InlineData("service-role/AmazonEC2ContainerServiceEventsRole"), InlineData("aws-service-role/AWSApplicationAutoscalingECSServicePolicy")]
    [InlineData("AWSCodeDeployRoleForECS"), InlineData("AWSCodeDeployRoleForECSLimited")]
    public async Task Policies_of_AWS_that_people_who_run_ECS_attach_are_there(string name) =>
        (await Iam.GetPolicyVersionAsync(new() { PolicyArn = $"arn:aws:iam::aws:policy/{name}", VersionId = "v1" }, Root, Ct)).PolicyVersion?.Document.ShouldStartWith("%7B%22Version");

    private async Task<string> PolicyAsync() => (await Iam.CreatePolicyAsync(new() { PolicyName = "p", PolicyDocument = Document }, Root, Ct)).Policy?.Arn ?? "";

    private async Task<PolicyVersion> VersionAsync(string arn) =>
        (await Iam.CreatePolicyVersionAsync(new() { PolicyArn = arn, PolicyDocument = Document }, Root, Ct)).PolicyVersion.ShouldNotBeNull();

    private Task RoleAsync(string name) => Iam.CreateRoleAsync(new() { RoleName = name, AssumeRolePolicyDocument = Trust }, Root, Ct);
}
