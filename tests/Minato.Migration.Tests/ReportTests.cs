using System.Xml.Linq;
using Minato.Migration.Journal;
using Minato.Migration.Planning;
using Minato.Migration.Reporting;

namespace Minato.Migration.Tests;

/// <summary>The evidence names every decision, and is one page that needs nothing else.</summary>
public sealed class ReportTests
{
    private static readonly JournalEntry[] s_entries =
    [
        .. Given.Inside(Given.Plan(), 2),
        .. Enumerable.Range(1, 5).Select(m => new Sampled(Given.Sample(m, Given.Side(900, 1, 20), Given.Side(100, m * 5, 40)))),
        new Judged(new("errors", Verdict.Fail, "75 of 500 failed <b>here</b>")), new Left(Departure.Retreat, "the gate errors failed"), .. Given.Done(new("back", StepKind.Shift, 0)),
        new Ended(Outcome.Retreated, "the gate errors failed"),
    ];

    private static Evidence Written => Evidence.Of(
        Given.Plan(), [.. s_entries.Prepend(new Begun(1, Given.Text, "somebody")).Select((e, i) => e with { At = Given.Noon.AddSeconds(i * 10) })], Given.Noon.AddHours(1));

    [Fact]
    public void Every_decision_is_there_with_its_numbers()
    {
        var json = Written.ToJson();
        json["verdict"]?.ToString().ShouldBe("retreated: the gate errors failed");
        json["decisions"]?.AsArray().Select(d => d?["kind"]?.ToString()).ShouldBe(
            ["begun", "stage", "done", "done", "done", "done", "done", "stage", "stage", "done", "judged", "left", "done", "ended"]);
        json["stages"]?.AsArray().Select(s => $"{s?["stage"]} {s?["new"]?["requests"]} {s?["new"]?["errors"]} {s?["new"]?["p95Milliseconds"]}").ShouldBe(["prepare 100 5 40", "test 0 0 ", "10 % 0 0 ", "retreat 200 45 40"]);
        json["stages"]?.AsArray().Select(s => (int?)s?["weight"]).ShouldBe([0, 0, 10, 0]);
        json["samples"]?.AsArray().Select(s => (int?)s?["weight"]).ShouldBe([0, 0, 10, 0, 0]);
        json["weights"]?.AsArray().Select(w => (int?)w?["weight"]).ShouldBe([0, 10, 0]);
        json["samples"]?.AsArray().Count.ShouldBe(5);
        json["samples"]?[4]?["new"]?["errors"]?.GetValue<long>().ShouldBe(25);
    }

    [Fact]
    public void A_way_back_that_a_person_asked_for_is_a_stage_too()
    {
        JournalEntry[] entries = [.. Given.Inside(Given.Plan(), 2), new Asked(Wish.Retreat, "me", null), .. Given.Done(new("back", StepKind.Shift, 0)), new Ended(Outcome.Retreated, "me asked for it")];
        var written = Evidence.Of(Given.Plan(), [.. entries.Prepend(new Begun(1, Given.Text, "somebody")).Select((e, i) => e with { At = Given.Noon.AddSeconds(i) })], Given.Noon.AddHours(1));
        written.Stages.Select(s => (s.Name, s.Weight)).ShouldBe([("prepare", 0), ("test", 0), ("10 %", 10), ("retreat", 0)]);
    }

    [Fact]
    public void The_page_is_well_formed_needs_nothing_else_and_escapes_what_it_shows()
    {
        var html = Written.ToHtml();
        html.ShouldNotContain("<b>here</b>");
        html.ShouldContain("75 of 500 failed &lt;b&gt;here&lt;/b&gt;");
        html.ShouldContain("prefers-color-scheme: dark");
        html.ShouldNotContain("http:");
        html.ShouldNotContain("https:");
        var drawings = html.Split("<svg").Skip(1).Select(s => XElement.Parse("<svg" + s[..(s.IndexOf("</svg>", StringComparison.Ordinal) + 6)])).ToList();
        drawings.Count.ShouldBe(5);
        foreach (var lines in drawings.Select(d => d.Elements("polyline"))) lines.Select(l => (string?)l.Attribute("class")).ShouldBe(["plot old", "plot new"]);
    }

    [Fact]
    public void Before_anything_has_begun_there_is_a_page_too() => Evidence.Of(Given.Plan(), [], Given.Noon).ToHtml().ShouldContain("nothing has begun");

    [Fact]
    public void The_status_says_how_it_stands()
    {
        var plan = Given.Plan();
        var state = Given.State([.. Given.Inside(plan, 2), new Sampled(Given.Sample(1, Given.Side(5400, 0, 20), Given.Side(600, 6, 40)))]);
        var now = Given.Noon.AddMinutes(2);
        var page = StatusPage.Of(plan, state, [new("errors", Verdict.Unclear, "more are needed")], MigrationPlanner.Plan(plan, state, [], now), now);
        (page.Stage, page.Weight, page.Standing).ShouldBe(("10 %", 10, "waits for the hold time of 10 %"));
        page.Awaits.ShouldBe(Awaited.Nothing);
        page.TimeLeft.ShouldNotBeNull().ShouldBeGreaterThan(TimeSpan.FromMinutes(8));
        page.Sides[1].ShouldBe(new("new", 10, 10, 1, 20, 40, 80, 600, 6));
        page.ToJson()["sides"]?[0]?["requestsPerSecond"]?.GetValue<double>().ShouldBe(90);
        StatusPage.Of(plan, state, [], null, Given.Noon.AddHours(5)).Sides[0].PerSecond.ShouldBeNull("numbers that old say nothing of now");
    }
}
