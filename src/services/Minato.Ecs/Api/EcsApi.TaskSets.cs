using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Api;

internal sealed partial class EcsApi
{
    private const double WholeService = 100;

    public async Task<CreateTaskSetResponse> CreateTaskSetAsync(CreateTaskSetRequest request, Caller caller, CancellationToken ct)
    {
        TaskSetRules.Check(request);
        var tags = Tagging.Check(request.Tags, caller.MaySetSystemTags);
        var fingerprint = Fingerprint(request with { ClientToken = null });
        var service = store.Current.RequireControlled(caller, request.Cluster, request.Service);
        if (Repeated(service, request, fingerprint) is { } before) return new() { TaskSet = before };
        var spec = SpecOf(store.Current.RequireCluster(caller, request.Cluster), request);
        await CheckSpecAsync(spec, service.DeploymentConfiguration, service.Key.Cluster.Scope, ct);
        var wire = await store.UpdateAsync(ecs =>
        {
            var current = ecs.RequireControlled(caller, request.Cluster, request.Service);
            if (Repeated(current, request, fingerprint) is { } same) return same;
            if (current.Deployments.Length >= Quotas.TaskSetsPerService)
            {
                throw new InvalidParameterException(
                    $"{current.Deployments.Length} deployments exist on the service. Unable to create new TaskSet since this exceeds the maximum limit.");
            }

            var set = new TaskSetState
            {
                // AWS: without a scale nothing is started.
                Scale = request.Scale?.Value ?? 0,
                ExternalId = request.ExternalId,
                StartedBy = TaskSetState.StarterOf(current.Controller),
                Tags = tags,
                ClientToken = request.ClientToken,
                CreatedFrom = fingerprint,
                StabilityAt = Now,
            }.ToDeployment($"ecs-svc/{NumberId()}", spec, Now);
            ecs.Put(ServiceTables.Services, current with { Deployments = [.. current.Deployments, set], SteadySince = null });
            return set.ToTaskSet(current.Key, withTags: true);
        }, ct);
        return new() { TaskSet = wire };
    }

    public async Task<UpdateTaskSetResponse> UpdateTaskSetAsync(UpdateTaskSetRequest request, Caller caller, CancellationToken ct)
    {
        var scale = TaskSetRules.Check(request.Scale);
        var wire = await ChangeTaskSetAsync(request.Cluster, request.Service, request.TaskSet, caller, (service, set, asked) =>
        {
            if (asked.IsDeleted) throw new InvalidParameterException("The task set is being deleted.");
            return set with
            {
                DesiredCount = TaskSetSchedule.Computed(service.DesiredCount, scale),
                UpdatedAt = Now,
                TaskSet = asked with { Scale = scale, Stability = StabilityStatus.Stabilizing, StabilityAt = Now },
            };
        }, ct);
        return new() { TaskSet = wire };
    }

    public async Task<DeleteTaskSetResponse> DeleteTaskSetAsync(DeleteTaskSetRequest request, Caller caller, CancellationToken ct)
    {
        var wire = await ChangeTaskSetAsync(request.Cluster, request.Service, request.TaskSet, caller, (_, set, asked) =>
        {
            if (asked.IsDeleted) return set;
            if (request.Force != true && asked.IsPrimary) throw new InvalidParameterException("The primary task set cannot be deleted without force.");
            if (request.Force != true && asked.Scale > 0)
                throw new InvalidParameterException("The task set cannot be deleted while it is scaled above 0.");
            return set with { UpdatedAt = Now, TaskSet = asked with { IsDeleted = true, Stability = StabilityStatus.Stabilizing, StabilityAt = Now } };
        }, ct);
        return new() { TaskSet = wire };
    }

    public async Task<UpdateServicePrimaryTaskSetResponse> UpdateServicePrimaryTaskSetAsync(
        UpdateServicePrimaryTaskSetRequest request, Caller caller, CancellationToken ct)
    {
        var wire = await store.UpdateAsync(ecs =>
        {
            var service = ecs.RequireControlled(caller, request.Cluster, request.Service);
            var chosen = service.RequireTaskSet(request.PrimaryTaskSet);
            if (chosen.TaskSet is { IsDeleted: true }) throw new InvalidParameterException("The task set is being deleted.");
            ImmutableArray<DeploymentState> sets = [.. service.Deployments.Select(d => AsPrimary(d, d.Id == chosen.Id))];
            // AWS: the service shows what its primary task set is made from.
            ecs.Put(ServiceTables.Services, service with { Deployments = sets, Spec = chosen.Spec });
            return sets.First(d => d.Id == chosen.Id).ToTaskSet(service.Key);
        }, ct);
        return new() { TaskSet = wire };
    }

