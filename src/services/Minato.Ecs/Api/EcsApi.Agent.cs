using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Api;

// What the official agent calls.
internal sealed partial class EcsApi
{
    private const string Acknowledged = "ACK";

    public Task<DiscoverPollEndpointResponse> DiscoverPollEndpointAsync(DiscoverPollEndpointRequest request, Caller caller, CancellationToken ct) =>
        Answer(agents.Discover());

    public async Task<SubmitTaskStateChangeResponse> SubmitTaskStateChangeAsync(SubmitTaskStateChangeRequest request, Caller caller, CancellationToken ct)
    {
        await agents.ReportAsync(request, caller, ct);
        return new() { Acknowledgment = Acknowledged };
    }

    public async Task<SubmitContainerStateChangeResponse> SubmitContainerStateChangeAsync(
        SubmitContainerStateChangeRequest request, Caller caller, CancellationToken ct)
    {
        await agents.ReportAsync(new()
        {
            Cluster = request.Cluster,
            Task = request.Task,
            Containers =
            [
                new()
                {
                    ContainerName = request.ContainerName, Status = request.Status, RuntimeId = request.RuntimeId, ExitCode = request.ExitCode,
                    Reason = request.Reason, NetworkBindings = request.NetworkBindings,
                },
            ],
        }, caller, ct);
        return new() { Acknowledgment = Acknowledged };
    }

    /// <summary>Interfaces and volumes are never attached to machines here: nobody waits for this.</summary>
    public Task<SubmitAttachmentStateChangesResponse> SubmitAttachmentStateChangesAsync(
        SubmitAttachmentStateChangesRequest request, Caller caller, CancellationToken ct) =>
        Answer(new SubmitAttachmentStateChangesResponse { Acknowledgment = Acknowledged });

    /// <summary>AWS has packages of newer agents to offer; here there are none.</summary>
    public Task<UpdateContainerAgentResponse> UpdateContainerAgentAsync(UpdateContainerAgentRequest request, Caller caller, CancellationToken ct)
    {
        var ecs = store.Current;
        var cluster = ecs.RequireCluster(caller, request.Cluster).Key;
        if (ecs.Find(EcsTables.Instances, References.InstanceKeyOf(cluster, request.ContainerInstance)) is not { Status: not null } instance)
            throw new InvalidParameterException("The referenced container instance was not found.");
        if (instance.VersionInfo?.AgentVersion is null)
            throw new MissingVersionException("Amazon ECS is unable to determine the current version of the Amazon ECS container agent on the container instance.");
        throw new NoUpdateAvailableException("There is no update available for your container agent.");
    }

    private async Task<RegisterContainerInstanceResponse> RegisterAgentAsync(RegisterContainerInstanceRequest request, Caller caller, CancellationToken ct)
    {
        var instance = await agents.RegisterAsync(request, caller, ct);
        return new() { ContainerInstance = ToWire(store.Current, instance, withTags: true) };
    }

    private static ContainerInstanceHealthStatus? HealthOf(AgentState? agent) => agent?.Runtime is not { } status ? null : new()
    {
        OverallStatus = status,
        Details =
        [
            new()
            {
                Type = InstanceHealthCheckType.ContainerRuntime, Status = status,
                LastUpdated = agent.RuntimeUpdatedAt, LastStatusChange = agent.RuntimeChangedAt,
            },
        ],
    };
}
