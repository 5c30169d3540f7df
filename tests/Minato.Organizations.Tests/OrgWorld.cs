using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Aws.Authorization;
using Minato.Contracts.Iam;
using Minato.Contracts.Organizations;
using Minato.Iam;
using Minato.Sts;
using Minato.Testing;

namespace Minato.Organizations.Tests;

/// <summary>A world with principals and an organization, and short words for what a test does with them.</summary>
internal sealed class OrgWorld(World world)
{
    public World World => world;
    public IOrganizations Org => world.Client<IOrganizations>();

    /// <summary>Root of the management account.</summary>
    public Caller Caller => world.Caller;

    public static void Run(Func<OrgWorld, Task> test) => World.Run(1, world => test(new(world)), (world, services) => services
        .AddSingleton(new PageTokens("a secret of the test"u8)).AddIam(world.Caller.AccountId, "AKIAROOT", "secret").AddSts().AddOrganizations());

    /// <summary>An organization with control policies enabled.</summary>
    /// <returns>The id of its root.</returns>
    public async Task<string> ControlledAsync()
    {
        await Org.CreateOrganizationAsync(new(), Caller, default);
        var root = (await Org.ListRootsAsync(new(), Caller, default)).Roots?[0].Id ?? "";
        await Org.EnablePolicyTypeAsync(new() { RootId = root, PolicyType = PolicyType.ServiceControlPolicy }, Caller, default);
        return root;
    }

    /// <returns>The id of a new account.</returns>
    public async Task<string> AccountAsync(string name = "team")
    {
        var asked = (await Org.CreateAccountAsync(new() { AccountName = name, Email = $"{name}@example.com" }, Caller, default)).CreateAccountStatus?.Id ?? "";
        await World.Eventually(async () => (await StatusAsync(asked)).State is CreateAccountState.Succeeded, TimeSpan.FromSeconds(10));
        return (await StatusAsync(asked)).AccountId ?? "";
    }

    public async Task<CreateAccountStatus> StatusAsync(string id) =>
        (await Org.DescribeCreateAccountStatusAsync(new() { CreateAccountRequestId = id }, Caller, default)).CreateAccountStatus ?? new();

    public async Task<string> UnitAsync(string parent, string name = "unit") =>
        (await Org.CreateOrganizationalUnitAsync(new() { ParentId = parent, Name = name }, Caller, default)).OrganizationalUnit?.Id ?? "";

    public async Task<string> PolicyAsync(string statement, string name = "p") =>
        (await Org.CreatePolicyAsync(new() { Name = name, Description = "", Type = PolicyType.ServiceControlPolicy, Content = Document(statement) }, Caller, default)).Policy?.PolicySummary?.Id ?? "";

    public Task AttachAsync(string policy, string target) => Org.AttachPolicyAsync(new() { PolicyId = policy, TargetId = target }, Caller, default);

    /// <summary>In place of what allows everything.</summary>
    public async Task ReplaceAsync(string policy, string target)
    {
        await AttachAsync(policy, target);
        await Org.DetachPolicyAsync(new() { PolicyId = "p-FullAWSAccess", TargetId = target }, Caller, default);
    }

    public Caller RootOf(string account) => Caller with { AccountId = account, PrincipalArn = $"arn:aws:iam::{account}:root", PrincipalId = account };

    /// <summary>A user who may do everything, as far as its own policies say.</summary>
    public async Task<Caller> UserAsync(string account)
    {
        var iam = World.Client<IIam>();
        await iam.CreateUserAsync(new() { UserName = "ann" }, RootOf(account), default);
        await iam.PutUserPolicyAsync(new() { UserName = "ann", PolicyName = "all", PolicyDocument = Document("""{"Effect":"Allow","Action":"*","Resource":"*"}""") }, RootOf(account), default);
        return RootOf(account) with { PrincipalArn = $"arn:aws:iam::{account}:user/ann" };
    }

    public AuthorizedAction Decide(Caller caller, string action, string resource = "*") => World.Client<IAuthorizer>().Decide(caller, action, resource);

    public static string Document(string statement) => $$"""{"Version":"2012-10-17","Statement":[{{statement}}]}""";
}
