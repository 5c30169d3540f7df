using System.Collections.Immutable;
using System.Text;
using Minato.Engines.Containers;

namespace Minato.Engines.Docker;

internal sealed partial class DockerEngine
{
    private async Task PutFilesAsync(string container, ImmutableArray<ContainerFile> files, CancellationToken ct)
    {
        if (files.IsEmpty) return;
        var archive = ScratchImage.Tar([.. files.Select(f => new ScratchImage.File(f.Path.TrimStart('/'), Encoding.UTF8.GetBytes(f.Text)))], executable: false);
        await docker.DoAsync(HttpMethod.Put, $"/containers/{container}/archive?path=/", ct, body: new(archive, "application/x-tar"));
    }

    /// <summary>One that was created before a crash may not have them yet.</summary>
    private async Task<string> WithFilesAsync(string container, ImmutableArray<ContainerFile> files, CancellationToken ct)
    {
        await PutFilesAsync(container, files, ct);
        return container;
    }
}
