using System.Collections.Immutable;
using System.Globalization;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Api;

internal sealed partial class EcsApi
{
    private const int MostDeploymentsDescribed = 20;
    private const int DeploymentsOnAPage = 20;

    public Task<DescribeServiceDeploymentsResponse> DescribeServiceDeploymentsAsync(
        DescribeServiceDeploymentsRequest request, Caller caller, CancellationToken ct)
    {
        CheckCount(request.ServiceDeploymentArns, "serviceDeploymentArns");
        var ecs = store.Current;
        var found = ImmutableArray.CreateBuilder<ServiceDeployment>();
        var failures = ImmutableArray.CreateBuilder<Failure>();
        foreach (var arn in request.ServiceDeploymentArns)
        {
            if (FindDeployment(ecs, caller, arn) is { } record) found.Add(ServiceDeploymentWire.ToWire(record, ecs.Find(ServiceTables.Services, record.Key.Service)));
            else failures.Add(new() { Arn = arn, Reason = "MISSING" });
        }

        return Answer(new DescribeServiceDeploymentsResponse { ServiceDeployments = found.ToImmutable(), Failures = failures.ToImmutable() });
    }

    public Task<ListServiceDeploymentsResponse> ListServiceDeploymentsAsync(
        ListServiceDeploymentsRequest request, Caller caller, CancellationToken ct)
    {
        var ecs = store.Current;
        var cluster = ecs.RequireCluster(caller, request.Cluster).Key;
        var service = ecs.RequireService(cluster, request.Service).Key;
        var after = tokens.Position("ListServiceDeployments", request.NextToken);
        var newestFirst = ecs.Where(ServiceTables.ServiceDeploymentsByService, service)
            .Where(d => request.Status is not { Length: > 0 } statuses || statuses.Contains(d.Status))
            .Where(d => request.CreatedAt?.After is not { } from || d.CreatedAt > from)
            .Where(d => request.CreatedAt?.Before is not { } to || d.CreatedAt < to)
            .OrderBy(Position, StringComparer.Ordinal)
            .SkipWhile(d => after is not null && string.CompareOrdinal(Position(d), after) <= 0);
        var (page, next) = tokens.Page("ListServiceDeployments", newestFirst, request.MaxResults ?? DeploymentsOnAPage, Position);
        return Answer(new ListServiceDeploymentsResponse { ServiceDeployments = [.. page.Select(ServiceDeploymentWire.Brief)], NextToken = next });

        static string Position(ServiceDeploymentState d) =>
            $"{(DateTimeOffset.MaxValue.UtcTicks - d.CreatedAt.UtcTicks).ToString("D19", CultureInfo.InvariantCulture)}/{d.Key.Id}";
    }

    public Task<DescribeServiceRevisionsResponse> DescribeServiceRevisionsAsync(
        DescribeServiceRevisionsRequest request, Caller caller, CancellationToken ct)
    {
        CheckCount(request.ServiceRevisionArns, "serviceRevisionArns");
        var ecs = store.Current;
        var found = ImmutableArray.CreateBuilder<ServiceRevision>();
        var failures = ImmutableArray.CreateBuilder<Failure>();
        foreach (var arn in request.ServiceRevisionArns)
        {
            if (ServiceReferences.Part(caller, arn, "service-revision") is var (service, id)
                && ecs.Find(ServiceTables.ServiceRevisions, new ServiceRevisionKey(service, id)) is { } revision)
                found.Add(ServiceDeploymentWire.ToWire(revision));
            else
                failures.Add(new() { Arn = arn, Reason = "MISSING" });
        }

        return Answer(new DescribeServiceRevisionsResponse { ServiceRevisions = found.ToImmutable(), Failures = failures.ToImmutable() });
    }

    public async Task<StopServiceDeploymentResponse> StopServiceDeploymentAsync(
        StopServiceDeploymentRequest request, Caller caller, CancellationToken ct)
    {
        var isAbort = request.StopType is StopServiceDeploymentStopType.Abort;
        await store.UpdateAsync(ecs =>
        {
            var record = FindDeployment(ecs, caller, request.ServiceDeploymentArn)
                ?? throw new ServiceDeploymentNotFoundException("Service deployment not found.");
            if (record.IsOver) throw new ConflictException("The service deployment has reached a terminal state and cannot be stopped.");
            if (record.Status is not (ServiceDeploymentStatus.Pending or ServiceDeploymentStatus.InProgress)) return; // It goes on as asked before.
            var service = ecs.Find(ServiceTables.Services, record.Key.Service) ?? throw new ServiceNotFoundException("Service not found.");
            var status = isAbort ? ServiceDeploymentStatus.StopRequested : ServiceDeploymentStatus.RollbackRequested;
            ecs.Put(ServiceTables.ServiceDeployments, record with { Status = status, UpdatedAt = Now });
            ecs.Put(ServiceTables.Services, isAbort ? service with { AbortRequested = record.Key.Id } : service with { RollbackRequested = record.Key.Id });
        }, ct);
        return new() { ServiceDeploymentArn = request.ServiceDeploymentArn };
    }

    public async Task<ContinueServiceDeploymentResponse> ContinueServiceDeploymentAsync(
        ContinueServiceDeploymentRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(ecs =>
        {
            var record = FindDeployment(ecs, caller, request.ServiceDeploymentArn)
                ?? throw new ServiceDeploymentNotFoundException("Service deployment not found.");
            var service = ecs.Find(ServiceTables.Services, record.Key.Service) ?? throw new ServiceNotFoundException("Service not found.");
            var hooks = service.Deployments.FirstOrDefault(d => d.Id == record.DeploymentId)?.Traffic?.Hooks ?? [];
            var hook = hooks.FirstOrDefault(h => h.Id == request.HookId && h.Type == DeploymentLifecycleHookTargetType.Pause)
                ?? throw new InvalidParameterException($"The service deployment has no pause hook {request.HookId}.");
            if (hook.Status != DeploymentLifecycleHookStatus.AwaitingAction)
                throw new InvalidParameterException($"The pause hook {request.HookId} does not await an action.");
            var decision = new HookDecision(hook.Id, request.Action ?? DeploymentLifecycleHookAction.Continue);
            ecs.Put(ServiceTables.Services, service with { HookDecisions = [.. service.HookDecisions.Where(d => d.HookId != hook.Id), decision] });
        }, ct);
        return new() { ServiceDeploymentArn = request.ServiceDeploymentArn };
    }

    private static void CheckCount(ImmutableArray<string> arns, string name)
    {
        if (arns.IsEmpty) throw new InvalidParameterException($"{name} cannot be empty.");
        if (arns.Length > MostDeploymentsDescribed)
            throw new InvalidParameterException($"{name} can have at most {MostDeploymentsDescribed} items.");
    }

    private static ServiceDeploymentState? FindDeployment(IReadState ecs, Caller caller, string arn) =>
        ServiceReferences.Part(caller, arn, "service-deployment") is var (service, id)
            ? ecs.Find(ServiceTables.ServiceDeployments, new ServiceDeploymentKey(service, id)) : null;
}
