using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Engines.Hosts;
using Minato.Testing.Agents;
using Attribute = Minato.Contracts.Ecs.Attribute;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Agents;

/// <summary>A machine with an agent on it: registers, connects, and connects again whenever the wire breaks.</summary>
public sealed class AgentHost
{
    private static readonly TimeSpan s_reconnect = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly AgentWorld _world;
    private readonly string _name;
    private readonly ImmutableArray<Attribute> _attributes;
    private int _process;
    private bool _isNewProcess = true;

    public AgentHost(AgentWorld world, string name, ImmutableArray<Attribute> attributes)
    {
        (_world, _name, _attributes) = (world, name, attributes);
        Agent = new(world.World.Time, SubmitAsync);
    }

    public string Arn { get; private set; } = "";
    public SimAgent Agent { get; }
    public string Version { get; set; } = "1.83.0";
    public Caller Caller => AgentWorld.Of(_name);

    /// <summary>The last answer to an attempt to connect.</summary>
    internal HostAdmission? Admission { get; private set; }

    public async Task<ContainerInstance> RegisterAsync(string? document = null)
    {
        var answer = await _world.Ecs.RegisterContainerInstanceAsync(new()
        {
            ContainerInstanceArn = Arn.Length > 0 ? Arn : null,
            InstanceIdentityDocument = document ?? $$"""{"instanceId":"i-{{_name}}","instanceType":"m5.large","availabilityZone":"us-east-1a"}""",
            InstanceIdentityDocumentSignature = "",
            Attributes =
            [
                .. _attributes, new() { Name = "ecs.os-type", Value = "linux" }, new() { Name = "ecs.capability.full-sync" },
                new() { Name = "com.amazonaws.ecs.capability.docker-remote-api.1.21" }, new() { Name = "com.amazonaws.ecs.capability.docker-remote-api.1.19" },
                new() { Name = "com.amazonaws.ecs.capability.task-iam-role" }, new() { Name = "ecs.capability.container-health-check" },
            ],
            TotalResources =
            [
                new() { Name = "CPU", Type = "INTEGER", IntegerValue = 2048 }, new() { Name = "MEMORY", Type = "INTEGER", IntegerValue = 4096 },
                new() { Name = "PORTS", Type = "STRINGSET", StringSetValue = ["22", "2375", "2376", "51678", "51679"] },
                new() { Name = "PORTS_UDP", Type = "STRINGSET", StringSetValue = [] },
            ],
        }, Caller, default);
        Arn = answer.ContainerInstance?.ContainerInstanceArn ?? "";
        return answer.ContainerInstance ?? throw new InvalidOperationException();
    }

    /// <summary>The agent's process begins.</summary>
    public void Start()
    {
        _isNewProcess = true;
        _ = StayConnectedAsync(++_process);
    }

    /// <summary>The agent's process ends; what it ran goes on.</summary>
    public void Kill()
    {
        _process++;
        Agent.Drop();
    }

    public (SimWebSocket? Socket, HostAdmission? Admission) DialTelemetry() => _world.Dial(new Dictionary<string, string>
    {
        ["agentHash"] = "4b9ff6a2", ["agentVersion"] = Version, ["cluster"] = "default", ["containerInstance"] = Arn, ["dockerVersion"] = "20.10.24",
    }, Caller.PrincipalArn, telemetry: true);

    public (SimWebSocket? Socket, HostAdmission? Admission) DialOrders(string? principal = null, bool sendCredentials = false) => _world.Dial(new Dictionary<string, string>
    {
        ["agentHash"] = "4b9ff6a2", ["agentVersion"] = Version, ["clusterArn"] = "default", ["containerInstanceArn"] = Arn,
        ["dockerVersion"] = "DockerVersion: 20.10.24", ["protocolVersion"] = "2", ["seqNum"] = "1", ["sendCredentials"] = sendCredentials ? "true" : "false",
    }, principal ?? Caller.PrincipalArn);

    public Task ReportAsync(string task, string? status, params ContainerStateChange[] containers) => _world.Ecs.SubmitTaskStateChangeAsync(
        new() { Cluster = "default", Task = task, Status = status, Reason = "", Containers = [.. containers] }, Caller, default);

    private async Task StayConnectedAsync(int process)
    {
        while (process == _process)
        {
            var (socket, Admission) = DialOrders(sendCredentials: _isNewProcess);
            this.Admission = Admission;
            if (Admission is HostAdmission.Inactive) return; // For an hour.
            if (socket is not null)
            {
                _isNewProcess = false;
                await Agent.TalkAsync(socket);
            }

            await _world.World.RunFor(s_reconnect);
        }
    }

    // As the SDK and the loop around it: for ever, unless the change is refused.
    private async Task SubmitAsync(SimTaskChange change)
    {
        while (true)
        {
            try
            {
                var call = ReportAsync(change.Task, change.Status,
                    [.. change.Containers.Select(c => new ContainerStateChange { ContainerName = c.Name, Status = c.Status, ExitCode = c.ExitCode, RuntimeId = $"docker-{c.Name}" })]);
                // Of a server that was killed no answer ever comes.
                if (await Task.WhenAny(call, _world.World.RunFor(s_patience)) == call)
                {
                    await call;
                    return;
                }
            }
            catch (InvalidParameterException)
            {
                return;
            }
            catch (Exception e) when (e is InvalidOperationException or Platform.StoreUnavailableException)
            {
                await _world.World.RunFor(TimeSpan.FromSeconds(1));
            }
        }
    }
}
