using Microsoft.Extensions.DependencyInjection;

namespace Minato.Platform.Files;

/// <summary>Registration of blobs, of the sealing key and of the clock's note on disk.</summary>
public static class FilePlatform
{
    /// <summary>Blobs and uploads in a data directory.</summary>
    public static IServiceCollection AddFileBlobs(this IServiceCollection services, string directory) =>
        services.AddSingleton<IBlobStore>(p => new FileBlobStore(directory, p.GetRequiredService<TimeProvider>()));

    /// <summary>Secrets are sealed with a key in the data directory.</summary>
    public static IServiceCollection AddFileKey(this IServiceCollection services, string directory) =>
        services.AddSingleton<ISealer>(p => new AesSealer(KeyFile.Open(directory), p.GetRequiredService<Ids>()));

    /// <summary>A clock that never moves back, not even over a restart.</summary>
    public static IServiceCollection AddFileClock(this IServiceCollection services, string directory)
    {
        var file = new ClockFile(directory);
        var clock = new SteadyTime(TimeProvider.System, file.Read(), ClockFile.Boot);
        return services.AddSingleton(file).AddSingleton(clock).AddSingleton<TimeProvider>(clock).AddRoomService<ClockKeeper>();
    }
}
