using System.Text;
using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Aws.Shapes;
using Minato.Aws.Templates;
using Minato.CloudFormation.Planning;
using Minato.CloudFormation.Reconcile;
using Minato.CloudFormation.State;
using Minato.CloudFormation.Templates;
using Minato.Contracts.CloudFormation;
using Minato.Platform;

namespace Minato.CloudFormation.Api;

// Whether resources still are what their template says. Asking them takes a while: a stack's detection is the drift reconciler's work.
internal sealed partial class CloudFormationApi
{
    public async Task<DetectStackDriftResponse> DetectStackDriftAsync(DetectStackDriftRequest request, Caller caller, CancellationToken ct)
    {
        var id = ids.Uuid();
        await ChangeAsync(caller, request.StackName, (tx, stack) =>
        {
            if (stack.IsBusy || !StackStarts.IsStable(stack)) throw TemplateErrors.Validation($"Drift detection cannot be performed on stack in status {stack.Status.ToWire()}");
            tx.Put(CloudFormationTables.Detections, new DetectionState
            {
                Id = id, StackId = stack.Id, At = clock.GetUtcNow(), Status = StackDriftDetectionStatus.DetectionInProgress, LogicalIds = request.LogicalResourceIds ?? [],
            });
        }, ct);
        return new() { StackDriftDetectionId = id };
    }

    public Task<DescribeStackDriftDetectionStatusResponse> DescribeStackDriftDetectionStatusAsync(
        DescribeStackDriftDetectionStatusRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        if (state.Find(CloudFormationTables.Detections, request.StackDriftDetectionId) is not { } found || state.Find(CloudFormationTables.Stacks, found.StackId)?.Home != Home.Of(caller))
            throw TemplateErrors.Validation($"No drift detection {request.StackDriftDetectionId} was found");
        var done = found.Status is StackDriftDetectionStatus.DetectionComplete;
        return Task.FromResult(new DescribeStackDriftDetectionStatusResponse
        {
            StackId = found.StackId, StackDriftDetectionId = found.Id, DetectionStatus = found.Status, DetectionStatusReason = found.Reason, Timestamp = found.At,
            StackDriftStatus = done ? found.Drift : null, DriftedStackResourceCount = done ? found.Drifted : null,
        });
    }

    public async Task<DetectStackResourceDriftResponse> DetectStackResourceDriftAsync(DetectStackResourceDriftRequest request, Caller caller, CancellationToken ct)
    {
        var stack = StackErrors.Require(store.Current, Home.Of(caller), request.StackName);
        var resource = store.Current.Find(CloudFormationTables.Resources, ResourceState.KeyOf(stack.Id, request.LogicalResourceId))
            ?? throw TemplateErrors.Validation($"Resource {request.LogicalResourceId} does not exist for stack {stack.Name}");
        var drift = await drifts.LookAsync(stack, resource, ct);
        await store.UpdateAsync(tx => DriftLooks.Keep(tx, resource.Key, drift), ct);
        return new() { StackResourceDrift = drift };
    }

    public Task<DescribeStackResourceDriftsResponse> DescribeStackResourceDriftsAsync(DescribeStackResourceDriftsRequest request, Caller caller, CancellationToken ct)
    {
        var stack = StackErrors.Require(store.Current, Home.Of(caller), request.StackName);
        var wanted = request.StackResourceDriftStatusFilters is { IsDefaultOrEmpty: false } filter ? filter : [];
        var found = store.Current.Where(CloudFormationTables.DriftsByStack, stack.Id).Select(d => ShapeJson.Read<StackResourceDrift>(Encoding.UTF8.GetBytes(d.Wire)))
            .Where(d => wanted.IsEmpty || wanted.Contains(d.StackResourceDriftStatus));
        var (page, next) = Page(nameof(DescribeStackResourceDriftsAsync), $"{stack.Id}{string.Join(',', wanted)}", found, d => d.LogicalResourceId, request.NextToken);
        return Task.FromResult(new DescribeStackResourceDriftsResponse { StackResourceDrifts = [.. page], NextToken = next });
    }
}
