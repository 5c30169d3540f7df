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
        return new(plan, journal, _steward, new Watch(plan, aws, _steward.Sides, probes), probes, clock);
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
                lines.AddRange(done.Facts.Where(f => f.Key != Known.Found && f.Value.Length > 0).Select(f => $"{f.Key}: {f.Value}"));
                if (plan is { Probes: null, Gates: { Errors: not null } or { Latency: not null } } && done.Facts.GetValueOrDefault(Known.OldBalancer) is not { Length: > 0 }) lines.Add(NothingTells);
                isFine &= await AlarmsAsync(lines, ct);
            }
            else
            {
                (isFine, var why) = (false, look is StepResult.Rejected rejected ? rejected.Why : look.ToString());
                lines.Add($"refused: {why}");
            }
        }
        catch (AwsException e)
        {
            (isFine, var words) = (false, $"refused: {e.Code}: {e.Message}");
            lines.Add(words);
        }

        return (isFine, lines);
    }

    private async Task<bool> AlarmsAsync(List<string> lines, CancellationToken ct)
    {
        if (plan.Gates.Alarms.IsEmpty) return true;
        var found = await aws.CloudWatch.DescribeAlarmsAsync(new() { AlarmNames = plan.Gates.Alarms }, aws.Caller, ct);
        var names = (found.MetricAlarms ?? []).Select(a => a.AlarmName).Concat((found.CompositeAlarms ?? []).Select(a => a.AlarmName)).ToHashSet(StringComparer.Ordinal);
        var missing = plan.Gates.Alarms.Where(a => !names.Contains(a)).ToList();
        lines.AddRange(missing.Select(m => $"refused: there is no alarm {m}."));
        return missing.Count == 0;
    }
}
