using Minato.Logs.Planning;
using Minato.Platform;

namespace Minato.Logs.Reading;

/// <summary>Bounds of one answer, and reading within them.</summary>
internal static class Pages
{
    public const int MaxEvents = 10_000;
    public const int MaxBytes = 1_048_576;

    // Events may be a megabyte each: the first read is small, and reads grow while events turn out to be.
    public const int FirstRead = 32;
    public const int LargestRead = 2_048;

    public static int Size(StoredEntry entry) => entry.Entry.Payload.Length + EventBatch.EventOverhead;

    /// <summary>As many entries as fit one answer, in reading order.</summary>
    public static async ValueTask<List<StoredEntry>> ReadAsync(IAppendLog log, string partition, AppendRange range, int limit, CancellationToken ct)
    {
        var page = new List<StoredEntry>();
        var bytes = 0;
        for (var read = FirstRead; page.Count < limit; read = Math.Min(read * 4, LargestRead))
        {
            var asked = Math.Min(read, limit - page.Count);
            var found = await log.ReadAsync(partition, range with { Limit = asked }, ct);
            foreach (var entry in found)
            {
                bytes += Size(entry);
                if (bytes > MaxBytes && page.Count > 0) return page;
                page.Add(entry);
            }

            if (found.Count < asked) break;
            range = range.Descending ? range with { Before = found[^1].Position } : range with { After = found[^1].Position };
        }

        return page;
    }
}