    public Task<DescribeTaskSetsResponse> DescribeTaskSetsAsync(DescribeTaskSetsRequest request, Caller caller, CancellationToken ct)
    {
        var service = store.Current.RequireControlled(caller, request.Cluster, request.Service);
        var withTags = request.Include?.Contains(TaskSetField.Tags) ?? false;
        if (request.TaskSets is not { Length: > 0 } asked)
        {
            return Answer(new DescribeTaskSetsResponse
            {
                TaskSets = [.. service.Deployments.Where(d => d.TaskSet is not null).Select(d => d.ToTaskSet(service.Key, withTags))], Failures = [],
            });
        }

        var found = asked.Select(r => TaskSetRules.Find(service, r)).ToArray();
        return Answer(new DescribeTaskSetsResponse
        {
            TaskSets = [.. found.OfType<DeploymentState>().Select(d => d.ToTaskSet(service.Key, withTags))],
            Failures = [.. asked.Where((_, i) => found[i] is null)
                .Select(r => new Failure { Arn = TaskSetWire.Arn(service.Key, TaskSetRules.Id(r)), Reason = "MISSING" })],
        });
    }

    /// <summary>What CreateService gives a service of CodeDeploy: one task set that is all of it.</summary>
    private DeploymentState FirstTaskSet(ServiceSpec spec) => new TaskSetState
    {
        Scale = WholeService,
        IsPrimary = true,
        StartedBy = TaskSetState.StarterOf(DeploymentControllerType.CodeDeploy),
        StabilityAt = Now,
    }.ToDeployment($"ecs-svc/{NumberId()}", spec, Now);

    private Task<TaskSet> ChangeTaskSetAsync(
        string cluster, string service, string reference, Caller caller,
        Func<ServiceState, DeploymentState, TaskSetState, DeploymentState> change, CancellationToken ct) => store.UpdateAsync(ecs =>
        {
            var found = ecs.RequireControlled(caller, cluster, service);
            var set = found.RequireTaskSet(reference);
            var changed = set.TaskSet is { } asked ? change(found, set, asked) : set;
            if (!ReferenceEquals(changed, set))
                ecs.Put(ServiceTables.Services, found with { Deployments = found.Deployments.Replace(set, changed), SteadySince = null });
            return changed.ToTaskSet(found.Key);
        }, ct).AsTask();

    private static DeploymentState AsPrimary(DeploymentState set, bool isPrimary) =>
        set.TaskSet is { } asked && asked.IsPrimary != isPrimary ? set with { TaskSet = asked with { IsPrimary = isPrimary } } : set;

    /// <returns>The task set when the request repeats the one that made it.</returns>
    private static TaskSet? Repeated(ServiceState service, CreateTaskSetRequest request, string fingerprint)
    {
        if (string.IsNullOrEmpty(request.ClientToken)) return null;
        if (service.Deployments.FirstOrDefault(d => d.TaskSet?.ClientToken == request.ClientToken) is not { } same) return null;
        return same.TaskSet?.CreatedFrom == fingerprint ? same.ToTaskSet(service.Key, withTags: true)
            : throw new InvalidParameterException("Creation of task set was not idempotent.");
    }

    private ServiceSpec SpecOf(ClusterState cluster, CreateTaskSetRequest request)
    {
        var target = LaunchRules.Resolve(cluster, request.LaunchType, request.CapacityProviderStrategy);
        ServiceRules.CheckShape(request.LoadBalancers ?? []);
        return new()
        {
            TaskDefinition = store.Current.RequireActiveDefinition(cluster.Key.Scope, request.TaskDefinition).Key,
            LaunchType = target.LaunchType,
            CapacityProviderStrategy = target.Strategy,
            PlatformVersion = request.PlatformVersion,
            NetworkConfiguration = request.NetworkConfiguration,
            LoadBalancers = request.LoadBalancers ?? [],
        };
    }
}
