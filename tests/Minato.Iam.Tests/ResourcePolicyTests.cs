using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Contracts.Sts;
using Minato.Testing;

namespace Minato.Iam.Tests;

/// <summary>Policies of resources, room by room: what they give, what they take, and how a refusal is worded.</summary>
public sealed class ResourcePolicyTests
{
    private const string Everything = """{"Effect":"Allow","Action":"*","Resource":"*"}""";

    public static TheoryData<string> Rooms => ["s3", "sns", "events", "secretsmanager", "kms", "ecr"];

    [Theory, MemberData(nameof(Rooms))]
    public void A_policy_that_names_a_user_of_the_account_is_enough(string room) => GuardedWorld.Run(async w =>
    {
        var ann = await w.UserAsync(World.AccountId, null);
        var (use, _, _) = await w.MakeAsync(room, Allow(ann.PrincipalArn));
        await use(ann);
    });

    [Theory, MemberData(nameof(Rooms))]
    public void A_denial_holds_against_everything_that_the_user_may(string room) => GuardedWorld.Run(async w =>
    {
        var ann = await w.UserAsync(World.AccountId, Everything);
        var (use, action, arn) = await w.MakeAsync(room, $$"""{"Effect":"Deny","Principal":{"AWS":"{{ann.PrincipalArn}}"}""".TrimStart('{'));
        (await RefusedAsync(w, use, ann)).ShouldBe($"User: {ann.PrincipalArn} is not authorized to perform: {action} on resource: {On(room, arn)} with an explicit deny in a resource-based policy");
    });

    [Theory, MemberData(nameof(Rooms))]
    public void Another_account_is_not_let_in_by_its_own_policies(string room) => GuardedWorld.Run(async w =>
    {
        var bob = await w.UserAsync(GuardedWorld.Other, Everything);
        var (use, action, arn) = await w.MakeAsync(room, null);
        (await RefusedAsync(w, use, bob)).ShouldBe($"User: {bob.PrincipalArn} is not authorized to perform: {action} on resource: {On(room, arn)} because no resource-based policy allows the {action} action");
    });

    [Theory, MemberData(nameof(Rooms))]
    public void Another_account_is_let_in_by_both_sides_together(string room) => GuardedWorld.Run(async w =>
    {
        var bob = await w.UserAsync(GuardedWorld.Other, Everything);
        var (use, _, _) = await w.MakeAsync(room, Allow($"arn:aws:iam::{GuardedWorld.Other}:root"));
        await use(bob);
    });

    [Theory, MemberData(nameof(Rooms))]
    public void Another_account_decides_which_of_its_users_may(string room) => GuardedWorld.Run(async w =>
    {
        var bob = await w.UserAsync(GuardedWorld.Other, null);
        var (use, action, _) = await w.MakeAsync(room, Allow($"arn:aws:iam::{GuardedWorld.Other}:root"));
        (await RefusedAsync(w, use, bob)).ShouldEndWith($"because no identity-based policy allows the {action} action");
    });

    // The policy of a key leaves it to the account, as the one that keys come with does.
    [Theory, MemberData(nameof(Rooms))]
    public void In_the_account_itself_the_users_own_policies_are_enough(string room) => GuardedWorld.Run(async w =>
    {
        var ann = await w.UserAsync(World.AccountId, Everything);
        var (use, _, _) = await w.MakeAsync(room, null);
        await use(ann);
    });

    [Fact]
    public void The_policy_of_a_registry_holds_for_all_its_repositories() => GuardedWorld.Run(async w =>
    {
        var ann = await w.UserAsync(World.AccountId, Everything);
        var (use, action, _) = await w.MakeAsync("ecr", null);
        await w.Room<Contracts.Ecr.IEcr>().PutRegistryPolicyAsync(new()
        {
            PolicyText = GuardedWorld.Document($$"""{"Effect":"Deny","Principal":{"AWS":"{{ann.PrincipalArn}}"},"Action":"{{action}}","Resource":"*"}"""),
        }, w.World.Caller, default);
        (await RefusedAsync(w, use, ann)).ShouldEndWith("with an explicit deny in a resource-based policy");
    });

    // AWS: who may not assume a role does not learn why.
    [Theory]
    [InlineData("arn:aws:iam::210987654321:root", true, true)]
    [InlineData("arn:aws:iam::210987654321:root", false, false)]
    [InlineData("arn:aws:iam::210987654321:user/ann", true, true)]
    [InlineData("arn:aws:iam::123456789012:root", true, false)]
    public void A_role_of_another_account_is_assumed_when_both_sides_allow_it(string trusted, bool hasPolicy, bool allowed) => GuardedWorld.Run(async w =>
    {
        var trust = GuardedWorld.Document($$"""{"Effect":"Allow","Principal":{"AWS":"{{trusted}}"},"Action":"sts:AssumeRole"}""");
        var role = (await w.Room<IIam>().CreateRoleAsync(new() { RoleName = "door", AssumeRolePolicyDocument = trust }, w.World.Caller, default)).Role.Arn;
        var bob = await w.UserAsync(GuardedWorld.Other, hasPolicy ? Everything : null);
        Task Use(Caller c) => w.Room<ISts>().AssumeRoleAsync(new() { RoleArn = role, RoleSessionName = "visit" }, c, default);
        if (allowed) await Use(bob);
        else (await RefusedAsync(w, Use, bob)).ShouldBe($"User: {bob.PrincipalArn} is not authorized to perform: sts:AssumeRole on resource: {role}");
    });

    private static string Allow(string principal) => $$"""{"Effect":"Allow","Principal":{"AWS":"{{principal}}"}""".TrimStart('{');

    // AWS: S3 puts the resource in quotes.
    private static string On(string room, string arn) => room is "s3" ? $"\"{arn}\"" : arn;

    private static async Task<string> RefusedAsync(GuardedWorld w, Func<Caller, Task> use, Caller caller)
    {
        var refused = await w.World.Throws<AwsException>(() => use(caller));
        refused.Code.ShouldBeOneOf("AccessDenied", "AccessDeniedException", "AuthorizationError");
        return refused.Message;
    }
}
