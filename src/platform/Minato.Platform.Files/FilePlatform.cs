using Microsoft.Extensions.DependencyInjection;

namespace Minato.Platform.Files;

/// <summary>Registration of blobs on disk.</summary>
public static class FilePlatform
{
    /// <summary>Blobs and uploads in a data directory.</summary>
    public static IServiceCollection AddFileBlobs(this IServiceCollection services, string directory) =>
        services.AddSingleton<IBlobStore>(p => new FileBlobStore(directory, p.GetRequiredService<TimeProvider>()));
}
