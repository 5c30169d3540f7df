using Minato.Contracts.Ecs;
using Minato.Ecs.Tests.Agents;
using Minato.Testing;
using Task = System.Threading.Tasks.Task;

namespace Minato.Simulation;

/// <summary>
/// Goal: tasks on the official agent are started once, stopped when they should be, and never come back, whatever breaks. Method:
/// safety after every step while wires, agents and the server fail; liveness once they stop.
/// </summary>
public sealed class AgentStories
{
    [Theory, Seeds(1, 200)]
    public void Tasks_on_agents_survive_cut_wires_restarts_and_lost_acknowledgements(ulong seed) => AgentWorld.Run(seed, async world =>
    {
        world.World.Always(() => world.Hosts.All(h => h.Agent.Tasks.Values.All(t => t.Starts <= 1)), "no task is started twice");
        world.World.Always(() => world.Hosts.All(h => h.Agent.Revived.Count == 0), "nobody is told to run what was stopped");
        for (var i = 0; i < 3; i++) await world.JoinAsync($"host{i}");
        await world.Ecs.RegisterTaskDefinitionAsync(AgentWorld.Definition(), world.World.Caller, default);
        var chance = world.World.Chance;
        var tasks = new List<string>();
        var unwanted = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 40; i++)
        {
            await world.WaitAsync(chance.NextDouble() * 5);
            var host = world.Hosts[chance.Next(world.Hosts.Count)];
            switch (chance.Next(9))
            {
                case 0 or 1 or 2: tasks.AddRange(await RunAsync(world)); break;
                case 3 when tasks.Count > 0: await StopAsync(world, tasks[chance.Next(tasks.Count)], unwanted); break;
                case 4: host.Agent.Drop(); break;
                case 5: await RestartAgentAsync(world, host, chance.NextDouble() * 30); break;
                case 6: await world.RestartAsync(chance.Next(3) == 0 ? 20 * chance.NextDouble() : 0); break;
                case 7: host.Agent.AcknowledgesPayloads = chance.Next(2) == 0; break;
                default: host.Agent.AcknowledgesHeartbeats = chance.Next(4) != 0; break;
            }
        }

        foreach (var host in world.Hosts)
        {
            (host.Agent.AcknowledgesPayloads, host.Agent.AcknowledgesHeartbeats) = (true, true);
            host.Agent.Drop();
        }

        foreach (var task in tasks)
        {
            var wanted = unwanted.Contains(task) ? "STOPPED" : "RUNNING";
            await world.UntilAsync(task, wanted, withinSeconds: 300);
            world.Hosts.Count(h => h.Agent.Tasks.TryGetValue(task, out var t) && t.Status == "RUNNING").ShouldBe(wanted == "RUNNING" ? 1 : 0);
        }

        foreach (var host in world.Hosts)
            await world.World.Eventually(async () => (await world.DescribeHostAsync(host)).AgentConnected == true, TimeSpan.FromMinutes(2), "connected again");
    });

    private static async Task<IEnumerable<string>> RunAsync(AgentWorld world)
    {
        var made = await world.Ecs.RunTaskAsync(new() { TaskDefinition = "web", LaunchType = LaunchType.Ec2 }, world.World.Caller, default);
        return (made.Tasks ?? []).Select(t => t.TaskArn ?? "");
    }

    private static async Task StopAsync(AgentWorld world, string task, HashSet<string> unwanted)
    {
        unwanted.Add(task);
        await world.StopTaskAsync(task);
    }

    private static async Task RestartAgentAsync(AgentWorld world, AgentHost host, double afterSeconds)
    {
        host.Kill();
        await world.WaitAsync(afterSeconds);
        await host.RegisterAsync();
        host.Start();
    }
}
