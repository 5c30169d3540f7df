using System.Text.Json;
using Minato.Engines.Containers;

namespace Minato.Engines.Docker;

internal sealed partial class DockerEngine
{
    public async ValueTask<ContainerStats?> StatsAsync(string containerId, CancellationToken ct)
    {
        if (await FindOwnAsync(containerId, ct) is not { } id) return null;
        try
        {
            var stats = await docker.GetAsync($"/containers/{id}/stats?stream=0&one-shot=1", DockerJson.Default.StatsAnswer, ct);
            return stats.Read.Year == 1 ? null : Read(stats); // The year 1: it does not run.
        }
        catch (DockerException e) when (e.IsNotFound)
        {
            return Forget<ContainerStats?>(id, null);
        }
    }

    public async ValueTask<ReadOnlyMemory<byte>?> RawStatsAsync(string containerId, CancellationToken ct)
    {
        if (await FindOwnAsync(containerId, ct) is not { } id) return null;
        try
        {
            var stats = await docker.GetAsync($"/containers/{id}/stats?stream=0&one-shot=1", DockerJson.Default.JsonElement, ct);
            // The year 1: it does not run.
            var isRunning = stats.TryGetProperty("read", out var read) && read.ValueKind == JsonValueKind.String && read.GetDateTimeOffset().Year > 1;
            return isRunning ? JsonSerializer.SerializeToUtf8Bytes(stats, DockerJson.Default.JsonElement) : null;
        }
        catch (DockerException e) when (e.IsNotFound)
        {
            return Forget<ReadOnlyMemory<byte>?>(id, null);
        }
    }

    private static ContainerStats Read(StatsAnswer stats) => new(
        stats.Read,
        stats.Cpu?.Usage?.Total ?? 0,
        stats.Cpu?.OnlineCpus ?? 0,
        UsedMemory(stats.Memory),
        stats.Memory?.Limit ?? 0,
        stats.Networks?.Values.Sum(n => n.RxBytes) ?? 0,
        stats.Networks?.Values.Sum(n => n.TxBytes) ?? 0,
        Blocks(stats.Block, "read"),
        Blocks(stats.Block, "write"));

    /// <summary>Without the page cache that the kernel gives back when asked: named differently by the two versions of cgroups.</summary>
    private static long UsedMemory(MemoryAnswer? memory)
    {
        if (memory is null) return 0;
        var cache = memory.Stats?.GetValueOrDefault("total_inactive_file") is > 0 and var v1
            ? v1
            : memory.Stats?.GetValueOrDefault("inactive_file") ?? 0;
        return Math.Max(0, memory.Usage - (long)cache);
    }

    private static long Blocks(BlockAnswer? block, string operation) =>
        block?.Bytes?.Where(b => string.Equals(b.Op, operation, StringComparison.OrdinalIgnoreCase)).Sum(b => b.Value) ?? 0;
}
