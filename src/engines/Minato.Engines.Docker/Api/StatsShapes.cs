using System.Text.Json.Serialization;

namespace Minato.Engines.Docker;

internal sealed record StatsAnswer
{
    [JsonPropertyName("read")] public DateTimeOffset Read { get; init; }
    [JsonPropertyName("cpu_stats")] public CpuAnswer? Cpu { get; init; }
    [JsonPropertyName("memory_stats")] public MemoryAnswer? Memory { get; init; }
    [JsonPropertyName("networks")] public Dictionary<string, InterfaceAnswer>? Networks { get; init; }
    [JsonPropertyName("blkio_stats")] public BlockAnswer? Block { get; init; }
}

internal sealed record CpuAnswer(
    [property: JsonPropertyName("cpu_usage")] CpuUsageAnswer? Usage,
    [property: JsonPropertyName("online_cpus")] int OnlineCpus);

internal sealed record CpuUsageAnswer([property: JsonPropertyName("total_usage")] long Total);

internal sealed record MemoryAnswer(
    [property: JsonPropertyName("usage")] long Usage,
    [property: JsonPropertyName("limit")] long Limit,
    [property: JsonPropertyName("stats")] Dictionary<string, ulong>? Stats);

internal sealed record InterfaceAnswer(
    [property: JsonPropertyName("rx_bytes")] long RxBytes,
    [property: JsonPropertyName("tx_bytes")] long TxBytes);

internal sealed record BlockAnswer([property: JsonPropertyName("io_service_bytes_recursive")] BlockEntry[]? Bytes);

internal sealed record BlockEntry(
    [property: JsonPropertyName("op")] string? Op,
    [property: JsonPropertyName("value")] long Value);
