using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Authorization;
using Minato.Aws.Dispatch;
using Minato.Aws.Signing;
using Minato.Aws.Tests.Echo;
using Minato.Aws.Tests.Given;
using Minato.Contracts.Ecs;
using Minato.Contracts.Iam;
using Task = System.Threading.Tasks.Task;

namespace Minato.Aws.Tests.Authorization;

/// <summary>The endpoint holds calls against policies, and tells observers of all of them.</summary>
public sealed class AuthorizedCallTests : ICallObserver
{
    private const string Target = "AmazonEC2ContainerServiceV20141113.DeleteCluster";
    private static readonly Credential s_ann = new("AKIAANN", "secret", null, "123456789012", "arn:aws:iam::123456789012:user/team/ann", "AIDAANN");
    private readonly List<CallRecord> _calls = [];

    void ICallObserver.Observe(CallRecord call) => _calls.Add(call);

    [Fact]
    public async Task A_call_without_permission_is_refused_before_the_room_hears_of_it()
    {
        await using var server = await StartAsync(new());
        var answer = await CallAsync(server, s_ann);
        answer.Status.ShouldBe(400);
        answer.Text.ShouldBe("""{"__type":"AccessDeniedException","message":"User: arn:aws:iam::123456789012:user/team/ann is not authorized to perform: ecs:DeleteCluster on resource: arn:aws:ecs:eu-west-1:123456789012:cluster/prod because no identity-based policy allows the ecs:DeleteCluster action"}""");
        server.Last.ShouldBeNull();
        var call = _calls.ShouldHaveSingleItem();
        (call.ErrorCode, call.Response, call.EventSource, call.IsReadOnly, call.Caller.PrincipalId).ShouldBe(("AccessDeniedException", null, "ecs.amazonaws.com", false, "AIDAANN"));
        call.Resources.ShouldBe(["arn:aws:ecs:eu-west-1:123456789012:cluster/prod"]);
        call.Actions.ShouldHaveSingleItem().IsAllowed.ShouldBeFalse();
    }

    [Fact]
    public async Task A_call_that_a_policy_allows_reaches_the_room()
    {
        await using var server = await StartAsync(Asked.With("""{"Effect":"Allow","Action":"ecs:*","Resource":"arn:aws:ecs:*:*:cluster/prod"}"""));
        (await CallAsync(server, s_ann)).Status.ShouldBe(200);
        server.Last?.Operation.ShouldBe("DeleteCluster");
        (_calls.ShouldHaveSingleItem().ErrorCode, _calls[0].Response?.SchemaOfShape.Name).ShouldBe((null, "DeleteClusterResponse"));
    }

    [Fact]
    public async Task Root_needs_no_policy_and_is_recorded_too()
    {
        await using var server = await StartAsync(new());
        (await CallAsync(server, Exchange.Root)).Status.ShouldBe(200);
        _calls.ShouldHaveSingleItem().Actions.ShouldBeEmpty();
    }

    [Fact]
    public async Task Nobody_is_denied_to_ask_who_it_is()
    {
        await using var server = await StartAsync(Asked.With("""{"Effect":"Deny","Action":"*","Resource":"*"}"""));
        (await Exchange.SignedAsync(server.Endpoint, Exchange.Form("Action=GetCallerIdentity&Version=2011-06-15"), "sts", s_ann)).Status.ShouldBe(200);
        (await Exchange.SignedAsync(server.Endpoint, Exchange.Form("Action=GetAccessKeyInfo&Version=2011-06-15&AccessKeyId=AKIAANN000000000000"), "sts", s_ann)).Status.ShouldBe(403);
    }

    // A token is its own proof; without one of these operations nobody gets in unsigned.
    [Fact]
    public async Task Whoever_has_a_token_of_a_provider_need_not_sign()
    {
        await using var server = await StartAsync(new());
        const string role = "&RoleArn=arn:aws:iam::123456789012:role/ci&RoleSessionName=build";
        (await Exchange.SendAsync(server.Endpoint, Exchange.Form($"Action=AssumeRoleWithWebIdentity&Version=2011-06-15{role}&WebIdentityToken=abcd"))).Status.ShouldBe(200);
        server.Last?.Caller.IsAnonymous.ShouldBeTrue();
        (await Exchange.SendAsync(server.Endpoint, Exchange.Form($"Action=AssumeRole&Version=2011-06-15{role}"))).Status.ShouldBe(403);
    }

