using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Contracts.Iam;
using Minato.Ec2;
using Minato.Engines.EcsAgent;
using Minato.Engines.Hosts;
using Minato.Iam;
using Minato.Logs;
using Minato.Platform;
using Minato.Sts;
using Minato.Testing;
using Minato.Testing.Agents;
using Attribute = Minato.Contracts.Ecs.Attribute;
using EcsTask = Minato.Contracts.Ecs.Task;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Agents;

/// <summary>A world whose container instances are run by simulated agents.</summary>
public sealed class AgentWorld(World world)
{
    private readonly List<AgentHost> _hosts = [];

    public World World => world;
    public IEcs Ecs => world.Client<IEcs>();
    public IReadOnlyList<AgentHost> Hosts => _hosts;
    public static Caller Of(string principal) => new() { AccountId = World.AccountId, Region = "us-east-1", PrincipalArn = $"arn:aws:iam::{World.AccountId}:user/{principal}" };

    public static void Run(ulong seed, Func<AgentWorld, Task> test, EcsAgentOptions? options = null) =>
        World.Run(seed, async world =>
        {
            await world.Client<IEcs>().CreateClusterAsync(new(), world.Caller, default);
            await test(new(world));
        }, services =>
        {
            services.AddSingleton(new EcsOptions());
            services.AddSingleton(new PageTokens("a secret of the test"u8));
            services.AddEc2().AddLogs().AddIam(World.AccountId, "AKIAROOT", "secret").AddSts().AddEcs().AddEcsAgents(options ?? new());
        });

    /// <summary>A machine with an agent that has joined and is connected.</summary>
    public async Task<AgentHost> JoinAsync(string name = "one", params Attribute[] attributes)
    {
        var host = new AgentHost(this, name, [.. attributes]);
        _hosts.Add(host);
        await host.RegisterAsync();
        host.Start();
        await world.Eventually(async () => (await DescribeHostAsync(host)).AgentConnected == true, TimeSpan.FromSeconds(30), $"{name} connected");
        return host;
    }

    public async Task<ContainerInstance> DescribeHostAsync(AgentHost host, params ContainerInstanceField[] include) =>
        (await Ecs.DescribeContainerInstancesAsync(new() { ContainerInstances = [host.Arn], Include = [.. include] }, world.Caller, default)).ContainerInstances?[0]
        ?? throw new InvalidOperationException("It is not there.");

    public static RegisterTaskDefinitionRequest Definition(params ContainerDefinition[] containers) => new()
    {
        Family = "web",
        ContainerDefinitions = containers.Length > 0 ? [.. containers] : [App],
    };

    public static ContainerDefinition App => new() { Name = "app", Image = "app:1", Memory = 128, PortMappings = [new() { ContainerPort = 80 }] };

    public async Task<string> RunTaskAsync(RegisterTaskDefinitionRequest? definition = null, LaunchType launchType = LaunchType.Ec2)
    {
        await Ecs.RegisterTaskDefinitionAsync(definition ?? Definition(), world.Caller, default);
        var made = await Ecs.RunTaskAsync(new() { TaskDefinition = "web", LaunchType = launchType }, world.Caller, default);
        return made.Tasks?.FirstOrDefault()?.TaskArn ?? throw new InvalidOperationException($"Not placed: {made.Failures?.FirstOrDefault()?.Reason}");
    }

    public async Task<EcsTask> DescribeAsync(string arn) =>
        (await Ecs.DescribeTasksAsync(new() { Tasks = [arn] }, world.Caller, default)).Tasks?.FirstOrDefault() ?? throw new InvalidOperationException($"There is no {arn}.");

    public async Task<EcsTask> UntilAsync(string arn, string status, double withinSeconds = 120)
    {
        await world.Eventually(async () => (await DescribeAsync(arn)).LastStatus == status, TimeSpan.FromSeconds(withinSeconds), $"{status} {arn}");
        return await DescribeAsync(arn);
    }

    public Task StopTaskAsync(string arn) => Ecs.StopTaskAsync(new() { Task = arn }, world.Caller, default);

    public async Task<string> RoleAsync(string name) => (await world.Client<IIam>().CreateRoleAsync(
        new() { RoleName = name, AssumeRolePolicyDocument = """{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}}""" }, world.Caller, default)).Role.Arn;

    public Task WaitAsync(double seconds) => world.RunFor(TimeSpan.FromSeconds(seconds));

    /// <summary>Kills the server; its wires are cut with it.</summary>
    public async Task RestartAsync(double afterSeconds = 0)
    {
        world.Kill();
        foreach (var host in _hosts) host.Agent.Drop();
        if (afterSeconds > 0) await WaitAsync(afterSeconds);
        await world.StartAsync();
    }

    /// <summary>A wire from an agent to the server of now.</summary>
    /// <returns>Null when it is not let in.</returns>
    internal (SimWebSocket? Socket, HostAdmission? Admission) Dial(IReadOnlyDictionary<string, string> query, string principal, bool telemetry = false)
    {
        if (!IsRunning) return (null, null);
        var gate = world.Services.GetRequiredService<AgentGate>();
        var greeting = gate.Greeting(query, principal);
        var admission = gate.Admit(greeting);
        if (admission is not HostAdmission.Welcome) return (null, admission);
        var (server, agent) = SimWebSocket.Pair();
        _ = telemetry ? gate.RunTelemetryAsync(server, greeting, default) : gate.RunOrdersAsync(server, greeting, default);
        return (agent, admission);
    }

    private bool IsRunning
    {
        get
        {
            try
            {
                return world.Store.Current is not null;
            }
            catch (InvalidOperationException)
            {
                return false;
            }
        }
    }
}
