using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Aws.Signing;
using Minato.Contracts.Iam;
using Minato.Platform;

namespace Minato.Iam.Tests;

public sealed class IamTests : IAsyncLifetime
{
    private const string Trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";
    private static readonly Caller Root = new() { AccountId = "123456789012", Region = "eu-west-1", PrincipalArn = "arn:aws:iam::123456789012:root" };
    private readonly ServiceProvider _services = new ServiceCollection()
        .AddSingleton(new PageTokens("secret"u8)).AddPlatform().AddIam(Root.AccountId, "AKIAROOT", "secret").BuildServiceProvider();
    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private IIam Iam => _services.GetRequiredService<IIam>();
    private ICredentials Credentials => _services.GetRequiredService<ICredentials>();

    public async ValueTask InitializeAsync() => await _services.GetRequiredService<PlatformHost>().StartAsync(Ct);

    public async ValueTask DisposeAsync() => await _services.DisposeAsync();

    [Fact]
    public void The_root_key_belongs_to_the_account_itself() =>
        Credentials.Find("AKIAROOT").ShouldNotBeNull().PrincipalArn.ShouldBe("arn:aws:iam::123456789012:root");

    [Fact]
    public async Task A_users_key_is_found_until_it_is_inactive_or_deleted()
    {
        await Iam.CreateUserAsync(new() { UserName = "ann" }, Root, Ct);
        var key = (await Iam.CreateAccessKeyAsync(new() { UserName = "ann" }, Root, Ct)).AccessKey;
        key.AccessKeyId.ShouldMatch("^AKIA[A-Z2-7]{16}$");
        Credentials.Find(key.AccessKeyId).ShouldNotBeNull().SecretKey.ShouldBe(key.SecretAccessKey);

        await Iam.UpdateAccessKeyAsync(new() { UserName = "ann", AccessKeyId = key.AccessKeyId, Status = StatusType.Inactive }, Root, Ct);
        Credentials.Find(key.AccessKeyId).ShouldBeNull();

        await Iam.UpdateAccessKeyAsync(new() { UserName = "ann", AccessKeyId = key.AccessKeyId, Status = StatusType.Active }, Root, Ct);
        await Iam.DeleteAccessKeyAsync(new() { UserName = "ann", AccessKeyId = key.AccessKeyId }, Root, Ct);
        Credentials.Find(key.AccessKeyId).ShouldBeNull();
    }

    [Fact]
    public async Task A_user_has_at_most_two_keys()
    {
        await Iam.CreateUserAsync(new() { UserName = "ann" }, Root, Ct);
        for (var i = 0; i < 2; i++) await Iam.CreateAccessKeyAsync(new() { UserName = "ann" }, Root, Ct);
        var refused = await Should.ThrowAsync<LimitExceededException>(() => Iam.CreateAccessKeyAsync(new() { UserName = "ann" }, Root, Ct));
        (refused.Code, refused.HttpStatus, refused.Message).ShouldBe(("LimitExceeded", 409, "Cannot exceed quota for AccessKeysPerUser: 2"));
    }

    [Fact]
    public async Task A_user_with_keys_cannot_be_deleted()
    {
        await Iam.CreateUserAsync(new() { UserName = "ann" }, Root, Ct);
        await Iam.CreateAccessKeyAsync(new() { UserName = "ann" }, Root, Ct);
        (await Should.ThrowAsync<DeleteConflictException>(() => Iam.DeleteUserAsync(new() { UserName = "ann" }, Root, Ct))).Code.ShouldBe("DeleteConflict");
    }

    [Fact]
    public async Task Names_are_unique_in_the_account_and_free_in_another()
    {
        await Iam.CreateRoleAsync(new() { RoleName = "task", AssumeRolePolicyDocument = Trust }, Root, Ct);
        var refused = await Should.ThrowAsync<EntityAlreadyExistsException>(
            () => Iam.CreateRoleAsync(new() { RoleName = "task", AssumeRolePolicyDocument = Trust }, Root, Ct));
        refused.Message.ShouldBe("Role with name task already exists.");
        var other = await Iam.CreateRoleAsync(new() { RoleName = "task", AssumeRolePolicyDocument = Trust }, Root with { AccountId = "210987654321" }, Ct);
        other.Role.Arn.ShouldBe("arn:aws:iam::210987654321:role/task");
    }

