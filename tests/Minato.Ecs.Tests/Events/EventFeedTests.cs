using System.Text.Json.Nodes;
using Minato.Contracts.Ecs;
using Minato.Contracts.Eventbridge;
using Minato.Contracts.Iam;
using Minato.Ecs.Events;
using Minato.Ecs.Tests.Services;
using Minato.Ecs.Tests.Tasks;
using Microsoft.Extensions.DependencyInjection;
using Minato.Engines.Functions;
using Minato.EventBridge;
using Minato.Iam;
using Minato.Sts;
using Minato.Testing;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Events;

/// <summary>What ECS tells EventBridge, and what EventBridge runs on ECS.</summary>
public sealed class EventFeedTests
{
    private const string Sink = "arn:aws:lambda:us-east-1:123456789012:function:sink";

    [Fact]
    public void Every_change_of_a_task_is_an_event_with_a_growing_version() => TaskWorld.Run(1, async w =>
    {
        await ListenAsync(w.World, """{"source":["aws.ecs"],"detail-type":["ECS Task State Change"]}""");
        var arn = await w.RunAsync(TaskWorld.Container());
        await w.UntilAsync(arn, "RUNNING");
        await w.StopAsync(arn, "enough");
        await w.UntilAsync(arn, "STOPPED");
        await w.World.Eventually(() => Told(w.World).Any(e => (string?)e["detail"]?["lastStatus"] == "STOPPED"), TimeSpan.FromSeconds(10));
        var events = Told(w.World);
        events.Select(e => ((string?)e["resources"]?[0], (string?)e["detail"]?["taskArn"], (string?)e["version"])).Distinct().ShouldBe([(arn, arn, "0")]);
        var versions = events.Select(e => (long?)e["detail"]?["version"] ?? 0).ToArray();
        versions.ShouldBe(versions.Distinct().Order()); // In order, each once.
        var statuses = events.Select(e => ((string?)e["detail"]?["lastStatus"], (string?)e["detail"]?["desiredStatus"])).Distinct().ToArray();
        statuses[0].ShouldBe(("PROVISIONING", "RUNNING"));
        statuses[^1].ShouldBe(("STOPPED", "STOPPED"));
        statuses.ShouldContain(("RUNNING", "RUNNING"));
        statuses.ShouldContain(("RUNNING", "STOPPED")); // The wish to stop is a change of its own.
        string[] order = ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING", "DEACTIVATING", "STOPPING", "DEPROVISIONING", "STOPPED"];
        var steps = statuses.Select(s => Array.IndexOf(order, s.Item1)).ToArray();
        steps.ShouldBe(steps.Order()); // Never back.
        var last = events[^1]["detail"] ?? new JsonObject();
        ((string?)last["stoppedReason"], (string?)last["stopCode"], (string?)last["attachments"]?[0]?["type"]).ShouldBe(("enough", "UserInitiated", "eni"));
        ((string?)last["createdAt"] ?? "").ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$");
        ((string?)last["updatedAt"] ?? "").ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$");
    }, more: s => s.AddEventBridge());

    [Fact]
    public void A_service_tells_of_its_deployment_and_of_its_steady_state() => ServiceWorld.Run(1, async w =>
    {
        await ListenAsync(w.World, """{"source":["aws.ecs"],"detail-type":["ECS Deployment State Change","ECS Service Action"]}""");
        var service = await w.CreateAsync(desired: 2);
        await w.SettledAsync(TimeSpan.FromMinutes(5));
        await w.World.Eventually(() => Told(w.World).Any(e => Name(e) == "SERVICE_STEADY_STATE"), TimeSpan.FromMinutes(1));
        Told(w.World).Select(Name).Order(StringComparer.Ordinal).ShouldBe(["SERVICE_DEPLOYMENT_COMPLETED", "SERVICE_DEPLOYMENT_IN_PROGRESS", "SERVICE_STEADY_STATE"]);
        Told(w.World).Select(e => (string?)e["resources"]?[0]).Distinct().ShouldBe([service.ServiceArn]);
        var deployment = Told(w.World).First(e => Name(e) == "SERVICE_DEPLOYMENT_COMPLETED")["detail"];
        ((string?)deployment?["eventType"], (string?)deployment?["deploymentId"]).ShouldBe(("INFO", service.Deployments?[0].Id));
        ((string?)deployment?["reason"]).ShouldBe($"ECS deployment {service.Deployments?[0].Id} completed.");
    }, configure: (_, s) => s.AddEventBridge());

    [Fact]
    public void A_deployment_that_the_circuit_breaker_ends_has_failed() => ServiceWorld.Run(1, async w =>
    {
        await w.CreateAsync(desired: 2);
        await w.SettledAsync(TimeSpan.FromMinutes(5));
        await ListenAsync(w.World, """{"detail":{"eventName":["SERVICE_DEPLOYMENT_FAILED"]}}""");
        await w.RollAsync(ServiceWorld.Missing);
        await w.World.Eventually(() => Told(w.World).Count > 0, TimeSpan.FromHours(1));
        var detail = Told(w.World)[0]["detail"];
        ((string?)detail?["eventType"]).ShouldBe("ERROR");
        ((string?)detail?["reason"] ?? "").ShouldStartWith("ECS deployment circuit breaker: ");
    }, configure: (_, s) => s.AddEventBridge());

