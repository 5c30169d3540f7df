using System.Collections.Immutable;
using Minato.Migration.Planning;
using Minato.Migration.Plans;

namespace Minato.Migration.Running;

/// <summary>Requests of the migration's own to both sides, counted by period.</summary>
internal sealed class Probes(ProbePlan probes, TimeSpan period, IHttpSender http, TimeProvider clock)
{
    private const int PeriodsKept = 30;
    private readonly Lock _gate = new(); // Answers of both sides come at once, and the runner reads meanwhile.
    private readonly SortedDictionary<DateTimeOffset, Bucket> _buckets = [];

    private sealed record Bucket(List<double> Old, List<double> New)
    {
        public int OldErrors { get; set; }
        public int NewErrors { get; set; }
    }

    /// <summary>Asks both sides at the plan's rate until cancelled.</summary>
    public async Task RunAsync(SideAddress old, SideAddress @new, CancellationToken ct)
    {
        var gap = TimeSpan.FromSeconds(1 / probes.PerSecond);
        using var timer = new PeriodicTimer(gap, clock);
        while (await timer.WaitForNextTickAsync(ct)) await Task.WhenAll(AskAsync(old, isNew: false, ct), AskAsync(@new, isNew: true, ct));
    }

    /// <summary>Full periods.</summary>
    public ImmutableArray<Sample> Read(int weight, DateTimeOffset now)
    {
        lock (_gate)
        {
            return
            [
                .. _buckets.Where(b => b.Key + period <= now).Select(b => new Sample(
                    b.Key, period, weight, Side(b.Value.Old, b.Value.OldErrors), Side(b.Value.New, b.Value.NewErrors), "probes")),
            ];
        }
    }

    private async Task AskAsync(SideAddress side, bool isNew, CancellationToken ct)
    {
        var at = clock.GetUtcNow();
        var start = clock.GetTimestamp();
        var answer = await http.SendAsync(side, new("GET", probes.Path, ImmutableSortedDictionary<string, string>.Empty, null), probes.Timeout, maxBody: 1, ct);
        var took = clock.GetElapsedTime(start).TotalMilliseconds;
        var isError = answer is not { Failure: null, Status: < 500 };
        lock (_gate) Count(BucketOf(at), took, isNew, isError);
    }

    private static void Count(Bucket bucket, double took, bool isNew, bool isError)
    {
        (isNew ? bucket.New : bucket.Old).Add(took);
        if (!isError) return;
        if (isNew) bucket.NewErrors++;
        else bucket.OldErrors++;
    }

    private Bucket BucketOf(DateTimeOffset at)
    {
        var from = new DateTimeOffset(at.UtcTicks / period.Ticks * period.Ticks, TimeSpan.Zero);
        if (_buckets.TryGetValue(from, out var bucket)) return bucket;
        if (_buckets.Count >= PeriodsKept) _buckets.Remove(_buckets.Keys.First());
        return _buckets[from] = new([], []);
    }

    private static SideSample Side(List<double> took, int errors)
    {
        if (took.Count == 0) return SideSample.None;
        var sorted = took.Order().ToList();
        return new(took.Count, errors, At(50), At(95), At(99));

        double At(int percentile) => sorted[Math.Min(sorted.Count - 1, sorted.Count * percentile / 100)];
    }
}
