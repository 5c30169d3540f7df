using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Minato.Aws.Templates;
using Minato.Contracts.Ecr;
using Minato.Ecr.Api;
using Minato.Ecr.Images;
using Minato.Ecr.Reconcile;
using Minato.Ecr.Registry;
using Minato.Ecr.State;
using Minato.Ecr.Templates;
using Minato.Platform;

namespace Minato.Ecr;

/// <summary>The door of ECR: the control plane, and the registry that docker speaks to.</summary>
public static class EcrRoom
{
    public static IServiceCollection AddEcr(this IServiceCollection services)
    {
        services.AddTable(EcrTables.Repositories).AddTable(EcrTables.Layers).AddTable(EcrTables.Images)
            .AddTable(EcrTables.Tags).AddTable(EcrTables.Uploads).AddTable(EcrTables.Settings);
        services.TryAddSingleton<LayerUploads>();
        services.TryAddSingleton<ImagePushes>();
        services.TryAddSingleton<ImageReads>();
        services.TryAddSingleton<RegistryAuthentication>();
        services.TryAddSingleton<RegistryHandler>();
        services.TryAddSingleton<IEcr, EcrApi>();
        services.AddSingleton<IResourceType, RepositoryType>();
        services.AddSingleton<IResettable, EcrReset>();
        services.AddRoomService<BlobSweep>();
        services.AddReconciler<BlobReconciler, BlobKey>(o =>
        {
            o.Name = "ecr.blob";
            o.Workers = 2;
            o.On(EcrTables.Layers, l => [new BlobKey(l.Key.Digest)]);
            o.On(EcrTables.Images, i => [new BlobKey(i.Key.Digest)]);
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

    /// <summary>Serves the OCI distribution protocol under <c>/v2</c>, for a host that routes by endpoints.</summary>
    public static void MapRegistry(this IEndpointRouteBuilder endpoints)
    {
        var registry = Registry(endpoints.ServiceProvider);
        endpoints.Map("/v2", registry);
        endpoints.Map("/v2/{**path}", registry);
    }

    /// <summary>The same for a server that routes by itself: give it every request whose path is <c>/v2</c> or below.</summary>
    public static RequestDelegate Registry(IServiceProvider services) => services.GetRequiredService<RegistryHandler>().HandleAsync;
}
