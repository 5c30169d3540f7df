using System.Text.Json.Nodes;
using Minato.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Agents;

/// <summary>Keys of a task's roles: in the payload, and new ones in time.</summary>
public sealed class CredentialTests
{
    private static async Task<RegisterTaskDefinitionRequest> DefinitionAsync(AgentWorld world) => AgentWorld.Definition() with
    {
        TaskRoleArn = await world.RoleAsync("app"), ExecutionRoleArn = await world.RoleAsync("execution"),
    };

    [Fact]
    public void Both_roles_keys_are_in_the_payload_under_ids_of_their_own() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        var definition = await DefinitionAsync(world);
        var arn = await world.RunTaskAsync(definition);
        await world.UntilAsync(arn, "RUNNING");
        var task = host.Agent.Orders(arn, "RUNNING").Single();
        var keys = task["roleCredentials"].ShouldNotBeNull();
        var execution = task["executionRoleCredentials"].ShouldNotBeNull();
        ((string?)keys["roleArn"]).ShouldBe(definition.TaskRoleArn);
        ((string?)keys["accessKeyId"]).ShouldNotBeNull().ShouldStartWith("ASIA");
        ((string?)keys["sessionToken"]).ShouldNotBeNullOrEmpty();
        ((string?)keys["expiration"]).ShouldNotBeNull().ShouldMatch(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$");
        ((string?)keys["credentialsId"]).ShouldNotBe((string?)execution["credentialsId"]);
        // Where containers ask for keys is told them by the agent itself.
        task["containers"]?[0]?["environment"]?["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"].ShouldBeNull();
        task["containers"]?[0]?["environment"]?["ECS_CONTAINER_METADATA_URI_V4"].ShouldBeNull();
    });

    [Fact]
    public void Keys_are_renewed_before_they_end_under_the_same_ids() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        var arn = await world.RunTaskAsync(await DefinitionAsync(world));
        await world.UntilAsync(arn, "RUNNING");
        var first = host.Agent.Orders(arn, "RUNNING").Single()["roleCredentials"].ShouldNotBeNull();
        host.Agent.Of("IAMRoleCredentialsMessage").ShouldBeEmpty();
        await world.WaitAsync(46 * 60);
        var renewed = host.Agent.Of("IAMRoleCredentialsMessage").ToArray();
        renewed.Select(m => (string?)m["roleType"]).ShouldBe(["TaskApplication", "TaskExecution"]);
        var keys = renewed[0]["roleCredentials"].ShouldNotBeNull();
        ((string?)keys["credentialsId"]).ShouldBe((string?)first["credentialsId"]);
        ((string?)keys["accessKeyId"]).ShouldNotBe((string?)first["accessKeyId"]);
        await world.WaitAsync(2 * 60 * 60);
        host.Agent.Of("IAMRoleCredentialsMessage").Count().ShouldBeInRange(6, 10); // Not more often than needed either.
    });

    [Fact]
    public void A_new_agent_process_gets_keys_for_all_its_tasks_and_a_reconnect_does_not() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        var arn = await world.RunTaskAsync(await DefinitionAsync(world));
        await world.UntilAsync(arn, "RUNNING");
        host.Agent.Drop();
        await world.WaitAsync(5);
        host.Agent.Of("IAMRoleCredentialsMessage").ShouldBeEmpty();
        host.Kill();
        await world.WaitAsync(1);
        host.Start();
        await world.World.Eventually(() => host.Agent.Of("IAMRoleCredentialsMessage").Count() == 2, TimeSpan.FromSeconds(10));
        ((string?)host.Agent.Of("IAMRoleCredentialsMessage").First()["taskArn"]).ShouldBe(arn);
    });

    [Fact]
    public void A_restarted_server_goes_on_with_the_same_ids() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        var arn = await world.RunTaskAsync(await DefinitionAsync(world));
        await world.UntilAsync(arn, "RUNNING");
        var id = (string?)host.Agent.Orders(arn, "RUNNING").Single()["roleCredentials"]?["credentialsId"];
        await world.RestartAsync(afterSeconds: 30);
        await world.WaitAsync(50 * 60);
        host.Agent.Of("IAMRoleCredentialsMessage").Select(m => (string?)m["roleCredentials"]?["credentialsId"]).ShouldContain(id);
    });

    [Fact]
    public void A_role_that_cannot_be_assumed_is_why_the_task_does_not_start() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        var arn = await world.RunTaskAsync(AgentWorld.Definition() with { TaskRoleArn = "arn:aws:iam::123456789012:role/nobody" });
        var stopped = await world.UntilAsync(arn, "STOPPED");
        stopped.StopCode.ShouldBe(TaskStopCode.TaskFailedToStart);
        $"{stopped.StoppedReason} {stopped.Containers?[0].Reason}".ShouldContain("ECS was unable to assume the role 'arn:aws:iam::123456789012:role/nobody'");
        host.Agent.Of("PayloadMessage").ShouldBeEmpty();
    });

    [Fact]
    public void No_secret_of_a_payload_reaches_the_log() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        var arn = await world.RunTaskAsync(await DefinitionAsync(world));
        await world.UntilAsync(arn, "RUNNING");
        var secret = (string?)host.Agent.Orders(arn, "RUNNING").Single()["roleCredentials"]?["secretAccessKey"] ?? "none";
        world.World.History.Lines.ShouldNotContain(line => line.Contains(secret, StringComparison.Ordinal));
        secret.Length.ShouldBe(40);
    });
}