    [Theory, Seeds(1, 8)]
    public void How_a_task_ended_is_told_although_the_process_was_killed(ulong seed) => TaskWorld.Run(seed, async w =>
    {
        await ListenAsync(w.World, """{"source":["aws.ecs"],"detail-type":["ECS Task State Change"]}""");
        var arn = await w.RunAsync(TaskWorld.Container());
        await w.World.Faults.RestartProcess(4, TimeSpan.FromSeconds(8), TimeSpan.FromMilliseconds(300));
        await w.UntilAsync(arn, "RUNNING");
        await w.StopAsync(arn);
        await w.World.Faults.RestartProcess(3, TimeSpan.FromSeconds(4), TimeSpan.FromMilliseconds(300));
        await w.UntilAsync(arn, "STOPPED", 120);
        await w.World.Eventually(() => Told(w.World).Any(e => (string?)e["detail"]?["lastStatus"] == "STOPPED"), TimeSpan.FromMinutes(1));
        // A version is never told with two contents.
        Told(w.World).GroupBy(e => (long?)e["detail"]?["version"]).Select(g => g.Select(e => (string?)e["detail"]?["lastStatus"]).Distinct().Count()).Max().ShouldBe(1);
    }, more: s => s.AddEventBridge());

    [Fact]
    public void A_rule_runs_a_task_once_with_its_overrides() => TaskWorld.Run(1, async w =>
    {
        await w.ClusterAsync();
        var role = await w.World.Client<IIam>().CreateRoleAsync(new() { RoleName = "events", AssumeRolePolicyDocument = Trust }, w.World.Caller, default);
        var definition = await w.Ecs.RegisterTaskDefinitionAsync(TaskWorld.Fargate(TaskWorld.Container()), w.World.Caller, default);
        await w.World.Client<IIam>().PutRolePolicyAsync(new() { RoleName = "events", PolicyName = "run", PolicyDocument = MayRun }, w.World.Caller, default);
        var events = w.World.Client<IEventbridge>();
        await events.PutRuleAsync(new() { Name = "job", EventPattern = """{"source":["shop"]}""" }, w.World.Caller, default);
        await events.PutTargetsAsync(new()
        {
            Rule = "job",
            Targets =
            [
                new()
                {
                    Id = "task", Arn = "arn:aws:ecs:us-east-1:123456789012:cluster/default", RoleArn = role.Role?.Arn,
                    InputTransformer = new()
                    {
                        InputPathsMap = System.Collections.Immutable.ImmutableDictionary<string, string>.Empty.Add("n", "$.detail.n"),
                        InputTemplate = """{"containerOverrides":[{"name":"app","environment":[{"name":"N","value":"<n>"}]}]}""",
                    },
                    EcsParameters = new()
                    {
                        TaskDefinitionArn = definition.TaskDefinition?.TaskDefinitionArn ?? "", LaunchType = Contracts.Eventbridge.LaunchType.Fargate,
                        NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = [await w.SubnetAsync()] } },
                    },
                },
            ],
        }, w.World.Caller, default);
        await events.PutEventsAsync(new() { Entries = [new() { Source = "shop", DetailType = "Order", Detail = """{"n":7}""" }] }, w.World.Caller, default);
        await w.World.Eventually(async () => (await w.Ecs.ListTasksAsync(new() { StartedBy = "events-rule/job" }, w.World.Caller, default)).TaskArns?.Length == 1, TimeSpan.FromSeconds(10));
        var arn = (await w.Ecs.ListTasksAsync(new(), w.World.Caller, default)).TaskArns?[0] ?? "";
        var task = await w.UntilAsync(arn, "RUNNING");
        (task.Overrides?.ContainerOverrides?[0].Environment?[0].Value).ShouldBe("7");
    }, more: s => s.AddIam(World.AccountId, "AKIAROOT", "secret").AddSts().AddEventBridge());

    [Theory]
    [InlineData("(service web) has reached a steady state.", "INFO", "SERVICE_STEADY_STATE", null)]
    [InlineData("(service web) is unable to consistently start tasks successfully.", "WARN", "SERVICE_TASK_START_IMPAIRED", null)]
    [InlineData("(service web) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 1) has insufficient CPU units available. For more", "ERROR", "SERVICE_TASK_PLACEMENT_FAILURE", "RESOURCE:CPU")]
    [InlineData("(service web) was unable to place a task because no container instance met all of its requirements. The closest matching (container-instance 1) has insufficient memory available. For more", "ERROR", "SERVICE_TASK_PLACEMENT_FAILURE", "RESOURCE:MEMORY")]
    [InlineData("(service web) has started 2 tasks: (task 1) (task 2).", null, null, null)]
    public void Some_lines_of_a_service_are_service_actions(string line, string? type, string? name, string? reason) =>
        ServiceActions.Of(line).ShouldBe(type is null ? null : new(type, name ?? "", reason));

    private const string MayRun = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ecs:RunTask","Resource":"*"}]}""";
    private const string Trust = """{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"sts:AssumeRole"}]}""";

    private static async Task ListenAsync(World world, string pattern)
    {
        world.Functions.Put(Sink, _ => new FunctionOutcome.Returned("{}"));
        var events = world.Client<IEventbridge>();
        await events.PutRuleAsync(new() { Name = "all", EventPattern = pattern }, world.Caller, default);
        await events.PutTargetsAsync(new() { Rule = "all", Targets = [new() { Id = "sink", Arn = Sink }] }, world.Caller, default);
    }

    private static List<JsonNode> Told(World world) => [.. world.Functions.Invocations.Select(i => JsonNode.Parse(i.Payload) ?? new JsonObject())];

    private static string? Name(JsonNode told) => (string?)told["detail"]?["eventName"];
}
