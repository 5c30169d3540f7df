using System.Collections.Immutable;
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
        if (!TryRequests(mirror, out var requests, out var why)) return new StepResult.Rejected(why);
        var lines = ImmutableArray.CreateBuilder<string>();
        var different = 0;
        foreach (var request in requests)
        {
            var differences = await AskAsync(mirror, request, old, @new, ct);
            if (differences.IsEmpty) continue;
            different++;
            if (lines.Count < MostLines) lines.Add($"{request.Method} {request.Path}: {string.Join("; ", differences)}");
        }

        var words = FormattableString.Invariant($"{different} of {requests.Length} requests were answered differently, {mirror.AllowedDifferences} are allowed");
        return different > mirror.AllowedDifferences
            ? new StepResult.Rejected($"{words}; {(different > 1 ? "the first is " : "")}{lines[0]}") { Evidence = lines.ToImmutable() }
            : (StepResult.Done)StepResult.Ok(words) with { Evidence = lines.ToImmutable() };
    }

    private async Task<ImmutableArray<string>> AskAsync(MirrorPlan mirror, MirrorRequest request, SideAddress old, SideAddress @new, CancellationToken ct)
    {
        var before = await http.SendAsync(old, request, mirror.Timeout, mirror.MaxBodyBytes, ct);
        var after = await http.SendAsync(@new, request, mirror.Timeout, mirror.MaxBodyBytes, ct);
        await Task.Delay(TimeSpan.FromSeconds(1 / mirror.PerSecond), clock, ct);
        try
        {
            return Comparison.Differences(mirror, before, after);
        }
        catch (RegexMatchTimeoutException e)
        {
            return [$"body: the pattern {e.Pattern} takes too long on it"];
        }
    }

    private bool TryRequests(MirrorPlan mirror, out ImmutableArray<MirrorRequest> requests, out string why)
    {
        (requests, why) = (mirror.Requests, "");
        if (mirror.AccessLog is not { } log) return true;
        try
        {
            requests = requests.AddRange(AccessLog.Draw(File.ReadLines(Path.Combine(folder, log)), mirror.Sample));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            why = $"the access log cannot be read: {e.Message}";
            return false;
        }

        why = requests.IsEmpty ? $"{log} holds no GET or HEAD request." : "";
        return !requests.IsEmpty;
    }
}
