using Microsoft.Extensions.DependencyInjection;

namespace Minato.Platform.Files;

/// <summary>Registration of blobs, of the sealing key, of the certificate authority and of the clock's note on disk.</summary>
public static class FilePlatform
{
    /// <summary>Blobs and uploads in a data directory; a room that asks by its name has a directory below it for itself.</summary>
    public static IServiceCollection AddFileBlobs(this IServiceCollection services, string directory) => services
        .AddSingleton<IBlobStore>(p => new FileBlobStore(directory, p.GetRequiredService<TimeProvider>()))
        .AddKeyedSingleton<IBlobStore>(KeyedService.AnyKey, (p, room) => new FileBlobStore(Path.Combine(directory, $"{room}"), p.GetRequiredService<TimeProvider>()));

    /// <summary>Secrets are sealed with a key in the data directory, or with the one in the environment (<c>MINATO_MASTER_KEY</c>).</summary>
    public static IServiceCollection AddFileKey(this IServiceCollection services, string directory) =>
        services.AddSingleton<ISealer>(p => new AesSealer(KeyFile.Open(directory, Environment.GetEnvironmentVariable(KeyFile.Variable)), p.GetRequiredService<Ids>()));

    /// <summary>The certificate authority's key stays in the data directory.</summary>
    public static IServiceCollection AddFileAuthority(this IServiceCollection services, string directory) =>
        services.AddSingleton(p => OpenAuthority(directory, p.GetRequiredService<Ids>(), p.GetRequiredService<TimeProvider>()));

    /// <summary>The certificate authority of a data directory, whether a server runs on it or not.</summary>
    public static ICertificateAuthority OpenAuthority(string directory, Ids ids, TimeProvider clock) => new FileAuthority(directory, ids, clock);

    /// <summary>A clock that never moves back, not even over a restart.</summary>
    public static IServiceCollection AddFileClock(this IServiceCollection services, string directory)
    {
        var file = new ClockFile(directory);
        var clock = new SteadyTime(TimeProvider.System, file.Read(), ClockFile.Boot);
        return services.AddSingleton(file).AddSingleton(clock).AddSingleton<TimeProvider>(clock).AddRoomService<ClockKeeper>();
    }
}
