using System.Collections.Concurrent;
using System.Collections.Immutable;
using Minato.Aws;
using Minato.Migration.Journal;
using Minato.Migration.Planning;
using Minato.Migration.Plans;

namespace Minato.Migration.Running;

/// <summary>Looks at both sides, and puts together what the gates are judged by.</summary>
internal sealed class Watch(MigrationPlan plan, MigrationAws aws, IEntry entry, Sides sides, Probes? probes, TimeProvider clock)
{
    /// <summary>A look that does not come back holds up the way back.</summary>
    private static readonly TimeSpan s_longestRead = TimeSpan.FromSeconds(20);

    private readonly Metrics _metrics = new(plan, aws);
    private Observations _last = new();

    /// <summary>What the last look found that somebody else made of the entry; null while it is as the migration left it.</summary>
    public string? Strange { get; private set; }

    /// <summary>Reads what changed since. What cannot be read is unknown, which no gate takes for good.</summary>
    /// <exception cref="AwsException">The credentials are refused: nothing can be read or done with them.</exception>
    public async Task<ImmutableArray<Sample>> LookAsync(MigrationState state, DateTimeOffset now, CancellationToken ct)
    {
        Strange = null;
        if (state.Stage < 0 || !state.Facts.ContainsKey(Known.NewGroup)) return [];
        var unread = new ConcurrentDictionary<string, string>(StringComparer.Ordinal);
        var alarms = ReadAsync("alarms", c => Alarms.ReadAsync(aws, plan.Gates.Alarms, c), ImmutableSortedDictionary<string, string?>.Empty, unread, ct);
        var healthy = ReadAsync<int?>("health", async c => await sides.HealthyNewAsync(state, c), null, unread, ct);
        // Users of one side are not compared with probes of the other: where metrics can tell of one side alone, probes tell of both.
        var byProbesAlone = probes is not null && !Metrics.TellOfBoth(state);
        var measured = byProbesAlone ? Task.FromResult(ImmutableArray<Sample>.Empty) : ReadAsync("metrics", c => _metrics.ReadAsync(state, now, c), [], unread, ct);
        var strange = IsBetweenSteps(state) ? ReadAsync("entry", c => entry.StrangeAsync(state, c), null, unread, ct) : Task.FromResult<string?>(null);
        await Task.WhenAll(alarms, healthy, measured, strange);
        _last = new() { Alarms = await alarms, HealthyNew = await healthy, Unread = unread.GetValueOrDefault("metrics") };
        Strange = await strange;
        var (metrics, probed) = (await measured, probes?.Read(state.Weight, now) ?? []);
        return byProbesAlone ? probed : [.. metrics, .. probed.Where(p => IsMissing(p, metrics, state, now))];
    }

    public ImmutableArray<Judgement> Judge(MigrationState state)
    {
        if (state.Stage < 0) return [];
        var seen = Observations.Of(plan, state);
        return GateJudge.Judge(plan, plan.Stages[state.Stage], _last with { Window = seen.Window, Before = seen.Before });
    }

    private bool IsMissing(Sample probed, ImmutableArray<Sample> measured, MigrationState state, DateTimeOffset now) =>
        now - probed.From - probed.Period >= plan.Timing.MetricsDelay && measured.All(m => m.From != probed.From)
        && state.Samples.GetValueOrDefault(probed.From)?.Source is not "metrics";

    /// <summary>The entry is as the last step left it, unless somebody else has been there.</summary>
    private static bool IsBetweenSteps(MigrationState state) =>
        state is { IsActive: true, Left: null, Paused: null, Running: null, AcceptsWeights: false, IsPastReturn: false } && state.Done.Contains(Steps.Pair);

    private async Task<T> ReadAsync<T>(string what, Func<CancellationToken, Task<T>> read, T otherwise, ConcurrentDictionary<string, string> unread, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(s_longestRead, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ct, limit.Token);
        try
        {
            return await read(both.Token);
        }
        catch (AwsException e) when (!Refusals.IsOfCredentials(e))
        {
            unread[what] = $"{e.Code}: {e.Message}";
        }
        catch (Exception e) when (e is HttpRequestException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            unread[what] = e is HttpRequestException ? e.Message : $"no answer within {Durations.Show(s_longestRead)}";
        }

        return otherwise;
    }
}