    [Fact]
    public async Task Documents_come_back_percent_encoded()
    {
        await Iam.CreateRoleAsync(new() { RoleName = "task", AssumeRolePolicyDocument = Trust }, Root, Ct);
        var role = (await Iam.GetRoleAsync(new() { RoleName = "task" }, Root, Ct)).Role;
        role.AssumeRolePolicyDocument.ShouldStartWith("%7B%22Version%22");
        Uri.UnescapeDataString(role.AssumeRolePolicyDocument.ShouldNotBeNull()).ShouldBe(Trust);
    }

    [Fact]
    public async Task A_document_that_is_no_policy_is_malformed() =>
        (await Should.ThrowAsync<MalformedPolicyDocumentException>(() => Iam.CreateRoleAsync(new() { RoleName = "r", AssumeRolePolicyDocument = "{]" }, Root, Ct)))
            .Message.ShouldBe("This policy contains invalid Json");

    [Fact]
    public async Task Policies_of_aws_can_be_attached_and_are_counted()
    {
        const string arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";
        await Iam.CreateRoleAsync(new() { RoleName = "task", AssumeRolePolicyDocument = Trust }, Root, Ct);
        await Iam.AttachRolePolicyAsync(new() { RoleName = "task", PolicyArn = arn }, Root, Ct);
        var attached = (await Iam.ListAttachedRolePoliciesAsync(new() { RoleName = "task" }, Root, Ct)).AttachedPolicies.ShouldNotBeNull();
        attached.ShouldHaveSingleItem().ShouldBe(new() { PolicyArn = arn, PolicyName = "AmazonECSTaskExecutionRolePolicy" });
        (await Iam.GetPolicyAsync(new() { PolicyArn = arn }, Root, Ct)).Policy?.AttachmentCount.ShouldBe(1);
        (await Should.ThrowAsync<DeleteConflictException>(() => Iam.DeleteRoleAsync(new() { RoleName = "task" }, Root, Ct)))
            .Message.ShouldBe("Cannot delete entity, must detach all policies first.");
        await Iam.DetachRolePolicyAsync(new() { RoleName = "task", PolicyArn = arn }, Root, Ct);
        await Iam.DeleteRoleAsync(new() { RoleName = "task" }, Root, Ct);
        (await Should.ThrowAsync<NoSuchEntityException>(() => Iam.GetRoleAsync(new() { RoleName = "task" }, Root, Ct)))
            .Message.ShouldBe("The role with name task cannot be found.");
    }

    [Fact]
    public async Task An_attached_policy_cannot_be_deleted()
    {
        var policy = (await Iam.CreatePolicyAsync(new() { PolicyName = "p", PolicyDocument = """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecs:*","Resource":"*"}}""" }, Root, Ct)).Policy?.Arn ?? "";
        await Iam.CreateRoleAsync(new() { RoleName = "task", AssumeRolePolicyDocument = Trust }, Root, Ct);
        await Iam.AttachRolePolicyAsync(new() { RoleName = "task", PolicyArn = policy }, Root, Ct);
        await Should.ThrowAsync<DeleteConflictException>(() => Iam.DeletePolicyAsync(new() { PolicyArn = policy }, Root, Ct));
        await Iam.DetachRolePolicyAsync(new() { RoleName = "task", PolicyArn = policy }, Root, Ct);
        await Iam.DeletePolicyAsync(new() { PolicyArn = policy }, Root, Ct);
    }

    [Fact]
    public async Task Lists_are_paged_and_a_marker_is_opaque()
    {
        for (var i = 0; i < 5; i++) await Iam.CreateUserAsync(new() { UserName = $"user{i}" }, Root, Ct);
        var names = new List<string>();
        string? marker = null;
        do
        {
            var page = await Iam.ListUsersAsync(new() { MaxItems = 2, Marker = marker }, Root, Ct);
            names.AddRange(page.Users.Select(u => u.UserName));
            page.IsTruncated.ShouldBe(page.Marker is not null);
            marker = page.Marker;
            marker?.ShouldNotContain("user");
        }
        while (marker is not null);
        names.ShouldBe(["user0", "user1", "user2", "user3", "user4"]);
        await Should.ThrowAsync<InvalidInputException>(() => Iam.ListUsersAsync(new() { Marker = "made-up" }, Root, Ct));
    }

    [Fact]
    public async Task GetUser_without_a_name_is_the_caller()
    {
        (await Iam.GetUserAsync(new(), Root, Ct)).User.Arn.ShouldBe("arn:aws:iam::123456789012:root");
        var ann = (await Iam.CreateUserAsync(new() { UserName = "ann" }, Root, Ct)).User.ShouldNotBeNull();
        (await Iam.GetUserAsync(new(), Root with { PrincipalArn = ann.Arn }, Ct)).User.UserName.ShouldBe("ann");
    }
}
