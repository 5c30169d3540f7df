using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Minato.Platform;

/// <summary>Registration of the platform and of what rooms bring to it.</summary>
public static class PlatformServices
{
    /// <summary>
    /// Store, runner, clock, ids and hints. Journal, append log, blobs, the sealing key and the certificate authority are kept in memory unless others are registered, before
    /// or after.
    /// </summary>
    public static IServiceCollection AddPlatform(this IServiceCollection services)
    {
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<Ids>(_ => new());
        services.TryAddSingleton<Hints>();
        services.TryAddSingleton<ISealer>(p => AesSealer.Passing(p.GetRequiredService<Ids>()));
        services.TryAddSingleton<ICertificateAuthority, LocalAuthority>();
        services.TryAddSingleton<IJournal, MemoryJournal>();
        services.TryAddSingleton<IAppendLog, MemoryAppendLog>();
        services.TryAddSingleton<IBlobStore, MemoryBlobStore>();
        services.TryAddKeyedSingleton<IBlobStore, MemoryBlobStore>(KeyedService.AnyKey);
        services.TryAddSingleton<KeyedLocks>();
        services.TryAddSingleton<Store>();
        services.TryAddSingleton<RoomServiceRunner>();
        services.TryAddSingleton(p => new PlatformHost(
            p.GetRequiredService<Store>(), p.GetRequiredService<IAppendLog>(), p.GetRequiredService<IBlobStore>(), p.GetServices<IReconcilerRunner>(),
            p.GetRequiredService<RoomServiceRunner>(), p.GetServices<IResettable>(), p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<PlatformHost>>()));
        return services;
    }

    /// <summary>Makes a table part of the store.</summary>
    public static IServiceCollection AddTable(this IServiceCollection services, Table table) => services.AddSingleton(table);

    /// <summary>Runs a reconciler, and makes its <see cref="IWorkQueue{TKey}"/> injectable. One reconciler for a key type.</summary>
    public static IServiceCollection AddReconciler<TReconciler, TKey>(this IServiceCollection services, Action<ReconcilerOptions<TKey>> configure)
        where TReconciler : class, IReconciler<TKey>
        where TKey : class
    {
        var options = new ReconcilerOptions<TKey>();
        configure(options);
        services.TryAddSingleton<TReconciler>();
        services.AddSingleton<IWorkQueue<TKey>>(p => new WorkQueue(p.GetRequiredService<TimeProvider>(), p.GetRequiredService<Ids>()));
        services.AddSingleton<IReconcilerRunner>(p =>
        {
            // Made with its first key: most installations have no key for most reconcilers.
            TReconciler? reconciler = null;
            var plan = new ReconcilerPlan(options.Name, options.Workers, options.Deadline, options.Sources, (key, ct) =>
                (reconciler ??= p.GetRequiredService<TReconciler>()).ReconcileAsync((TKey)key, ct));
            return new ReconcilerRunner(
                plan, (WorkQueue)p.GetRequiredService<IWorkQueue<TKey>>(), p.GetRequiredService<Store>(), p.GetRequiredService<TimeProvider>(),
                p.GetRequiredService<ILogger<ReconcilerRunner>>());
        });
        return services;
    }

    /// <summary>Runs a loop of a room. The service is injectable as itself, too.</summary>
    public static IServiceCollection AddRoomService<TService>(this IServiceCollection services)
        where TService : class, IRoomService
    {
        services.TryAddSingleton<TService>();
        return services.AddSingleton<IRoomService>(p => p.GetRequiredService<TService>());
    }
}