    [Fact]
    public async Task What_a_room_does_in_somebodys_name_is_held_against_policies_and_recorded()
    {
        await using var server = await StartAsync(new());
        var asked = Asked.With("""{"Effect":"Allow","Action":"ecs:DeleteCluster","Resource":"arn:aws:ecs:*:*:cluster/prod","Condition":{"Bool":{"aws:ViaAWSService":"true"}}}""");
        var rooms = new ServiceCollection().AddSingleton<ICallObserver>(this).AddSingleton<IAuthorizer>(new Authorizer(asked, [], TimeProvider.System))
            .AddSingleton(new AwsEndpointOptions { NewRequestId = () => "request" }).AddSingleton((IEcs)EcsService.Model.MakeClient(server)).BuildServiceProvider();
        var ecs = (IEcs?)new GuardedRooms(rooms, [EcsService.Model]).GetService(typeof(IEcs)) ?? throw new InvalidOperationException();
        var stack = Asked.Ann with { InvokedBy = "cloudformation.amazonaws.com" };
        await ecs.DeleteClusterAsync(new() { Cluster = "prod" }, stack, TestContext.Current.CancellationToken);
        server.Last?.Caller.PrincipalArn.ShouldBe(stack.PrincipalArn);
        await Should.ThrowAsync<AwsException>(() => ecs.DeleteClusterAsync(new() { Cluster = "test" }, stack, TestContext.Current.CancellationToken));
        await Should.ThrowAsync<AwsException>(() => ecs.DeleteClusterAsync(new() { Cluster = "prod" }, Asked.Ann, TestContext.Current.CancellationToken));
        _calls.Select(c => (c.ErrorCode, c.RequestId, c.Caller.InvokedBy)).ShouldBe(
            [(null, "request", stack.InvokedBy), ("AccessDeniedException", "request", stack.InvokedBy), ("AccessDeniedException", "request", null)]);
    }

    [Fact]
    public async Task A_change_is_not_answered_before_the_ledger_has_its_record()
    {
        var ledger = new Ledger();
        await using var server = await EchoServer.StartAsync(more: services => services.AddSingleton<ICallLedger>(ledger));
        var answer = CallAsync(server, s_ann);
        (await ledger.Closing.Task.WaitAsync(TestContext.Current.CancellationToken)).ShouldBe("opened DeleteCluster");
        server.Last.ShouldNotBeNull();
        answer.IsCompleted.ShouldBeFalse();
        ledger.Kept.SetResult();
        (await answer).Status.ShouldBe(200);
    }

    [Fact]
    public async Task A_change_whose_record_cannot_be_kept_is_not_answered_as_done()
    {
        var ledger = new Ledger();
        await using var server = await EchoServer.StartAsync(more: services => services.AddSingleton<ICallLedger>(ledger));
        ledger.Kept.SetException(new IOException("The disk is full."));
        var answer = await CallAsync(server, s_ann);
        (answer.Status, answer.Text.Contains("The disk is full.", StringComparison.Ordinal)).ShouldBe((500, true));
        ledger.Closed.ShouldBe(1);
    }

    private sealed class Ledger : ICallLedger
    {
        public TaskCompletionSource<string> Closing { get; } = new();
        public TaskCompletionSource Kept { get; } = new();
        public int Closed { get; private set; }

        public object? Open(CallRecord call) => $"opened {call.Operation.Name}";

        public async ValueTask CloseAsync(CallRecord call, object? opened)
        {
            Closed++;
            Closing.TrySetResult(opened as string ?? "");
            await Kept.Task;
        }
    }

    // AWS: who may make a thing need not be able to see whether there is one already.
    [Fact]
    public async Task A_services_own_look_is_not_held_against_policies_but_what_it_changes_is()
    {
        await using var server = await StartAsync(new());
        var rooms = new ServiceCollection().AddSingleton<IAuthorizer>(new Authorizer(new Asked(), [], TimeProvider.System)).AddSingleton((IEcs)EcsService.Model.MakeClient(server)).BuildServiceProvider();
        var ecs = (IEcs?)new GuardedRooms(rooms, [EcsService.Model]).GetService(typeof(IEcs)) ?? throw new InvalidOperationException();
        var look = Asked.Ann with { InvokedBy = "cloudformation.amazonaws.com", IsOwnLook = true };
        await ecs.ListClustersAsync(new(), look, TestContext.Current.CancellationToken);
        await Should.ThrowAsync<AwsException>(() => ecs.DeleteClusterAsync(new() { Cluster = "prod" }, look, TestContext.Current.CancellationToken));
    }

