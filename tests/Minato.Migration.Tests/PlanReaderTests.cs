using Minato.Migration.Plans;

namespace Minato.Migration.Tests;

/// <summary>Plan files are read strictly: what is not understood is refused with its line.</summary>
public sealed class PlanReaderTests
{
    [Fact]
    public void The_example_is_a_plan()
    {
        var plan = PlanReader.Read(PlanExample.Text);
        plan.Stages.Select(s => s.Name).ShouldBe(["prepare", "test", "1 %", "10 %", "50 %", "100 %", "confirm", "retire"]);
        plan.Old.Targets.ShouldBe([new("10.0.3.17", 8080), new("10.0.3.18", 8080)]);
        plan.Entry.ShouldBe(new ListenerRuleEntry("public", 443, null));
        plan.Mirror.ShouldNotBeNull().Requests.Select(r => $"{r.Method} {r.Path}").ShouldBe(["GET /", "GET /health", "HEAD /favicon.ico"]);
        plan.Gates.Latency.ShouldNotBeNull().AtMost.ShouldBe(TimeSpan.FromSeconds(2));
        plan.Stages[6].ShouldSatisfyAllConditions(s => s.NeedsApproval.ShouldBeTrue(), s => s.Hold.ShouldBe(TimeSpan.FromDays(1)));
    }

    [Fact]
    public void A_record_needs_no_old_side() => PlanReader.Read(Given.Text
        .Replace("old: { targets: [\"10.9.0.10:8080\", \"10.9.0.11:8080\"], healthPath: /health }", "", StringComparison.Ordinal)
        .Replace("listenerRule: { loadBalancer: public, port: 80 }", "record: { zone: example.com, name: www.example.com, loadBalancer: public }", StringComparison.Ordinal))
        .Entry.ShouldBe(new RecordEntry("example.com", "www.example.com.", "A", "public", TimeSpan.FromMinutes(1)));

    [Fact]
    public void A_record_takes_no_targets_and_it_is_said_what_to_name_instead() => Faults(Given.Text
        .Replace("listenerRule: { loadBalancer: public, port: 80 }", "record: { zone: example.com, name: www.example.com, loadBalancer: public }", StringComparison.Ordinal))
        .ShouldHaveSingleItem().ShouldBe("line 2: with a record as entry, its value says what the old targets are: name under old where their metrics come from, a targetGroup or a classicLoadBalancer, or leave old out.");

    [Theory]
    [InlineData("speed: fast", "line 12: the plan has no key speed, but migration, entry,")]
    [InlineData("gates: { erors: {} }", "line 12: gates has no key erors, but alarms, errors, latency.")]
    [InlineData("gates: { errors: { worseBy: lots } }", "line 12: worseBy must be a number from 0 to 100.")]
    [InlineData("gates: { latency: { percentile: 90 } }", "line 12: percentile must be 50, 95 or 99.")]
    [InlineData("mirror: {}", "line 12: mirror needs requests or an accessLog.")]
    [InlineData("mirror: { requests: [FETCH /] }", "line 12: FETCH is not one of GET, HEAD")]
    [InlineData("mirror: { requests: [/], ignore: ['('] }", "line 12: ignore: ( is not a regular expression.")]
    [InlineData("mirror: { requests: [/], perSecond: 5000 }", "line 12: perSecond must be a number from 0.1 to 50.")]
    [InlineData("timing: { period: 7s }", "line 12: period must be 1s, 5s, 10s, 30s or full minutes.")]
    [InlineData("timing: { patience: soon }", "line 12: patience must be a time such as 30s, 10m, 2h or 1d, from 1s to 24h.")]
    [InlineData("tls: { newPolicy: a }", "line 12: tls needs a classicLoadBalancer, or the protocols and ciphers of before, or an accessLog.")]
    [InlineData("test: { old: x, new: x }", "line 12: old and new need different values of the header.")]
    [InlineData("migration: twice", "line 12: ")]
    [InlineData("probes: [", "line 13: ")] // Where the text ends.
    public void What_is_wrong_is_named_with_its_line(string line, string fault) => Faults(Given.Text + "\n" + line).ShouldHaveSingleItem().ShouldStartWith(fault);

