using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Placement;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Api;

/// <summary>What agents write through the API: themselves, and how their tasks fare. None is believed about another's tasks.</summary>
internal sealed class AgentDesk(Store store, TimeProvider clock, Ids ids, Installation installation)
{
    // Where the server lets agents in.
    private const string Orders = "/_minato/agent/acs/";
    private const string Telemetry = "/_minato/agent/tcs/";

    public async Task<ContainerInstanceState> RegisterAsync(RegisterContainerInstanceRequest request, Caller caller, CancellationToken ct)
    {
        var tags = Tagging.Check(request.Tags);
        var now = clock.GetUtcNow();
        return await store.UpdateAsync(ecs =>
        {
            var cluster = References.ClusterKeyOf(caller, request.Cluster);
            // AWS: these words make an agent create the default cluster by itself.
            if (ecs.Find(EcsTables.Clusters, cluster) is not { IsActive: true }) throw new ClientException("Cluster not found.");
            var known = request.ContainerInstanceArn is { Length: > 0 } arn ? Known(ecs, cluster, arn, caller) : null;
            var instance = AgentRegistration.Apply(known ?? New(cluster, caller, now), request, tags);
            if (known is null && NeverConnected(ecs, instance, caller) is { } lost) instance = instance with { Key = lost.Key };
            instance = instance with { Agent = (instance.Agent ?? new() { Principal = "" }) with { Principal = caller.PrincipalArn } };
            ecs.Put(EcsTables.Instances, instance);
            return instance;
        }, ct);
    }

    public DiscoverPollEndpointResponse Discover() => new()
    {
        Endpoint = new Uri(installation.Endpoint, Orders).AbsoluteUri,
        TelemetryEndpoint = new Uri(installation.Endpoint, Telemetry).AbsoluteUri,
    };

    /// <summary>AWS: an agent that is refused tries again for ever, so what nobody needs to know is acknowledged like the rest.</summary>
    public async Task ReportAsync(SubmitTaskStateChangeRequest change, Caller caller, CancellationToken ct)
    {
        if (!string.IsNullOrEmpty(change.Status) && HostReports.Status(change.Status) is null)
            throw new InvalidParameterException($"'{change.Status}' is not a status that a task can change to.");
        await store.UpdateAsync(ecs =>
        {
            if (TaskOf(ecs, change, caller) is not { } task) return;
            if (ecs.Find(EcsTables.TaskDefinitions, task.TaskDefinition) is not { } definition) return;
            var known = task.Report ?? HostReport.Empty;
            var report = HostReports.Fold(known, change, definition.Containers);
            if (report != known) ecs.Put(EcsTables.Tasks, task with { Report = report });
        }, ct);
    }

    /// <returns>Null for a task that nothing more needs to be known of.</returns>
    private static TaskState? TaskOf(Transaction ecs, SubmitTaskStateChangeRequest change, Caller caller)
    {
        var reference = change.Task ?? "";
        var cluster = References.ClusterKeyOf(caller, change.Cluster);
        if (Arn.TryParse(reference, out var arn))
        {
            // AWS: the cluster is told as it was configured, often by name; the task's ARN is sure.
            if (arn.Resource.Split('/') is not ["task", var name, _]) throw new InvalidParameterException("Invalid identifier: Unexpected task identifier.");
            cluster = new(new(arn.AccountId, arn.Region), name);
        }

        if (ecs.Find(EcsTables.Tasks, References.TaskKeyOf(cluster, reference)) is not { IsStopped: false } task) return null;
        var isTheirs = task.InstanceKey is { } key && ecs.Find(EcsTables.Instances, key)?.Agent is { } agent && agent.Principal == caller.PrincipalArn;
        // AWS: the one refusal that makes an agent drop what it had to say.
        return isTheirs ? task : throw new InvalidParameterException("The referenced task does not run on a container instance of the caller.");
    }

    private ContainerInstanceState New(ClusterKey cluster, Caller caller, DateTimeOffset now) => new()
    {
        Key = new(cluster, ids.Hex(32)),
        Ec2InstanceId = AgentRegistration.ManagedInstanceOf(caller.PrincipalArn) ?? "",
        RegisteredAt = now,
        Cpu = 0,
        Memory = 0,
        AgentConnected = false, // Until it is: nothing can be placed on it before.
    };

    private static ContainerInstanceState Known(Transaction ecs, ClusterKey cluster, string arn, Caller caller)
    {
        if (ecs.Find(EcsTables.Instances, References.InstanceKeyOf(cluster, arn)) is not { Status: not null, Agent: { } agent } known)
            throw new ClientException("The referenced container instance was not found.");
        // Somebody else's keys are taken once nobody speaks for the instance: keys change.
        if (agent.Principal != caller.PrincipalArn && known.AgentConnected)
            throw new AccessDeniedException($"User: {caller.PrincipalArn} is not authorized to register the container instance {known.Key.Arn}.");
        return known;
    }

    // An agent that never heard the answer registers again: it is the same machine.
    private static ContainerInstanceState? NeverConnected(Transaction ecs, ContainerInstanceState instance, Caller caller) =>
        instance.Ec2InstanceId.Length == 0 ? null : ecs.Where(EcsTables.InstancesByMachine, (instance.Key.Cluster, instance.Ec2InstanceId))
            .FirstOrDefault(i => i.Agent is { HasConnected: false } agent && agent.Principal == caller.PrincipalArn);
}