    // AWS: whatever its policies say, and whoever it is.
    [Theory]
    [InlineData("session", "iam", "ListUsers", 403, "InvalidClientTokenId")]
    [InlineData("session", "sts", "AssumeRole", 200, null)]
    [InlineData("session", "sts", "GetCallerIdentity", 200, null)]
    [InlineData("session", "sts", "GetSessionToken", 403, "AccessDenied")]
    [InlineData("mfa", "iam", "ListUsers", 200, null)]
    [InlineData("federated", "iam", "ListUsers", 403, "InvalidClientTokenId")]
    [InlineData("federated", "sts", "AssumeRole", 403, "AccessDenied")]
    [InlineData("role", "iam", "ListUsers", 200, null)]
    public async Task Keys_of_a_session_are_not_good_for_everything(string kind, string service, string operation, int status, string? code)
    {
        var session = new CallerSession { IssuedAt = DateTimeOffset.UtcNow };
        session = kind switch
        {
            "mfa" => session with { HasMfa = true },
            "federated" => session with { UserArn = s_ann.PrincipalArn },
            "role" => session with { RoleArn = "arn:aws:iam::123456789012:role/ci" },
            _ => session,
        };
        await using var server = await StartAsync(Asked.With("""{"Effect":"Allow","Action":"*","Resource":"*"}"""));
        server.Session = session;
        var more = operation is "AssumeRole" ? "&RoleArn=arn:aws:iam::123456789012:role/ci&RoleSessionName=build" : "";
        var answer = await Exchange.SignedAsync(server.Endpoint, Exchange.Form($"Action={operation}&Version={(service is "iam" ? "2010-05-08" : "2011-06-15")}{more}"), service, s_ann);
        (answer.Status, _calls[^1].ErrorCode).ShouldBe((status, code));
    }

    // AWS: a stack with a role in it cannot be made with the keys of such a session, unless there was a second factor.
    [Theory]
    [InlineData(false, "InvalidClientTokenId"), InlineData(true, null)]
    public async Task What_a_room_does_in_the_name_of_a_session_is_refused_as_the_session_s_own_call_is(bool hasMfa, string? code)
    {
        await using var server = await StartAsync(new());
        var rooms = new ServiceCollection().AddSingleton<ICallObserver>(this)
            .AddSingleton(new AwsEndpointOptions { NewRequestId = () => "request" }).AddSingleton((IIam)IamService.Model.MakeClient(server)).BuildServiceProvider();
        var iam = (IIam?)new GuardedRooms(rooms, [IamService.Model]).GetService(typeof(IIam)) ?? throw new InvalidOperationException();
        var stack = Asked.Ann with { InvokedBy = "cloudformation.amazonaws.com", Session = new() { IssuedAt = Asked.Noon, HasMfa = hasMfa } };
        var refused = await Record.ExceptionAsync(() => iam.CreateRoleAsync(new() { RoleName = "web", AssumeRolePolicyDocument = "{}" }, stack, TestContext.Current.CancellationToken));
        ((refused as AwsException)?.Code, server.Last?.Operation).ShouldBe((code, code is null ? "CreateRole" : null));
        _calls.ShouldHaveSingleItem().ErrorCode.ShouldBe(code);
        await iam.GetRoleAsync(new() { RoleName = "web" }, stack with { IsOwnLook = true }, TestContext.Current.CancellationToken);
    }

    private Task<EchoServer> StartAsync(Asked asked) => EchoServer.StartAsync(more: services =>
        services.AddSingleton<IAuthorizer>(new Authorizer(asked, [], TimeProvider.System)).AddSingleton<ICallObserver>(this));

    private static Task<Exchange> CallAsync(EchoServer server, Credential who) => Exchange.SignedAsync(server.Endpoint, Exchange.Json(Target, """{"cluster":"prod"}"""), "ecs", who);
}
