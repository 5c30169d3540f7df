using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Minato.Contracts.Ecs;
using Minato.Ecs.Api;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.Tests.Tasks;
using Minato.Engines.Containers;
using Minato.Engines.Sessions;
using Minato.Testing.Agents;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Exec;

/// <summary>ExecuteCommand and the session behind it, from the request to the end, on simulated time.</summary>
public sealed class ExecuteCommandTests
{
    private static async Task<string> StartAsync(TaskWorld world, bool enable = true, params ContainerDefinition[] containers)
    {
        await world.ClusterAsync();
        await world.Ecs.RegisterTaskDefinitionAsync(TaskWorld.Fargate(containers is [] ? [TaskWorld.Container()] : containers), world.World.Caller, default);
        var answer = await world.Ecs.RunTaskAsync(new()
        {
            TaskDefinition = "web", LaunchType = LaunchType.Fargate, EnableExecuteCommand = enable,
            NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = [await world.SubnetAsync()] } },
        }, world.World.Caller, default);
        return answer.Tasks?[0].TaskArn ?? "";
    }

    private static Task<ExecuteCommandResponse> ExecAsync(TaskWorld world, string task, string command = "sh -c 'echo hi; exit 3'", string? container = null, bool interactive = true) =>
        world.Ecs.ExecuteCommandAsync(new() { Task = task, Command = command, Container = container, Interactive = interactive }, world.World.Caller, default);

    private static SessionGate Gate(TaskWorld world) => new(
        world.World.Client<ISessionOwner>(), world.World.Client<IContainerEngines>(), new(), world.World.Time, Guid.NewGuid, NullLogger<SessionGate>.Instance);

    private static (Task Serving, Task<SessionClient> Client) Join(TaskWorld world, Session session)
    {
        var (server, client) = SimWebSocket.Pair();
        var serving = Gate(world).RunAsync(server, session.SessionId ?? "", default);
        return (serving, SessionClient.OpenAsync(client, session.TokenValue ?? "", new(), world.World.Time, Guid.NewGuid, default));
    }

    private static async Task<string> OutputAsync(SessionClient client)
    {
        var text = new StringBuilder();
        while (await client.ReadAsync(default) is { } bytes) text.Append(Encoding.UTF8.GetString(bytes.Span));
        return text.ToString();
    }

    [Fact]
    public void A_command_runs_its_output_comes_and_its_exit_code_is_known() => TaskWorld.Run(1, async world =>
    {
        var arn = await StartAsync(world);
        (await world.UntilAsync(arn, "RUNNING")).Containers?[0].ManagedAgents?[0].LastStatus.ShouldBe("RUNNING");
        var answer = await ExecAsync(world, arn);
        (answer.TaskArn, answer.ContainerName, answer.Interactive).ShouldBe((arn, "app", true));
        answer.Session?.StreamUrl.ShouldStartWith("ws://");
        var (serving, opening) = Join(world, answer.Session ?? new());
        await using var client = await opening;
        (await OutputAsync(client)).ShouldBe("hi\r\n");
        client.Farewell?.ExitCode.ShouldBe(3);
        await serving;
    });

    [Fact]
    public void A_session_ends_when_nobody_has_typed_for_twenty_minutes() => TaskWorld.Run(2, async world =>
    {
        var arn = await StartAsync(world);
        await world.UntilAsync(arn, "RUNNING");
        var (serving, opening) = Join(world, (await ExecAsync(world, arn, "sh -c cat")).Session ?? new());
        await using var client = await opening;
        await world.World.RunFor(TimeSpan.FromMinutes(15));
        await client.WriteAsync("still here"u8.ToArray(), default);
        var began = world.World.Time.GetUtcNow();
        (await OutputAsync(client)).ShouldBe("still here");
        (world.World.Time.GetUtcNow() - began).ShouldBe(TimeSpan.FromMinutes(20), TimeSpan.FromSeconds(5));
        client.Farewell?.Words.ShouldEndWith("timed out due to inactivity.");
        await serving;
    });

    [Fact]
    public void A_token_opens_its_session_once_and_not_after_a_minute() => TaskWorld.Run(3, async world =>
    {
        var arn = await StartAsync(world);
        await world.UntilAsync(arn, "RUNNING");
        var owner = world.World.Client<ISessionOwner>();
        var (first, second) = ((await ExecAsync(world, arn)).Session ?? new(), (await ExecAsync(world, arn)).Session ?? new());
        owner.Claim(first.SessionId ?? "", second.TokenValue ?? "").ShouldBeNull("a token is of one session");
        owner.Claim(first.SessionId ?? "", first.TokenValue ?? "").ShouldNotBeNull();
        owner.Claim(first.SessionId ?? "", first.TokenValue ?? "").ShouldBeNull("it is used");
        await world.World.RunFor(ExecSessions.TokenLifetime);
        owner.Claim(second.SessionId ?? "", second.TokenValue ?? "").ShouldBeNull("it is too old");
    });

    [Fact]
    public void A_container_has_at_most_1000_sessions() => TaskWorld.Run(4, async world =>
    {
        var arn = await StartAsync(world);
        await world.UntilAsync(arn, "RUNNING");
        for (var i = 0; i < ExecSessions.MostOfAContainer; i++) await ExecAsync(world, arn);
        await world.World.Throws<ClientException>(() => ExecAsync(world, arn));
        await world.World.RunFor(ExecSessions.TokenLifetime);
        await ExecAsync(world, arn); // What nobody opened is forgotten.
    });

    [Fact]
    public void Execute_command_refuses_what_cannot_be() => TaskWorld.Run(5, async world =>
    {
        var closed = await StartAsync(world, enable: false);
        (await world.UntilAsync(closed, "RUNNING")).Containers?[0].ManagedAgents.ShouldBeNull();
        (await RefusalAsync(closed)).ShouldStartWith("The execute command failed because execute command was not enabled when the task was run");
        var two = await StartAsync(world, true, TaskWorld.Container(), TaskWorld.Container("side"));
        (await RefusalAsync(two, container: "app")).ShouldStartWith("The execute command failed", customMessage: "it does not run yet");
        await world.UntilAsync(two, "RUNNING");
        (await RefusalAsync(two)).ShouldContain("more than one container");
        (await RefusalAsync(two, container: "other")).ShouldContain("other");
        (await RefusalAsync(two, container: "side", interactive: false)).ShouldBe("Interactive is the only mode supported currently.");
        (await RefusalAsync("0123456789")).ShouldBe("The referenced task was not found.");
        (await ExecAsync(world, two, container: "side")).ContainerName.ShouldBe("side");

        async Task<string> RefusalAsync(string task, string? container = null, bool interactive = true) =>
            (await world.World.Throws<InvalidParameterException>(() => ExecAsync(world, task, container: container, interactive: interactive))).Message;
    });

    [Theory]
    [InlineData("a  b", new[] { "a", "b" })]
    [InlineData("sh -c 'echo \"x y\"'", new[] { "sh", "-c", "echo \"x y\"" })]
    [InlineData("a\\ b \"c \\\" $d\" ''", new[] { "a b", "c \" $d", "" })]
    public void A_command_line_is_split_as_a_shell_splits_it(string line, string[] words) => CommandWords.Split(line).ShouldBe(words);

    [Theory, InlineData("'a"), InlineData("\"a"), InlineData("a\\")]
    public void A_command_line_with_an_open_quote_is_none(string line) => CommandWords.Split(line).IsDefault.ShouldBeTrue();
}
