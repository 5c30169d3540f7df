using Microsoft.Extensions.DependencyInjection;

namespace Minato.Platform.Files;

/// <summary>Registration of blobs and of the sealing key on disk.</summary>
public static class FilePlatform
{
    /// <summary>Blobs and uploads in a data directory; a room that asks by its name has a directory below it for itself.</summary>
    public static IServiceCollection AddFileBlobs(this IServiceCollection services, string directory) => services
        .AddSingleton<IBlobStore>(p => new FileBlobStore(directory, p.GetRequiredService<TimeProvider>()))
        .AddKeyedSingleton<IBlobStore>(KeyedService.AnyKey, (p, room) => new FileBlobStore(Path.Combine(directory, $"{room}"), p.GetRequiredService<TimeProvider>()));

    /// <summary>Secrets are sealed with a key in the data directory.</summary>
    public static IServiceCollection AddFileKey(this IServiceCollection services, string directory) =>
        services.AddSingleton<ISealer>(p => new AesSealer(KeyFile.Open(directory), p.GetRequiredService<Ids>()));
}
