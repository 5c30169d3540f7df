using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Api;

internal sealed partial class EcsApi
{
    public async Task<CreateClusterResponse> CreateClusterAsync(CreateClusterRequest request, Caller caller, CancellationToken ct)
    {
        var key = new ClusterKey(AccountRegion.Of(caller), Names.Cluster(request.ClusterName));
        var providers = request.CapacityProviders ?? [];
        CapacityProviderRules.CheckExist(store.Current, key.Scope, providers);
        StrategyRules.Check(request.DefaultCapacityProviderStrategy ?? [], providers);
        await namespaces.EnsureAsync(request.ServiceConnectDefaults?.Namespace, key.Scope, ct);
        var tags = Tagging.Check(request.Tags, caller.MaySetSystemTags);
        var wire = await store.UpdateAsync(ecs =>
        {
            // AWS: creating a cluster that exists answers the one that is there.
            if (ecs.Find(EcsTables.Clusters, key) is { IsActive: true } same) return Describe(ecs, same, s_createdFields);
            if (ecs.Count(EcsTables.ActiveClusters, key.Scope) >= Quotas.Clusters)
                throw new ClientException($"The maximum number of clusters has been reached. Max allowed: {Quotas.Clusters}.");
            var cluster = new ClusterState
            {
                Key = key,
                Tags = tags,
                Settings = WithDefaults(request.Settings ?? [], Insights(ecs, caller)),
                Configuration = request.Configuration,
                CapacityProviders = providers,
                DefaultStrategy = request.DefaultCapacityProviderStrategy ?? [],
                AttachmentsVersion = providers.All(CapacityProviderState.IsFargate) ? 0 : 1,
                ServiceConnectNamespace = request.ServiceConnectDefaults?.Namespace,
            };
            ecs.Put(EcsTables.Clusters, cluster);
            return Describe(ecs, cluster, s_createdFields);
        }, ct);
        return new() { Cluster = wire };
    }

    public Task<DescribeClustersResponse> DescribeClustersAsync(DescribeClustersRequest request, Caller caller, CancellationToken ct)
    {
        var ecs = store.Current;
        var include = (request.Include ?? []).ToHashSet();
        var found = ImmutableArray.CreateBuilder<Cluster>();
        var failures = ImmutableArray.CreateBuilder<Failure>();
        foreach (var reference in request.Clusters is { Length: > 0 } asked ? asked : [References.DefaultCluster])
        {
            var key = References.ClusterKeyOf(caller, reference);
            if (ecs.Find(EcsTables.Clusters, key) is { } cluster) found.Add(Describe(ecs, cluster, include));
            else failures.Add(new() { Arn = key.Arn, Reason = "MISSING" });
        }

        return Answer(new DescribeClustersResponse { Clusters = found.ToImmutable(), Failures = failures.ToImmutable() });
    }

    public Task<ListClustersResponse> ListClustersAsync(ListClustersRequest request, Caller caller, CancellationToken ct)
    {
        var scope = AccountRegion.Of(caller);
        ClusterKey? after = tokens.Position("ListClusters", request.NextToken) is { } name ? new ClusterKey(scope, name) : null;
        var (clusters, next) = tokens.Page(
            "ListClusters", store.Current.After(EcsTables.ActiveClusters, scope, after), request.MaxResults, c => c.Key.Name);
        return Answer(new ListClustersResponse { ClusterArns = [.. clusters.Select(c => c.Key.Arn)], NextToken = next });
    }

    public async Task<DeleteClusterResponse> DeleteClusterAsync(DeleteClusterRequest request, Caller caller, CancellationToken ct)
    {
        var wire = await store.UpdateAsync(ecs =>
        {
            var cluster = ecs.RequireCluster(caller, request.Cluster);
            ClusterAttachments.CheckIsSettled(ecs, cluster);
            if (ecs.Count(EcsTables.InstancesByCluster, cluster.Key) > 0)
                throw new ClusterContainsContainerInstancesException("The Cluster cannot be deleted while Container Instances are active or draining.");
            if (ServiceCounts.Active(ecs, cluster.Key) > 0)
                throw new ClusterContainsServicesException("The Cluster cannot be deleted while Services are active.");
            if (ClusterCounts.Live(ecs, cluster.Key) > 0)
                throw new ClusterContainsTasksException("The Cluster cannot be deleted while Tasks are active.");
            var deleted = cluster with { IsActive = false, DeletedAt = Now };
            ecs.Put(EcsTables.Clusters, deleted);
            return Describe(ecs, deleted, s_createdFields);
        }, ct);
        return new() { Cluster = wire };
    }

