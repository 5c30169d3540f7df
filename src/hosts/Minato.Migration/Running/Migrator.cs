using Minato.Aws;
using Minato.Migration.Journal;
using Minato.Migration.Planning;
using Minato.Migration.Plans;

namespace Minato.Migration.Running;

/// <summary>The parts of a migration, put together around a plan.</summary>
/// <param name="folder">Of the plan file: other files it names lie there.</param>
internal sealed class Migrator(MigrationPlan plan, string folder, MigrationAws aws, IHttpSender http, TimeProvider clock)
{
    private const string NothingTells = "note: nothing tells how the old side does, so every weight would wait for your approval: name its targetGroup or classicLoadBalancer under old, or add probes with mirror's oldUrl and newUrl.";
    private readonly Steward _steward = Steward.Of(plan, folder, aws, http, clock);

    public MigrationRunner Runner(IJournal journal)
    {
        var probes = plan.Probes is { } asked ? new Probes(asked, plan.Timing.Period, http, clock) : null;
        return new(plan, journal, _steward, new Watch(plan, aws, _steward.Entry, _steward.Sides, probes, clock), probes, clock);
    }

    /// <summary>What the plan names, compared with what is there; nothing is changed.</summary>
    public async Task<(bool IsFine, IReadOnlyList<string> Lines)> CheckAsync(CancellationToken ct)
    {
        var lines = new List<string>();
        var isFine = true;
        try
        {
            var look = await _steward.DoAsync(new("look", StepKind.Look), MigrationState.Nothing, ct);
            if (look is StepResult.Done done)
            {
                lines.Add($"entry: {done.Words}");
                lines.AddRange(done.Facts.Where(f => f.Key is not (Known.Found or Known.TestRecord) && f.Value.Length > 0).Select(f => $"{f.Key}: {f.Value.Replace("\n", ", ", StringComparison.Ordinal)}"));
                if (plan is { Probes: null, Gates: { Errors: not null } or { Latency: not null } } && done.Facts.GetValueOrDefault(Known.OldBalancer) is not { Length: > 0 }) lines.Add(NothingTells);
                isFine &= await AlarmsAsync(lines, ct);
                var found = MigrationState.Of([new Begun(1, "", "") { At = clock.GetUtcNow() - plan.Timing.Period }, new StepDone("look", done.Facts, null) { At = clock.GetUtcNow() }]);
                await ReadAsync(found, ct);
                if (plan.Tls is not null) isFine &= Tell(lines, await _steward.DoAsync(new("tls", StepKind.Tls), found, ct));
            }
            else
            {
                (isFine, var why) = (false, look is StepResult.Rejected rejected ? rejected.Why : look.ToString());
                lines.Add($"refused: {why}");
            }
        }
        catch (Exception e) when (e is AwsException or HttpRequestException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            isFine = false;
            lines.Add(e switch { AwsException refused => $"refused: {refused.Code}: {refused.Message}", HttpRequestException => $"refused: {e.Message}", _ => "refused: AWS did not answer in time." });
        }

        return (isFine, lines);
    }

    private static bool Tell(List<string> lines, StepResult tls)
    {
        lines.AddRange(tls switch
        {
            StepResult.Done done => done.Evidence.Prepend($"tls: {done.Words}"),
            StepResult.Rejected rejected => rejected.Evidence.Prepend($"refused: {rejected.Why}"),
            _ => [],
        });
        return tls is StepResult.Done;
    }

    private async Task<bool> AlarmsAsync(List<string> lines, CancellationToken ct)
    {
        var found = await Alarms.ReadAsync(aws, plan.Gates.Alarms, ct);
        var missing = plan.Gates.Alarms.Where(a => !found.ContainsKey(a)).ToList();
        lines.AddRange(missing.Select(m => $"refused: there is no alarm {m}."));
        return missing.Count == 0;
    }

    /// <summary>The questions that gates ask all the time: rights that are missing are better known now.</summary>
    private async Task ReadAsync(MigrationState state, CancellationToken ct)
    {
        await _steward.Sides.HealthyNewAsync(state, ct);
        await new Metrics(plan, aws).ReadAsync(state, clock.GetUtcNow(), ct);
    }
}
