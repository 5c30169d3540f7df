using Minato.Platform;

namespace Minato.CloudTrail.Tests;

/// <summary>An append log whose disk is full while it is said to be.</summary>
internal sealed class FullDisk : IAppendLog
{
    private readonly MemoryAppendLog _log = new();

    public bool IsFull { get; set; }

    public ValueTask AppendAsync(string partition, IReadOnlyList<LogEntry> entries, CancellationToken ct) =>
        IsFull ? throw new StoreUnavailableException("The disk is full.") : _log.AppendAsync(partition, entries, ct);

    public ValueTask<IReadOnlyList<StoredEntry>> ReadAsync(string partition, AppendRange range, CancellationToken ct) => _log.ReadAsync(partition, range, ct);

    public ValueTask DeleteAsync(string partition, CancellationToken ct) => _log.DeleteAsync(partition, ct);

    public ValueTask TrimAsync(string partition, long beforeMs, CancellationToken ct) => _log.TrimAsync(partition, beforeMs, ct);

    public ValueTask ClearAsync(CancellationToken ct) => _log.ClearAsync(ct);
}
