using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Minato.Aws.Authorization;
using Minato.Contracts.Ecr;
using Minato.Ecr.Api;
using Minato.Ecr.Caching;
using Minato.Ecr.Images;
using Minato.Ecr.Reconcile;
using Minato.Ecr.Registry;
using Minato.Ecr.Scanning;
using Minato.Ecr.State;
using Minato.Ecr.Templates;
using Minato.Engines.Scanning;
using Minato.Platform;

namespace Minato.Ecr;

/// <summary>The door of ECR: the control plane, and the registry that docker speaks to.</summary>
public static class EcrRoom
{
    public static IServiceCollection AddEcr(this IServiceCollection services)
    {
        services.AddTable(EcrTables.Repositories).AddTable(EcrTables.Layers).AddTable(EcrTables.Images)
            .AddTable(EcrTables.Tags).AddTable(EcrTables.Uploads).AddTable(EcrTables.Settings)
            .AddTable(EcrTables.Registries).AddTable(EcrTables.Templates).AddTable(EcrTables.CacheRules).AddTable(EcrTables.Scans)
            .AddTable(EcrTables.Replications).AddTable(EcrTables.Previews).AddTable(EcrTables.Events);
        services.TryAddSingleton<EcrEvents>();
        services.TryAddSingleton<PushConsequences>();
        services.TryAddSingleton<SmallBlobs>();
        services.TryAddSingleton<ImageDeletes>();
        services.TryAddSingleton<ImageUse>();
        services.TryAddSingleton<PullCounts>();
        services.TryAddSingleton<LifecycleWork>();
        services.TryAddSingleton<ScanFindings>();
        services.TryAddSingleton<UpstreamCredentials>();
        services.TryAddSingleton<UpstreamImages>();
        services.TryAddSingleton<PullThrough>();
        services.TryAddSingleton<LayerUploads>();
        services.TryAddSingleton<ImagePushes>();
        services.TryAddSingleton<ImageReads>();
        services.TryAddSingleton<RegistryAuthentication>();
        services.TryAddSingleton<RegistryHandler>();
        services.TryAddSingleton<IEcr, EcrApi>();
        services.AddEcrResourceTypes();
        services.AddSingleton<IResourcePolicies, RepositoryPolicies>();
        services.AddSingleton<IResettable, EcrReset>();
        services.AddRoomService<BlobSweep>();
        services.AddRoomService<PullMetrics>();
        services.AddBlobReconcilers().AddImageReconcilers();
        return services;
    }

    // Who keeps the blob store to what the records say.
    private static IServiceCollection AddBlobReconcilers(this IServiceCollection services)
    {
        services.AddReconciler<BlobReconciler, BlobKey>(o =>
        {
            o.Name = "ecr.blob";
            o.Workers = 2;
            o.On(EcrTables.Layers, l => [new BlobKey(l.Key.Digest)]);
            o.On(EcrTables.Images, i => [new BlobKey(i.Key.Digest)]);
            o.On(EcrTables.Scans, s => s.Findings is null ? [] : [new BlobKey(s.Findings)]);
        });
        services.AddReconciler<UnusedLayerReconciler, DigestKey>(o =>
        {
            o.Name = "ecr.unused-layer";
            o.Workers = 2;
            o.On(EcrTables.Layers, l => l.UnusedSince is null ? [] : [l.Key]);
        });
        services.AddReconciler<StaleUploadReconciler, UploadKey>(o =>
        {
            o.Name = "ecr.stale-upload";
            o.Workers = 1;
            o.On(EcrTables.Uploads, u => [u.Key]);
        });
        return services;
    }

    // What happens to images by itself.
    private static void AddImageReconcilers(this IServiceCollection services)
    {
        services.AddReconciler<OutboxReconciler, OutboxKey>(o =>
        {
            o.Name = "ecr.outbox";
            o.Workers = 2;
            o.On(EcrTables.Events, e => [new OutboxKey(e.AccountId, e.Region)]);
        });
        services.AddReconciler<ScanReconciler, ScanKey>(o =>
        {
            o.Name = "ecr.scan";
            o.Workers = 2;
            o.Deadline = new ScanLimits().Time + TimeSpan.FromMinutes(2);
            o.On(EcrTables.Scans, s => [new ScanKey(s.Key)]);
        });
        services.AddReconciler<ReplicationReconciler, ReplicationKey>(o =>
        {
            o.Name = "ecr.replication";
            o.Workers = 2;
            o.On(EcrTables.Replications, r => r.Status == ReplicationStatus.InProgress ? [r.Key] : []);
        });
        services.AddReconciler<PreviewReconciler, PreviewKey>(o =>
        {
            o.Name = "ecr.preview";
            o.Workers = 2;
            o.On(EcrTables.Previews, p => p.Status == LifecyclePolicyPreviewStatus.InProgress ? [new PreviewKey(p.Key)] : []);
        });
        services.AddReconciler<LifecycleReconciler, LifecycleKey>(o =>
        {
            o.Name = "ecr.lifecycle";
            o.Workers = 1;
            o.On(EcrTables.Repositories, r => r.LifecyclePolicyText is null ? [] : [new LifecycleKey(r.Key)]);
        });
        services.AddReconciler<ArchiveReconciler, ArchiveKey>(o =>
        {
            o.Name = "ecr.archive";
            o.Workers = 1;
            o.On(EcrTables.Images, i => i.Status == ImageStatus.Activating ? [new ArchiveKey(i.Key)] : []);
        });
        services.AddReconciler<ImportReconciler, ImportKey>(o =>
        {
            o.Name = "ecr.import";
            o.Workers = 4;
            o.Deadline = TimeSpan.FromMinutes(30);
        });
    }

    /// <summary>Is this a host name of ECR's: <c>ACCOUNT.dkr.ecr.REGION.amazonaws.com</c>?</summary>
    public static bool IsRegistryHost(string host) => Planning.UpstreamNames.EcrHost(host) is not null;

    /// <summary>Serves the OCI distribution protocol: give it every request whose path is <c>/v2</c> or below.</summary>
    public static RequestDelegate Registry(IServiceProvider services) => services.GetRequiredService<RegistryHandler>().HandleAsync;
}
