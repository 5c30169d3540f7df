using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Minato.Contracts.Ecs;
using Minato.Engines.EcsAgent.Messages;
using Minato.Platform;
using Minato.Testing;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Agents;

/// <summary>
/// Goal: nothing an agent can send breaks the server or changes what is not its own. Method: real messages, bent at random, on both
/// channels and through the API, while another machine's task runs beside.
/// </summary>
public sealed class FuzzTests
{
    private static readonly string[] s_types =
    [
        "HeartbeatAckRequest", "AckRequest", "NackRequest", "IAMRoleCredentialsAckRequest", "TaskStopVerificationMessage",
        "PublishMetricsRequest", "PublishHealthRequest", "PublishInstanceStatusRequest", "PayloadMessage", "",
    ];

    private static readonly string[] s_names =
    [
        "messageId", "cluster", "containerInstance", "stopCandidates", "taskArn", "tasks", "containers", "containerName", "healthStatus", "statuses",
        "type", "status", "lastUpdated", "credentialsId", "metadata",
    ];

    [Theory, Seeds(1, 80)]
    public void Whatever_an_agent_sends_the_others_tasks_go_on(ulong seed) => AgentWorld.Run(seed, async world =>
    {
        var honest = await world.JoinAsync("honest");
        var arn = await world.RunTaskAsync();
        await world.UntilAsync(arn, "RUNNING");
        var fuzzed = await world.JoinAsync("fuzzed");
        var chance = world.World.Chance;
        for (var i = 0; i < 40; i++)
        {
            var (socket, _) = chance.Next(2) == 0 ? fuzzed.DialOrders() : fuzzed.DialTelemetry();
            if (socket is null) continue;
            var known = fuzzed.Agent.Heard.Select(m => (string?)m["message"]?["messageId"]).OfType<string>().Append(arn).Append("x").ToArray();
            for (var n = 1 + chance.Next(8); n > 0 && socket.State == WebSocketState.Open; n--)
                await socket.SendAsync(Frame(chance, known), chance.Next(20) == 0 ? WebSocketMessageType.Binary : WebSocketMessageType.Text, chance.Next(10) != 0, default);
            await world.WaitAsync(chance.NextDouble());
            if (chance.Next(2) == 0) socket.Abort();
        }

        await world.WaitAsync(5);
        (await world.DescribeAsync(arn)).LastStatus.ShouldBe("RUNNING");
        honest.Agent.Orders(arn, "STOPPED").ShouldBeEmpty();
        world.World.History.Lines.ShouldNotContain(line => line.Contains("Error:", StringComparison.Ordinal));
        await world.World.Eventually(() => fuzzed.Agent.IsConnected, TimeSpan.FromSeconds(10)); // The server is as it was.
    });

    [Theory, Seeds(1, 40)]
    public void Whatever_an_agent_reports_a_task_only_goes_forward(ulong seed) => AgentWorld.Run(seed, async world =>
    {
        var host = await world.JoinAsync();
        host.Agent.RunsTasks = false;
        var arn = await world.RunTaskAsync(AgentWorld.Definition(AgentWorld.App, new() { Name = "side", Image = "side:1", Memory = 64, Essential = false }));
        await world.WaitAsync(1);
        var chance = world.World.Chance;
        string?[] words = ["PENDING", "RUNNING", "STOPPED", "", null, "NONSENSE"];
        var order = new List<string?> { "PENDING", "ACTIVATING", "RUNNING", "STOPPED" };
        var before = 0;
        for (var i = 0; i < 30; i++)
        {
            var containers = Enumerable.Range(0, chance.Next(4)).Select(_ => new ContainerStateChange
            {
                ContainerName = chance.Next(4) switch { 0 => "side", 1 => "ghost", _ => "app" }, Status = words[chance.Next(words.Length)],
                ExitCode = chance.Next(3) == 0 ? chance.Next(256) : null, RuntimeId = chance.Next(2) == 0 ? "docker" : null,
                Reason = chance.Next(5) == 0 ? new string('r', chance.Next(5000)) : null,
            }).ToArray();
            try
            {
                await host.ReportAsync(arn, i < 25 ? words[chance.Next(2) == 0 ? 0 : 1] : words[chance.Next(words.Length)], containers);
            }
            catch (InvalidParameterException)
            {
                // The one refusal an agent understands.
            }

            await world.WaitAsync(0.5);
            var task = await world.DescribeAsync(arn);
            var now = order.IndexOf(task.LastStatus);
            now.ShouldBeGreaterThanOrEqualTo(before, $"{task.LastStatus} after {order[before]}");
            task.Containers?.Length.ShouldBe(2);
            task.Containers?.ShouldAllBe(c => (c.Reason ?? "").Length <= 1024);
            before = now;
        }
    });

    [Theory, Seeds(1, 100)]
    public void Bytes_are_a_message_or_they_are_not_and_nothing_is_thrown(ulong seed)
    {
        var chance = new Ids(seed);
        for (var i = 0; i < 20; i++)
        {
            using var message = AgentMessage.Parse(Frame(chance, ["x"]));
            if (message is null) continue;
            foreach (var name in s_names)
            {
                _ = message.Text(name);
                foreach (var item in message.List(name, 3))
                {
                    foreach (var inner in s_names) _ = (AgentMessage.TextOf(item, inner), AgentMessage.TimeOf(item, inner), AgentMessage.ListOf(item, inner, 3).Count());
                }
            }
        }
    }

    private static ReadOnlyMemory<byte> Frame(Ids chance, string[] known)
    {
        var text = new JsonObject { ["type"] = s_types[chance.Next(s_types.Length)], ["message"] = Value(chance, known, 4) }.ToJsonString();
        if (chance.Next(6) == 0) text = $"Host: x\r\n\r\n{text}";
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var n = chance.Next(3) == 0 ? chance.Next(6) : 0; n > 0; n--) bytes[chance.Next(bytes.Length)] = (byte)chance.Next(256);
        return chance.Next(8) == 0 ? bytes.AsMemory(0, chance.Next(bytes.Length)) : bytes;
    }

    private static JsonNode? Value(Ids chance, string[] known, int depth) => chance.Next(depth > 0 ? 8 : 5) switch
    {
        0 => null,
        1 => JsonValue.Create((chance.NextDouble() - 0.5) * 1e12),
        2 => JsonValue.Create(chance.Next(2) == 0),
        3 or 4 => JsonValue.Create(known[chance.Next(known.Length)]),
        5 => new JsonArray([.. Enumerable.Range(0, chance.Next(4)).Select(_ => Value(chance, known, depth - 1))]),
        _ => new JsonObject(Enumerable.Range(0, 1 + chance.Next(5)).Select(_ => s_names[chance.Next(s_names.Length)]).Distinct()
            .Select(name => System.Collections.Generic.KeyValuePair.Create(name, Value(chance, known, depth - 1)))),
    };
}
