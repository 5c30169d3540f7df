using Minato.Engines.Containers;

namespace Minato.Engines.Docker;

internal sealed partial class DockerEngine
{
    public async ValueTask<VolumeOutcome> EnsureVolumeAsync(VolumeSpec spec, CancellationToken ct)
    {
        try
        {
            var there = await docker.GetAsync($"/volumes/{Uri.EscapeDataString(spec.Name)}", DockerJson.Default.VolumeAnswer, ct);
            return new VolumeOutcome.Ready(there.Mountpoint);
        }
        catch (DockerException e) when (e.IsNotFound && !spec.MayCreate)
        {
            return new VolumeOutcome.Refused(e.Message);
        }
        catch (DockerException e) when (e.IsNotFound)
        {
            return await CreateVolumeAsync(spec, ct);
        }
    }

    private async Task<VolumeOutcome> CreateVolumeAsync(VolumeSpec spec, CancellationToken ct)
    {
        try
        {
            var made = await docker.PostAsync(
                "/volumes/create", new CreateVolumeBody(spec.Name, spec.Driver, spec.Options.ToDictionary(), names.Label(spec.Labels)),
                DockerJson.Default.CreateVolumeBody, DockerJson.Default.VolumeAnswer, ct);
            return new VolumeOutcome.Ready(made.Mountpoint);
        }
        catch (DockerException e)
        {
            return new VolumeOutcome.Refused(e.Message);
        }
    }

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

        RemoveSlices();
        var networks = await docker.GetAsync($"/networks?{names.OursFilter}", DockerJson.Default.NetworkAnswerArray, ct);
        foreach (var network in networks) await docker.DoAsync(HttpMethod.Delete, $"/networks/{network.Id}", ct);

        var volumes = await docker.GetAsync($"/volumes?{names.OursFilter}", DockerJson.Default.VolumeList, ct);
        foreach (var volume in volumes.Volumes ?? []) await RemoveVolumeAsync(volume.Name, ct);

        // Made of containers of ours, whose labels they have.
        var images = await docker.GetAsync($"/images/json?{names.OursFilter}", DockerJson.Default.ImageAnswerArray, ct);
        foreach (var image in images) await RemoveImageAsync(image.Id, ct);
    }

    private async Task RemoveImageAsync(string id, CancellationToken ct)
    {
        try
        {
            await docker.DoAsync(HttpMethod.Delete, $"/images/{Uri.EscapeDataString(id)}?force=1", ct);
        }
        catch (DockerException e) when (e.IsNotFound || e.IsConflict)
        {
            // Gone with another one, or somebody else's container or image stands on it.
        }
    }
}
