using System.Collections.Immutable;
using System.Globalization;
using Minato.Cli.Output;
using Minato.Migration.Journal;
using Minato.Migration.Planning;
using Minato.Migration.Plans;
using Minato.Migration.Reporting;

namespace Minato.Cli.Migrating;

/// <summary>Shows a migration while it runs: a table that stays in place on a terminal, lines of changes in a pipe, or JSON lines.</summary>
internal sealed class MigrationOutput(string path, string place, bool isJson)
{
    private static readonly string[] s_headers = ["SIDE", "WEIGHT", "REQUESTS/S", "ERRORS", "P50", "P95", "P99", "IN THIS STAGE"];
    private string _last = "";
    private int _drawn;

    public void Show(MigrationPlan plan, MigrationState state, ImmutableArray<Judgement> gates, Decision next, DateTimeOffset now)
    {
        var page = StatusPage.Of(plan, state, gates, next, now);
        if (Screen.IsTerminal && !isJson)
        {
            Redraw(page, now);
            if (page.Outcome is null && next is not Decision.End) return;
        }

        // Seconds run and numbers change: a line is for what somebody would want to read later.
        var words = $"{page.Stage}|{page.Standing}|{string.Join('|', page.Gates.Select(g => $"{g.Gate} {g.Verdict}"))}|{page.Sides[1].StageRequests}";
        if (words == _last) return;
        _last = words;
        if (isJson)
        {
            var json = page.ToJson();
            json.Insert(0, "time", now.ToString("O", CultureInfo.InvariantCulture));
            Console.WriteLine(json.ToJsonString());
        }
        else if (!Screen.IsTerminal)
        {
            Console.WriteLine($"{now.ToString("HH:mm:ss", CultureInfo.InvariantCulture)}  {page.Stage,-8} {Line(page)}  {page.Standing}");
            if (Advice(page, path, place) is { } advice) Console.WriteLine(advice);
        }

        if (next is Decision.End end && !isJson) End(end);
    }

    public void Note(string words)
    {
        if (isJson) Console.Error.WriteLine(words);
        else Screen.Line(words);
    }

    public static void Print(StatusPage page, string path, string place)
    {
        Screen.Line($"{page.Name}: {page.Stage}, {page.Standing}{(page.TimeLeft is { } left ? $", {Left(left)} left" : "")}");
        Screen.Table(s_headers, [.. page.Sides.Select(Row)]);
        if (page.Gates.Length > 0) Screen.Table(["GATE", "VERDICT", "BECAUSE"], [.. page.Gates.Select(g => new[] { g.Gate, g.Verdict.ToString().ToLowerInvariant(), g.Words })]);
        if (Advice(page, path, place) is { } advice) Screen.Line(advice);
    }

    /// <summary>What a person has to type for it to go on; null while nothing waits for anybody.</summary>
    private static string? Advice(StatusPage page, string path, string place) => page.Awaits switch
    {
        Awaited.Approval => $"Go on: ./minato migrate approve {path} --why \"…\"   Back: ./minato migrate retreat {path} --why \"…\"",
        Awaited.Resume => $"Go on: ./minato migrate resume {path}{place}   Back: ./minato migrate retreat {path} --why \"…\"",
        Awaited.Retreat => $"Back all the same: ./minato migrate retreat {path} --why \"…\"",
        _ => null,
    };

    // Drawn over what was drawn last: the cursor goes up by as many lines.
    private void Redraw(StatusPage page, DateTimeOffset now)
    {
        using var lines = new StringWriter(CultureInfo.InvariantCulture);
        lines.WriteLine($"{now:HH:mm:ss} UTC  {page.Name}: {page.Stage}{(page.TimeLeft is { } left ? $", {Left(left)} left" : "")}");
        lines.WriteLine(page.Standing);
        if (Advice(page, path, place) is { } advice) lines.WriteLine(advice);
        foreach (var row in page.Sides.Select(Row).Prepend(s_headers)) lines.WriteLine(string.Join("  ", row.Select((c, i) => c.PadRight(Math.Max(8, s_headers[i].Length)))));
        foreach (var gate in page.Gates) lines.WriteLine($"{Mark(gate.Verdict)} {gate.Gate}: {gate.Words}");
        var width = Math.Max(20, Console.BufferWidth - 1);
        var text = lines.ToString().TrimEnd('\n').Split('\n').Select(l => l.Length > width ? l[..width] : l).ToList();
        if (_drawn > 0) Console.Write($"\u001b[{_drawn}A\u001b[J");
        foreach (var line in text) Console.WriteLine(line);
        _drawn = text.Count;
    }

    private void End(Decision.End end)
    {
        var words = $"{end.Outcome.ToString().ToLowerInvariant()}: {end.Why}";
        if (end.Outcome is Outcome.Completed) Screen.Done(words);
        else Screen.Failed(words);
        if (end.Outcome is Outcome.Retreated) Screen.Line($"All traffic is on the old side. When that is mended: ./minato migrate start {path}{place}   To take away what was prepared: ./minato migrate abort {path}");
        if (end.Outcome is Outcome.Aborted) Screen.Line("Everything is as it was found.");
        Screen.Line($"The evidence: ./minato migrate report {path}");
    }

    private static string Line(StatusPage page) => string.Join(" · ", page.Sides.Select(s =>
        $"{s.Side} {s.Weight} %" + (s.PerSecond is { } rate ? string.Create(CultureInfo.InvariantCulture, $" {rate:0.#}/s {s.ErrorPercent ?? 0:0.##} % errors{(s.P95 is { } p95 ? $" p95 {p95:0} ms" : "")}") : "")));

    private static string[] Row(StatusPage.SideRow s) =>
    [
        s.Side, $"{s.Weight} %", Number(s.PerSecond, "0.#"), s.ErrorPercent is null ? "-" : Number(s.ErrorPercent, "0.##") + " %", Milliseconds(s.P50), Milliseconds(s.P95), Milliseconds(s.P99),
        string.Create(CultureInfo.InvariantCulture, $"{s.StageRequests} requests, {s.StageErrors} failed"),
    ];

    private static string Mark(Verdict verdict) => verdict switch { Verdict.Pass => "✓", Verdict.Fail => "✗", _ => "…" };

    private static string Milliseconds(double? value) => value is null ? "-" : Number(value, "0.#") + " ms";

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";

    private static string Left(TimeSpan left) => left.TotalHours >= 1 ? left.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture) : left.ToString(@"m\:ss", CultureInfo.InvariantCulture);
}
