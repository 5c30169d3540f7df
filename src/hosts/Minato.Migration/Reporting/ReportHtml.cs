using System.Globalization;
using System.Net;
using System.Text;
using Minato.Migration.Planning;

namespace Minato.Migration.Reporting;

/// <summary>The evidence as one page that needs nothing else: plots inline, readable in light and in dark.</summary>
internal static class ReportHtml
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1b1f24; --dim: #5b6570; --paper: #ffffff; --line: #d5dae0; --old: #8a4b00; --new: #0b62c4; --bad: #b3261e; --good: #1a7f37 }
        @media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --dim: #a3acb6; --paper: #14171a; --line: #3a4148; --old: #f0a94b; --new: #6cb2ff; --bad: #ff8a80; --good: #6fdc8c } }
        body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
        h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2rem } .dim { color: var(--dim) } .bad { color: var(--bad) } .good { color: var(--good) }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums } td, th { text-align: left; padding: .25rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top }
        td.time { white-space: nowrap; color: var(--dim) } pre { overflow-x: auto; border: 1px solid var(--line); padding: .8rem } ul { margin: .2rem 0; padding-left: 1.2rem }
        svg { width: 100%; height: auto; display: block } svg text { fill: var(--dim); font: 11px system-ui, sans-serif } .grid { stroke: var(--line) }
        .plot { fill: none; stroke-width: 2 } .old { stroke: var(--old) } .new { stroke: var(--new) } .dot.old { fill: var(--old) } .dot.new { fill: var(--new) }
        .key { display: inline-block; width: .8rem; height: .8rem; border-radius: 2px } .key.old { background: var(--old) } .key.new { background: var(--new) }
        """;

    public static string Write(Evidence evidence)
    {
        var page = new StringBuilder();
        var kind = evidence.Verdict.Split(':')[0] switch { "completed" => "good", "retreated" or "aborted" => "bad", _ => "dim" };
        page.Append("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n");
        page.Append(CultureInfo.InvariantCulture, $"<title>{Text(evidence.Plan.Name)}: migration</title>\n<style>\n{Style}\n</style>\n");
        page.Append(CultureInfo.InvariantCulture, $"<h1>Migration {Text(evidence.Plan.Name)}</h1>\n<p class=\"{kind}\"><strong>{Text(evidence.Verdict)}</strong></p>\n");
        page.Append(CultureInfo.InvariantCulture, $"<p class=\"dim\">Written {Time(evidence.WrittenAt)} UTC. <span class=\"key old\"></span> old side, <span class=\"key new\"></span> new side ({Text(evidence.Plan.New.Service)} in {Text(evidence.Plan.New.Cluster)}).</p>\n");
        Stages(page, evidence);
        Plots(page, evidence);
        Decisions(page, evidence);
        page.Append(CultureInfo.InvariantCulture, $"<h2>Plan</h2>\n<pre>{Text(evidence.PlanText)}</pre>\n</html>\n");
        return page.ToString();
    }

    private static void Stages(StringBuilder page, Evidence evidence)
    {
        if (evidence.Stages.IsEmpty) return;
        page.Append("<h2>Stages</h2>\n<table>\n<tr><th>From (UTC)</th><th>Stage</th><th>Old: requests</th><th>failed</th><th>p95</th><th>New: requests</th><th>failed</th><th>p95</th></tr>\n");
        foreach (var stage in evidence.Stages)
            page.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"time\">{Time(stage.From)}</td><td>{Text(stage.Name)}</td>{Cells(stage.Old)}{Cells(stage.New)}</tr>\n");
        page.Append("</table>\n");
    }

    private static string Cells(SideSample side) => FormattableString.Invariant(
        $"<td>{side.Requests}</td><td>{(side.Requests == 0 ? "" : FormattableString.Invariant($"{side.Errors} ({100.0 * side.Errors / side.Requests:0.###} %)"))}</td><td>{(side.P95 is { } p95 ? FormattableString.Invariant($"{p95:0.#} ms") : "")}</td>");

    private static void Plots(StringBuilder page, Evidence evidence)
    {
        if (evidence.Weights.IsEmpty) return;
        var from = evidence.Weights[0].At;
        var to = evidence.Lines.Length > 0 ? evidence.Lines[^1].At : from;
        if (evidence.Samples is [.., var last] && last.From + last.Period > to) to = last.From + last.Period;
        var plot = new Plot(from, to <= from ? from + TimeSpan.FromMinutes(1) : to);
        var steps = evidence.Weights.SelectMany((w, i) => new[] { (w.At, (double)w.Weight), (i + 1 < evidence.Weights.Length ? evidence.Weights[i + 1].At : plot.To, w.Weight) }).ToList();
        page.Append(plot.Draw("Weight", "%", [.. steps.Select(s => (s.Item1, (double?)(100 - s.Item2)))], [.. steps.Select(s => (s.Item1, (double?)s.Item2))]));
        page.Append(Series(plot, "Requests a second", "/s", evidence, (s, side) => side.Requests / s.Period.TotalSeconds));
        page.Append(Series(plot, "Failed requests", "%", evidence, (_, side) => side.Requests == 0 ? null : 100.0 * side.Errors / side.Requests));
        page.Append(Series(plot, "Latency, p95", "ms", evidence, (_, side) => side.P95));
        page.Append(Series(plot, "Latency, p99", "ms", evidence, (_, side) => side.P99));
    }

    private static string Series(Plot plot, string title, string unit, Evidence evidence, Func<Sample, SideSample, double?> value) => plot.Draw(
        title, unit, [.. evidence.Samples.Select(s => (s.From + s.Period / 2, value(s, s.Old)))], [.. evidence.Samples.Select(s => (s.From + s.Period / 2, value(s, s.New)))]);

    private static void Decisions(StringBuilder page, Evidence evidence)
    {
        page.Append("<h2>What happened, and why</h2>\n<table>\n<tr><th>Time (UTC)</th><th></th><th></th></tr>\n");
        foreach (var line in evidence.Lines)
        {
            var details = line.Details.IsEmpty ? "" : $"<ul>{string.Concat(line.Details.Select(d => $"<li>{Text(d)}</li>"))}</ul>";
            var isBad = line.Kind is "failed" or "halted" or "left" || line.Words.Contains(" fail:", StringComparison.Ordinal);
            page.Append(CultureInfo.InvariantCulture, $"<tr><td class=\"time\">{Time(line.At)}</td><td>{line.Kind}</td><td{(isBad ? " class=\"bad\"" : "")}>{Text(line.Words)}{details}</td></tr>\n");
        }

        page.Append("</table>\n");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
