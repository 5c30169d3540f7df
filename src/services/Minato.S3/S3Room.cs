using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Minato.Aws.Authorization;
using Minato.Contracts.S3;
using Minato.Platform;
using Minato.S3.Api;
using Minato.S3.Browser;
using Minato.S3.Content;
using Minato.S3.Events;
using Minato.S3.Reconcile;
using Minato.S3.State;
using Minato.S3.Templates;

namespace Minato.S3;

/// <summary>The door of S3.</summary>
public static class S3Room
{
    /// <param name="services">Needs page tokens; the bytes of objects go to the platform's blobs, in a store of their own.</param>
    public static IServiceCollection AddS3(this IServiceCollection services)
    {
        services.TryAddSingleton(new S3Options());
        return services
            .AddTable(S3Tables.Buckets).AddTable(S3Tables.Resting).AddTable(S3Tables.Versions).AddTable(S3Tables.Uploads).AddTable(S3Tables.Parts).AddTable(S3Tables.Events)
            .AddSingleton<ObjectContents>().AddSingleton<CorsHandler>()
            .AddSingleton<IS3, S3Api>()
            .AddSingleton<IResourcePolicies, BucketPolicies>()
            .AddS3ResourceTypes()
            .AddSingleton<IResettable, S3Reset>()
            .AddRoomService<BlobSweep>()
            .AddReconciler<BlobReconciler, BlobKey>(o =>
            {
                o.Name = "s3.blob";
                o.Workers = 2;
                o.On(S3Tables.Versions, v => v.Digest is { } digest ? [new BlobKey(digest)] : []);
                o.On(S3Tables.Parts, p => [new BlobKey(p.Digest)]);
            })
            .AddReconciler<LifecycleReconciler, BucketKey>(o =>
            {
                o.Name = "s3.lifecycle";
                o.Workers = 1;
                o.On(S3Tables.Buckets, b => b.Lifecycle.Length > 0 ? [new BucketKey(b.Name)] : []);
            })
            .AddReconciler<ObjectEventReconciler, ObjectEventKey>(o =>
            {
                o.Name = "s3.object-event";
                o.Workers = 4;
                o.On(S3Tables.Events, e => [new ObjectEventKey(e.Id)]);
            })
            .AddReconciler<RestReconciler, RestKey>(o =>
            {
                o.Name = "s3.resting-name";
                o.Workers = 1;
                o.On(S3Tables.Resting, r => [new RestKey(r.Name)]);
            });
    }

    /// <summary>What browsers need around the API: answers to their questions beforehand, and headers on its answers.</summary>
    /// <param name="next">Serves the request itself.</param>
    public static RequestDelegate ForBrowsers(IServiceProvider services, RequestDelegate next)
    {
        var handler = services.GetRequiredService<CorsHandler>();
        return context => handler.HandleAsync(context, next);
    }
}
