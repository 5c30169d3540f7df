using Minato.Aws;
using Minato.Contracts.CloudWatchLogs;

namespace Minato.Logs.Tests;

public sealed class ResourcePolicyTests
{
    private const string Group = "arn:aws:logs:us-east-1:123456789012:log-group:web";
    private static readonly Caller s_events = Caller.ForService("123456789012", "us-east-1", "events.amazonaws.com") with { SourceArn = "arn:aws:events:us-east-1:123456789012:rule/all" };
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_writes_only_where_a_resource_policy_lets_it()
    {
        await using var logs = await LogsFixture.StartAsync();
        await logs.GroupAsync("web", "s");
        (await Should.ThrowAsync<AwsException>(() => WriteAsync(logs))).Message.ShouldBe(
            $"User: events.amazonaws.com is not authorized to perform: logs:PutLogEvents on resource: {Group}:log-stream:s because no resource-based policy allows the logs:PutLogEvents action");
        (await Should.ThrowAsync<AwsException>(() => logs.Logs.CreateLogStreamAsync(new() { LogGroupName = "web", LogStreamName = "t" }, s_events, Ct))).Code.ShouldBe("AccessDeniedException");
        await PutAsync(logs, "events", Statement());
        await logs.Logs.CreateLogStreamAsync(new() { LogGroupName = "web", LogStreamName = "t" }, s_events, Ct);
        await WriteAsync(logs);
        await Should.ThrowAsync<AwsException>(() => WriteAsync(logs, s_events with { PrincipalArn = "route53.amazonaws.com" }));
        await logs.Logs.DeleteResourcePolicyAsync(new() { PolicyName = "events" }, logs.Caller, Ct);
        await Should.ThrowAsync<AwsException>(() => WriteAsync(logs));
    }

    [Fact]
    public async Task Conditions_on_the_source_hold()
    {
        await using var logs = await LogsFixture.StartAsync();
        await logs.GroupAsync("web", "s");
        await PutAsync(logs, "events", Statement(condition: """{"ArnEquals":{"aws:SourceArn":"arn:aws:events:us-east-1:123456789012:rule/all"},"StringEquals":{"aws:SourceAccount":"123456789012"}}"""));
        await WriteAsync(logs);
        await Should.ThrowAsync<AwsException>(() => WriteAsync(logs, s_events with { SourceArn = "arn:aws:events:us-east-1:123456789012:rule/other" }));
    }

    [Fact]
    public async Task An_explicit_deny_wins()
    {
        await using var logs = await LogsFixture.StartAsync();
        await logs.GroupAsync("web", "s");
        await PutAsync(logs, "allow", Statement());
        await PutAsync(logs, "deny", Statement("Deny"));
        (await Should.ThrowAsync<AwsException>(() => WriteAsync(logs))).Message.ShouldEndWith("with an explicit deny in a resource-based policy");
    }

    [Fact]
    public async Task A_groups_own_policy_needs_its_revision_and_goes_with_the_group()
    {
        await using var logs = await LogsFixture.StartAsync();
        await logs.GroupAsync("web", "s");
        var put = new PutResourcePolicyRequest { PolicyName = "own", PolicyDocument = Document(Statement()), ResourceArn = $"{Group}:*" };
        var first = await logs.Logs.PutResourcePolicyAsync(put, logs.Caller, Ct);
        first.RevisionId.ShouldNotBeNull();
        await WriteAsync(logs);
        await Should.ThrowAsync<OperationAbortedException>(() => logs.Logs.PutResourcePolicyAsync(put, logs.Caller, Ct));
        await logs.Logs.PutResourcePolicyAsync(put with { ExpectedRevisionId = first.RevisionId }, logs.Caller, Ct);
        (await logs.Logs.DescribeResourcePoliciesAsync(new(), logs.Caller, Ct)).ResourcePolicies.ShouldBe([]);
        var own = (await logs.Logs.DescribeResourcePoliciesAsync(new() { ResourceArn = Group }, logs.Caller, Ct)).ResourcePolicies.ShouldNotBeNull().ShouldHaveSingleItem();
        (own.PolicyName, own.ResourceArn, own.PolicyScope).ShouldBe(("own", Group, PolicyScope.Resource));
        await logs.Logs.DeleteLogGroupAsync(new() { LogGroupName = "web" }, logs.Caller, Ct);
        (await logs.Logs.DescribeResourcePoliciesAsync(new() { PolicyScope = PolicyScope.Resource }, logs.Caller, Ct)).ResourcePolicies.ShouldBe([]);
    }

    [Fact]
    public async Task An_account_has_ten_policies_and_each_is_replaced_by_its_name()
    {
        await using var logs = await LogsFixture.StartAsync();
        for (var i = 0; i < 10; i++) await PutAsync(logs, $"p{i}", Statement());
        (await Should.ThrowAsync<LimitExceededException>(() => PutAsync(logs, "p10", Statement()))).Message.ShouldBe("Resource limit exceeded.");
        await PutAsync(logs, "p3", Statement("Deny"));
        var page = await logs.Logs.DescribeResourcePoliciesAsync(new() { Limit = 4 }, logs.Caller, Ct);
        page.ResourcePolicies?.Select(p => p.PolicyName).ShouldBe(["p0", "p1", "p2", "p3"]);
        page.ResourcePolicies?[3].PolicyDocument.ShouldNotBeNull().ShouldContain("Deny");
        (await logs.Logs.DescribeResourcePoliciesAsync(new() { Limit = 10, NextToken = page.NextToken }, logs.Caller, Ct)).ResourcePolicies?.Length.ShouldBe(6);
    }

    [Theory, InlineData("no json"), InlineData("""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"logs:*","Resource":"*"}]}""")]
    public async Task What_is_no_resource_policy_is_refused(string document)
    {
        await using var logs = await LogsFixture.StartAsync();
        (await Should.ThrowAsync<InvalidParameterException>(() => logs.Logs.PutResourcePolicyAsync(new() { PolicyName = "p", PolicyDocument = document }, logs.Caller, Ct)))
            .Message.ShouldBe("Could not convert to persistable policy.");
        (await Should.ThrowAsync<ResourceNotFoundException>(() => logs.Logs.DeleteResourcePolicyAsync(new() { PolicyName = "p" }, logs.Caller, Ct)))
            .Message.ShouldBe("Policy with name [p] does not exist.");
    }

    private static string Statement(string effect = "Allow", string condition = "{}") =>
        $$"""{"Effect":"{{effect}}","Principal":{"Service":"events.amazonaws.com"},"Action":["logs:CreateLogStream","logs:PutLogEvents"],"Resource":"{{Group}}:*","Condition":{{condition}}}""";

    private static string Document(string statement) => $$"""{"Version":"2012-10-17","Statement":[{{statement}}]}""";

    private static Task PutAsync(LogsFixture logs, string name, string statement) =>
        logs.Logs.PutResourcePolicyAsync(new() { PolicyName = name, PolicyDocument = Document(statement) }, logs.Caller, Ct);

    private static Task WriteAsync(LogsFixture logs, Caller? caller = null) =>
        logs.Logs.PutLogEventsAsync(new() { LogGroupName = "web", LogStreamName = "s", LogEvents = [new() { Timestamp = LogsFixture.NoonMs, Message = "m" }] }, caller ?? s_events, Ct);
}
