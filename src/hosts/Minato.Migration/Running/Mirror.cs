using System.Collections.Immutable;
using System.Globalization;
using System.Text.RegularExpressions;
using Minato.Migration.Journal;
using Minato.Migration.Planning;
using Minato.Migration.Plans;

namespace Minato.Migration.Running;

/// <summary>Sends the same requests to both sides, one after the other and no faster than the plan says, and compares the answers.</summary>
internal sealed class Mirror(MigrationPlan plan, string folder, IHttpSender http, TimeProvider clock)
{
    private const int MostLines = 50;

    public async Task<StepResult> CompareAsync(MigrationState state, CancellationToken ct)
    {
        if (plan.Mirror is not { } mirror) return StepResult.Ok();
        if (SideAddresses.Of(plan, state) is not var (old, @new)) return new StepResult.Rejected("the sides cannot be told apart: name oldUrl and newUrl under mirror, or a header under test.");
        if (!TryRequests(mirror, state, out var requests, out var why)) return new StepResult.Rejected(why);
        var lines = ImmutableArray.CreateBuilder<string>();
        var statuses = new SortedDictionary<int, int>();
        var different = 0;
        foreach (var request in requests)
        {
            var (status, differences) = await AskAsync(mirror, request, old, @new, ct);
            statuses[status] = statuses.GetValueOrDefault(status) + 1;
            if (differences.IsEmpty) continue;
            different++;
            if (lines.Count < MostLines) lines.Add($"{request.Method} {request.Path}: {string.Join("; ", differences)}");
        }

        var words = FormattableString.Invariant($"{different} of {requests.Length} requests were answered differently, {mirror.AllowedDifferences} are allowed");
        return different > mirror.AllowedDifferences
            ? new StepResult.Rejected($"{words}; {(different > 1 ? "the first is " : "")}{lines[0]}") { Evidence = lines.ToImmutable() }
            : (StepResult.Done)StepResult.Ok($"{words}; the old side's answers: {Told(statuses)}") with { Evidence = lines.ToImmutable() };
    }

    // Two sides that know nothing of a page are equal, too: it should be seen.
    private static string Told(SortedDictionary<int, int> statuses) => string.Join(", ", statuses.Select(s => FormattableString.Invariant($"{s.Value} × {(s.Key == 0 ? "no answer" : s.Key.ToString(CultureInfo.InvariantCulture))}")));

    /// <returns>What the old side answered, 0 for nothing, and in which way the new one differs.</returns>
    private async Task<(int Status, ImmutableArray<string> Differences)> AskAsync(MirrorPlan mirror, MirrorRequest request, SideAddress old, SideAddress @new, CancellationToken ct)
    {
        var before = await http.SendAsync(old, request, mirror.Timeout, mirror.MaxBodyBytes, ct);
        var after = await http.SendAsync(@new, request, mirror.Timeout, mirror.MaxBodyBytes, ct);
        await Task.Delay(TimeSpan.FromSeconds(1 / mirror.PerSecond), clock, ct);
        try
        {
            return (before.Status, Comparison.Differences(mirror, before, after));
        }
        catch (RegexMatchTimeoutException e)
        {
            return (before.Status, [$"body: the pattern {e.Pattern} takes too long on it"]);
        }
    }

    private bool TryRequests(MirrorPlan mirror, MigrationState state, out ImmutableArray<MirrorRequest> requests, out string why)
    {
        (requests, why) = (mirror.Requests, "");
        if (requests.FirstOrDefault(r => !SideAddresses.Reaches(plan, state, r)) is { } astray)
            why = $"{astray.Method} {astray.Path} does not reach the entry, whose rule is for {state.Facts.GetValueOrDefault(Known.EntryPaths, "").Replace("\n", ", ", StringComparison.Ordinal)}: another rule would answer it for both sides.";
        if (why.Length > 0 || mirror.AccessLog is not { } log) return why.Length == 0;
        try
        {
            var hosts = SideAddresses.Hosts(plan, state);
            var drawn = AccessLog.Draw(
                LogFiles.Lines(Path.Combine(folder, log)), mirror.Sample, r => SideAddresses.Reaches(plan, state, r) && (r.Headers.GetValueOrDefault("Host") is not { } host || Patterns.Match(hosts, host, ignoresCase: true)));
            requests = requests.AddRange(drawn);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            why = $"the access log cannot be read: {e.Message}";
            return false;
        }

        why = requests.IsEmpty ? $"{log} holds no GET or HEAD request that reaches the entry." : "";
        return !requests.IsEmpty;
    }
}
