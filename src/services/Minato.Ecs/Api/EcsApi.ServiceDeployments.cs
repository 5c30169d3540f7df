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
            if (FindDeployment(ecs, caller, arn) is { } record) found.Add(Describe(record, ecs.Find(ServiceTables.Services, record.Key.Service)));
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
        return Answer(new ListServiceDeploymentsResponse { ServiceDeployments = [.. page.Select(Brief)], NextToken = next });

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
                found.Add(Describe(revision));
            else
                failures.Add(new() { Arn = arn, Reason = "MISSING" });
        }

        return Answer(new DescribeServiceRevisionsResponse { ServiceRevisions = found.ToImmutable(), Failures = failures.ToImmutable() });
    }

    public async Task<StopServiceDeploymentResponse> StopServiceDeploymentAsync(
        StopServiceDeploymentRequest request, Caller caller, CancellationToken ct)
    {
        if (request.StopType is StopServiceDeploymentStopType.Abort)
            throw new UnsupportedFeatureException("The stop type ABORT is not supported. Use ROLLBACK.");
        await store.UpdateAsync(ecs =>
        {
            var record = FindDeployment(ecs, caller, request.ServiceDeploymentArn)
                ?? throw new ServiceDeploymentNotFoundException("Service deployment not found.");
            if (record.IsOver) throw new ConflictException("The service deployment has reached a terminal state and cannot be stopped.");
            if (record.Status is not (ServiceDeploymentStatus.Pending or ServiceDeploymentStatus.InProgress)) return; // It goes on as asked before.
            var service = ecs.Find(ServiceTables.Services, record.Key.Service) ?? throw new ServiceNotFoundException("Service not found.");
            ecs.Put(ServiceTables.ServiceDeployments, record with { Status = ServiceDeploymentStatus.RollbackRequested, UpdatedAt = Now });
            ecs.Put(ServiceTables.Services, service with { RollbackRequested = record.Key.Id });
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

    private static ServiceDeploymentBrief Brief(ServiceDeploymentState record) => new()
    {
        ServiceDeploymentArn = record.Key.Arn,
        ServiceArn = record.Key.Service.Arn,
        ClusterArn = record.Key.Service.Cluster.Arn,
        StartedAt = record.StartedAt,
        CreatedAt = record.CreatedAt,
        FinishedAt = record.FinishedAt,
        TargetServiceRevisionArn = new ServiceRevisionKey(record.Key.Service, record.TargetRevision).Arn,
        Status = record.Status,
        StatusReason = record.StatusReason,
    };

    private static ServiceDeployment Describe(ServiceDeploymentState record, ServiceState? service)
    {
        var live = service?.Deployments.FirstOrDefault(d => d.Id == record.DeploymentId);
        var target = record.TargetAtEnd ?? (live is null
            ? new RevisionTasks(record.TargetRevision, record.TargetRequested, 0, 0)
            : new RevisionTasks(record.TargetRevision, live.DesiredCount, live.RunningCount, live.PendingCount));
        return new()
        {
            ServiceDeploymentArn = record.Key.Arn,
            ServiceArn = record.Key.Service.Arn,
            ClusterArn = record.Key.Service.Cluster.Arn,
            CreatedAt = record.CreatedAt,
            StartedAt = record.StartedAt,
            FinishedAt = record.FinishedAt,
            StoppedAt = record.StoppedAt,
            UpdatedAt = record.UpdatedAt,
            SourceServiceRevisions = [.. record.SourceRevisions.Select(r => Summary(record.Key.Service, r))],
            TargetServiceRevision = Summary(record.Key.Service, target),
            Status = record.Status,
            StatusReason = record.StatusReason,
            DeploymentConfiguration = record.Configuration,
            Rollback = record.Rollback,
            DeploymentCircuitBreaker = record.BreakerAtEnd ?? ServiceDeploymentRecords.Breaker(record, live, service?.DesiredCount ?? 0),
            Alarms = new() { Status = ServiceDeploymentRollbackMonitorsStatus.Disabled },
        };
    }

    private static ServiceRevisionSummary Summary(ServiceKey service, RevisionTasks tasks) => new()
    {
        Arn = new ServiceRevisionKey(service, tasks.RevisionId).Arn,
        RequestedTaskCount = tasks.Requested,
        RunningTaskCount = tasks.Running,
        PendingTaskCount = tasks.Pending,
    };

    private static ServiceRevision Describe(ServiceRevisionState revision) => new()
    {
        ServiceRevisionArn = revision.Key.Arn,
        ServiceArn = revision.Key.Service.Arn,
        ClusterArn = revision.Key.Service.Cluster.Arn,
        TaskDefinition = revision.Spec.TaskDefinition.Arn,
        CapacityProviderStrategy = revision.Spec.CapacityProviderStrategy.IsEmpty ? null : revision.Spec.CapacityProviderStrategy,
        LaunchType = revision.Spec.ShownLaunchType,
        PlatformVersion = revision.Spec.ShownPlatformVersion,
        PlatformFamily = revision.Spec.ShownPlatformFamily,
        LoadBalancers = revision.Spec.LoadBalancers,
        ServiceRegistries = revision.Spec.ServiceRegistries,
        NetworkConfiguration = revision.Spec.NetworkConfiguration,
        ContainerImages = revision.Images,
        GuardDutyEnabled = false,
        CreatedAt = revision.CreatedAt,
        ResolvedConfiguration = new()
        {
            LoadBalancers = [.. revision.Spec.LoadBalancers.Select(b => new ServiceRevisionLoadBalancer { TargetGroupArn = b.TargetGroupArn })],
        },
    };
}
