using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Api;

// Daemons run beside the tasks of ECS Managed Instances, machines that AWS buys and patches: there are none here. What is asked about
// them is answered as in a Region that does not have them: nothing can be made, so nothing is found and every list is empty.
internal sealed partial class EcsApi
{
    public Task<CreateDaemonResponse> CreateDaemonAsync(CreateDaemonRequest request, Caller caller, CancellationToken ct)
    {
        RequireClusterOf(caller, request.ClusterArn);
        throw NotInThisRegion();
    }

    public Task<UpdateDaemonResponse> UpdateDaemonAsync(UpdateDaemonRequest request, Caller caller, CancellationToken ct) =>
        throw NoDaemon(caller, request.DaemonArn);

    public Task<DeleteDaemonResponse> DeleteDaemonAsync(DeleteDaemonRequest request, Caller caller, CancellationToken ct) =>
        throw NoDaemon(caller, request.DaemonArn);

    public Task<DescribeDaemonResponse> DescribeDaemonAsync(DescribeDaemonRequest request, Caller caller, CancellationToken ct) =>
        throw NoDaemon(caller, request.DaemonArn);

    public Task<DescribeDaemonDeploymentsResponse> DescribeDaemonDeploymentsAsync(
        DescribeDaemonDeploymentsRequest request, Caller caller, CancellationToken ct)
    {
        CheckCount(request.DaemonDeploymentArns, "daemonDeploymentArns");
        return Answer(new DescribeDaemonDeploymentsResponse { DaemonDeployments = [], Failures = [.. request.DaemonDeploymentArns.Select(Missing)] });
    }

    public Task<DescribeDaemonRevisionsResponse> DescribeDaemonRevisionsAsync(
        DescribeDaemonRevisionsRequest request, Caller caller, CancellationToken ct)
    {
        CheckCount(request.DaemonRevisionArns, "daemonRevisionArns");
        return Answer(new DescribeDaemonRevisionsResponse { DaemonRevisions = [], Failures = [.. request.DaemonRevisionArns.Select(Missing)] });
    }

    public Task<ListDaemonsResponse> ListDaemonsAsync(ListDaemonsRequest request, Caller caller, CancellationToken ct)
    {
        RequireClusterOf(caller, request.ClusterArn);
        CheckPage("ListDaemons", request.NextToken, request.MaxResults);
        return Answer(new ListDaemonsResponse { DaemonSummariesList = [] });
    }

    public Task<ListDaemonDeploymentsResponse> ListDaemonDeploymentsAsync(
        ListDaemonDeploymentsRequest request, Caller caller, CancellationToken ct)
    {
        CheckPage("ListDaemonDeployments", request.NextToken, request.MaxResults);
        return Answer(new ListDaemonDeploymentsResponse { DaemonDeployments = [] });
    }

    // AWS: the operations on daemon task definitions know no error of their own but ClientException.
    public Task<RegisterDaemonTaskDefinitionResponse> RegisterDaemonTaskDefinitionAsync(
        RegisterDaemonTaskDefinitionRequest request, Caller caller, CancellationToken ct) => throw new ClientException(NotSupportedHere);

    public Task<DescribeDaemonTaskDefinitionResponse> DescribeDaemonTaskDefinitionAsync(
        DescribeDaemonTaskDefinitionRequest request, Caller caller, CancellationToken ct) =>
        throw new ClientException("Unable to describe daemon task definition.");

    public Task<DeleteDaemonTaskDefinitionResponse> DeleteDaemonTaskDefinitionAsync(
        DeleteDaemonTaskDefinitionRequest request, Caller caller, CancellationToken ct) =>
        throw new ClientException("The specified daemon task definition does not exist. Specify a valid account, family, revision and try again.");

    public Task<ListDaemonTaskDefinitionsResponse> ListDaemonTaskDefinitionsAsync(
        ListDaemonTaskDefinitionsRequest request, Caller caller, CancellationToken ct)
    {
        CheckPage("ListDaemonTaskDefinitions", request.NextToken, request.MaxResults);
        return Answer(new ListDaemonTaskDefinitionsResponse { DaemonTaskDefinitions = [] });
    }

    private const string NotSupportedHere = "The specified feature is not supported in this Region.";

    private static UnsupportedFeatureException NotInThisRegion() => new(NotSupportedHere);

    private static Failure Missing(string arn) => new() { Arn = arn, Reason = "MISSING" };

    /// <summary>No daemon has ever been made: whatever names one names none.</summary>
    private DaemonNotFoundException NoDaemon(Caller caller, string daemonArn)
    {
        // daemon/CLUSTER/NAME: the cluster is looked for first.
        if (Arn.TryParse(daemonArn, out var arn) && arn.Resource.Split('/') is ["daemon", var cluster, _]) store.Current.RequireCluster(caller, cluster);
        return new("Daemon not found.");
    }

    private void RequireClusterOf(Caller caller, string? reference)
    {
        if (!string.IsNullOrEmpty(reference)) store.Current.RequireCluster(caller, reference);
    }

    /// <summary>Also a list that is always empty knows a token it never gave.</summary>
    private void CheckPage(string operation, string? token, int? size)
    {
        tokens.Position(operation, token);
        Pages.Size(size);
    }
}