    [Theory]
    [InlineData("migration: web", "migration: 'a name with blanks'", "migration must be 1 to 24 letters")]
    [InlineData("new: { service: web }", "new: { }", "new needs service.")]
    [InlineData("entry: {", "entry: { extra: 1,", "entry has no key extra")]
    [InlineData("listenerRule: {", "listenerRule: { rule: first,", "rule must be default, or the priority of a rule.")]
    [InlineData("10.9.0.10:8080", "10.9.0.10", "10.9.0.10 is not ADDRESS:PORT or INSTANCE-ID:PORT.")]
    [InlineData("10.9.0.10:8080", "i-0123:8080", "targets are instances or addresses, not both")]
    [InlineData("healthPath: /health", "targetGroup: web", "old needs exactly one of targets, targetGroup and classicLoadBalancer.")]
    [InlineData("  - { stage: prepare }\n", "", "the first stage is prepare.")]
    [InlineData("weight: 100,", "weight: 99,", "the last weight is 100.")]
    [InlineData("weight: 10,", "weight: 100,", "weights rise from stage to stage.")]
    [InlineData("{ stage: confirm }", "{ stage: test }", "stages come in the order prepare, test, weights, confirm, retire.")]
    [InlineData("{ stage: confirm }", "{ stage: rest }", "there is no stage rest, but prepare, test, confirm, retire.")]
    [InlineData("{ stage: confirm }", "{ stage: confirm, weight: 3 }", "a stage has either a name (stage: prepare) or a weight (weight: 10).")]
    public void A_plan_that_leads_nowhere_is_refused(string part, string instead, string fault) =>
        Faults(Given.Text.Replace(part, instead, StringComparison.Ordinal)).ShouldContain(f => f.Contains(fault, StringComparison.Ordinal));

    [Fact]
    public void A_fault_has_the_line_of_the_value_that_is_wrong() => Faults("""
        migration: web
        old:
          targets: ["10.9.0.10:8080"]
          healthPath: health
        new: { service: web }
        entry:
          listenerRule:
            loadBalancer: public
            rule: first
        timing:
          patience: 5m
          period: 7s
        stages:
          - { stage: prepare }
          - { weight: 99 }
        gates:
          latency:
            slowerBy: 10
            percentile: 90
        """).ShouldBe([
        "line 4: health is not a path such as /health?full=1.", "line 9: rule must be default, or the priority of a rule.", "line 12: period must be 1s, 5s, 10s, 30s or full minutes.",
        "line 14: the last weight is 100.", "line 19: percentile must be 50, 95 or 99.",
    ]);

    [Fact]
    public void All_faults_come_at_once_in_the_order_of_lines()
    {
        var faults = Faults(Given.Text.Replace("service: web", "servce: web", StringComparison.Ordinal) + "\nspeed: fast");
        faults.Select(f => f.Split(':')[0]).ShouldBe(["line 3", "line 3", "line 12"]);
    }

    [Theory]
    [InlineData("30s", 30), InlineData("10m", 600), InlineData("2h", 7200), InlineData("1.5d", 129_600), InlineData("0", 0)]
    public void Times_have_units(string text, double seconds)
    {
        Durations.TryParse(text, out var value).ShouldBeTrue();
        value.TotalSeconds.ShouldBe(seconds);
    }

    [Theory]
    [InlineData("30"), InlineData("s"), InlineData("-1s"), InlineData("10w"), InlineData("NaNs"), InlineData("Infinityd")]
    public void Other_texts_are_no_times(string text) => Durations.TryParse(text, out _).ShouldBeFalse();

    private static IReadOnlyList<string> Faults(string text) => Should.Throw<PlanException>(() => PlanReader.Read(text)).Faults;
}