    public async Task<UpdateClusterResponse> UpdateClusterAsync(UpdateClusterRequest request, Caller caller, CancellationToken ct)
    {
        var key = store.Current.RequireCluster(caller, request.Cluster).Key;
        await namespaces.EnsureAsync(request.ServiceConnectDefaults?.Namespace, key.Scope, ct);
        return await ChangeClusterAsync(request.Cluster, caller, (_, c) => c with
        {
            Settings = request.Settings is { } settings ? Merged(c.Settings, settings) : c.Settings,
            Configuration = request.Configuration ?? c.Configuration,
            // AWS: an empty namespace takes the default away.
            ServiceConnectNamespace = request.ServiceConnectDefaults is { } defaults
                ? defaults.Namespace is { Length: > 0 } name ? name : null : c.ServiceConnectNamespace,
        }, cluster => new UpdateClusterResponse { Cluster = cluster }, ct);
    }

    public Task<UpdateClusterSettingsResponse> UpdateClusterSettingsAsync(
        UpdateClusterSettingsRequest request, Caller caller, CancellationToken ct) =>
        ChangeClusterAsync(request.Cluster, caller, (_, c) => c with { Settings = Merged(c.Settings, request.Settings) },
            cluster => new UpdateClusterSettingsResponse { Cluster = cluster }, ct);

    public Task<PutClusterCapacityProvidersResponse> PutClusterCapacityProvidersAsync(
        PutClusterCapacityProvidersRequest request, Caller caller, CancellationToken ct)
    {
        CapacityProviderRules.CheckExist(store.Current, AccountRegion.Of(caller), request.CapacityProviders);
        StrategyRules.Check(request.DefaultCapacityProviderStrategy, request.CapacityProviders);
        return ChangeClusterAsync(request.Cluster, caller,
            (ecs, c) => ClusterAttachments.Change(ecs, c, request.CapacityProviders, request.DefaultCapacityProviderStrategy),
            cluster => new PutClusterCapacityProvidersResponse { Cluster = cluster }, ct);
    }

    private async Task<TResponse> ChangeClusterAsync<TResponse>(
        string reference, Caller caller, Func<IReadState, ClusterState, ClusterState> change, Func<Cluster, TResponse> answer, CancellationToken ct)
    {
        var wire = await store.UpdateAsync(ecs =>
        {
            var cluster = change(ecs, ecs.RequireCluster(caller, reference));
            ecs.Put(EcsTables.Clusters, cluster);
            return Describe(ecs, cluster, s_createdFields);
        }, ct);
        return answer(wire);
    }

    private static readonly HashSet<ClusterField> s_createdFields =
        [ClusterField.Settings, ClusterField.Configurations, ClusterField.Tags, ClusterField.Attachments];

    private static Cluster Describe(IReadState ecs, ClusterState cluster, HashSet<ClusterField> include) => new()
    {
        ClusterArn = cluster.Key.Arn,
        ClusterName = cluster.Key.Name,
        Status = cluster.IsActive ? "ACTIVE" : "INACTIVE",
        RegisteredContainerInstancesCount = ecs.Count(EcsTables.InstancesByCluster, cluster.Key),
        RunningTasksCount = ClusterCounts.Running(ecs, cluster.Key),
        PendingTasksCount = ClusterCounts.Pending(ecs, cluster.Key),
        ActiveServicesCount = ServiceCounts.Active(ecs, cluster.Key),
        Statistics = include.Contains(ClusterField.Statistics) ? ClusterCounts.Statistics(ecs, cluster.Key) : [],
        Tags = include.Contains(ClusterField.Tags) ? cluster.Tags : [],
        Settings = include.Contains(ClusterField.Settings) ? cluster.Settings : [],
        Configuration = include.Contains(ClusterField.Configurations) ? cluster.Configuration : null,
        CapacityProviders = cluster.CapacityProviders,
        DefaultCapacityProviderStrategy = cluster.DefaultStrategy,
        Attachments = include.Contains(ClusterField.Attachments) ? ClusterAttachments.Of(ecs, cluster) : null,
        AttachmentsStatus = include.Contains(ClusterField.Attachments) ? ClusterAttachments.Status(ecs, cluster) : null,
        ServiceConnectDefaults = cluster.ServiceConnectNamespace is { } name ? new() { Namespace = name } : null,
    };

    private static ImmutableArray<ClusterSetting> WithDefaults(ImmutableArray<ClusterSetting> given, string insights = "disabled") =>
        Merged([new ClusterSetting { Name = ClusterSettingName.ContainerInsights, Value = insights }], given);

    private static ImmutableArray<ClusterSetting> Merged(ImmutableArray<ClusterSetting> old, ImmutableArray<ClusterSetting> given)
    {
        foreach (var setting in given)
        {
            if (setting.Value is not ("enabled" or "disabled" or "enhanced"))
                throw new InvalidParameterException("Invalid cluster setting value. Valid values are: enabled, disabled, enhanced.");
        }

        return [.. old.Where(o => given.All(g => g.Name != o.Name)), .. given];
    }
}
