using Microsoft.Extensions.Logging;
using Minato.Engines.Containers;

namespace Minato.Engines.Docker;

internal sealed partial class DockerEngine
{
    private const string CgroupRoot = "/sys/fs/cgroup";
    private readonly SemaphoreSlim sliceGate = new(1);
    private readonly HashSet<ResourceSlice> slices = [];
    private CgroupTree? cgroups;
    private bool cannotSlice;

    private string SliceParent => $"minato-{options.InstallationId}";

    /// <returns>The control group for the container to be in; null when it is in none of ours.</returns>
    private async ValueTask<string?> EnsureSliceAsync(ResourceSlice? slice, CancellationToken ct)
    {
        if (slice is null || cannotSlice) return null;
        await sliceGate.WaitAsync(ct);
        try
        {
            if (!slices.Contains(slice))
            {
                if (await FindCgroupsAsync(ct) is not { } tree) return null;
                tree.Ensure(SliceParent, slice.Name, slice);
                slices.Add(slice);
            }

            return $"/{SliceParent}/{slice.Name}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return CannotSlice(e.Message);
        }
        finally
        {
            sliceGate.Release();
        }
    }

    private async ValueTask<CgroupTree?> FindCgroupsAsync(CancellationToken ct)
    {
        if (cgroups is not null) return cgroups;
        if (options.IsRemote)
        {
            CannotSlice("its control groups are on another machine");
            return null;
        }

        var info = await docker.GetAsync("/info", DockerJson.Default.InfoAnswer, ct);
        if (info.CgroupDriver == "cgroupfs") return cgroups = new(CgroupRoot, info.CgroupVersion == "2");
        CannotSlice($"its cgroup driver is {info.CgroupDriver}, not cgroupfs");
        return null;
    }

    // Containers keep limits of their own; only what they have together is not bounded then.
    private string? CannotSlice(string reason)
    {
        cannotSlice = true;
        LogNoSlices(docker.Name, reason);
        return null;
    }

    private void RemoveSlices()
    {
        if (options.IsRemote || !Directory.Exists(CgroupRoot)) return;
        new CgroupTree(CgroupRoot, isVersion2: File.Exists(Path.Combine(CgroupRoot, "cgroup.controllers"))).Remove(SliceParent);
        slices.Clear();
    }

    [LoggerMessage(3110, LogLevel.Warning, "Container instances on Docker Engine {Engine} are not limited as a whole, each container alone is: {Reason}")]
    private partial void LogNoSlices(string engine, string reason);
}
