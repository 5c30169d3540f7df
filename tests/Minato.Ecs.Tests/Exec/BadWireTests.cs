using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Minato.Contracts.Ecs;
using Minato.Ecs.Tests.Tasks;
using Minato.Engines.Containers;
using Minato.Engines.Sessions;
using Minato.Testing;
using Minato.Testing.Agents;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Exec;

/// <summary>Goal: a session shows every byte once and in order whatever the wire does. Method: a wire that loses, doubles and reorders frames both ways.</summary>
public sealed class BadWireTests
{
    private const int Lines = 60;

    [Theory, Seeds(1, 40)]
    public void A_session_is_whole_over_a_bad_wire(ulong seed) => TaskWorld.Run(seed, async world =>
    {
        var session = await ExecAsync(world, "sh -c 'echo ready; cat; echo bye; exit 5'");
        var (server, client) = SimWebSocket.Pair();
        using var down = new BadWire(server, (int)seed);
        using var up = new BadWire(client, (int)seed + 1000);
        using var gate = new SessionGate(
            world.World.Client<ISessionOwner>(), world.World.Client<IContainerEngines>(), new(), world.World.Time, Guid.NewGuid, NullLogger<SessionGate>.Instance);
        var serving = gate.RunAsync(down, session.SessionId ?? "", default);
        await using var person = await SessionClient.OpenAsync(up, session.TokenValue ?? "", new(), world.World.Time, Guid.NewGuid, default);

        var typed = new StringBuilder();
        for (var i = 0; i < Lines; i++)
        {
            var line = $"{i} {new string((char)('a' + (i % 26)), (i * 37) % 1500)}\n";
            typed.Append(line);
            await person.WriteAsync(Encoding.UTF8.GetBytes(line), default);
        }

        await person.WriteAsync(new byte[] { 4 }, default); // The end of the input.
        var shown = new StringBuilder();
        while (await person.ReadAsync(default) is { } bytes) shown.Append(Encoding.UTF8.GetString(bytes.Span));
        shown.ToString().ShouldBe($"ready\r\n{typed}bye\r\n");
        person.Farewell?.ExitCode.ShouldBe(5);
        (down.Lost + up.Lost, down.Doubled + up.Doubled, down.Overtaken + up.Overtaken).ShouldSatisfyAllConditions(
            t => t.Item1.ShouldBeGreaterThan(0), t => t.Item2.ShouldBeGreaterThan(0), t => t.Item3.ShouldBeGreaterThan(0));
        await serving;
    });

    private static async Task<Session> ExecAsync(TaskWorld world, string command)
    {
        await world.ClusterAsync();
        await world.Ecs.RegisterTaskDefinitionAsync(TaskWorld.Fargate(TaskWorld.Container()), world.World.Caller, default);
        var made = await world.Ecs.RunTaskAsync(new()
        {
            TaskDefinition = "web", LaunchType = LaunchType.Fargate, EnableExecuteCommand = true,
            NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = [await world.SubnetAsync()] } },
        }, world.World.Caller, default);
        var task = made.Tasks?[0].TaskArn ?? "";
        await world.UntilAsync(task, "RUNNING");
        return (await world.Ecs.ExecuteCommandAsync(new() { Task = task, Command = command, Interactive = true }, world.World.Caller, default)).Session ?? new();
    }
}
