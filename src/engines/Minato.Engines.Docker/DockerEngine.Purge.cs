using Minato.Engines.Containers;

namespace Minato.Engines.Docker;

internal sealed partial class DockerEngine
{
    public async ValueTask RemoveVolumeAsync(string name, CancellationToken ct)
    {
        try
        {
            var path = $"/volumes/{Uri.EscapeDataString(name)}";
            var volume = await docker.GetAsync(path, DockerJson.Default.VolumeAnswer, ct);
            if (names.IsOurs(volume.Labels)) await docker.DoAsync(HttpMethod.Delete, path, ct);
        }
        catch (DockerException e) when (e.IsNotFound)
        {
            // Gone already.
        }
    }

    public async ValueTask PurgeAsync(CancellationToken ct)
    {
        var containers = await docker.GetAsync($"/containers/json?all=1&{names.OursFilter}", DockerJson.Default.ContainerSummaryArray, ct);
        await Parallel.ForEachAsync(containers, new ParallelOptions { MaxDegreeOfParallelism = InspectionsAtOnce, CancellationToken = ct },
            (container, token) => RemoveAsync(container.Id, token));

        var networks = await docker.GetAsync($"/networks?{names.OursFilter}", DockerJson.Default.NetworkAnswerArray, ct);
        foreach (var network in networks) await docker.DoAsync(HttpMethod.Delete, $"/networks/{network.Id}", ct);

        var volumes = await docker.GetAsync($"/volumes?{names.OursFilter}", DockerJson.Default.VolumeList, ct);
        foreach (var volume in volumes.Volumes ?? []) await RemoveVolumeAsync(volume.Name, ct);
    }
}
