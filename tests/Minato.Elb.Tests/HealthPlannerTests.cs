using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Planning;
using Minato.Elb.State;
using Minato.Engines.Proxy;

namespace Minato.Elb.Tests;

public sealed class HealthPlannerTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TargetKey s_key = new("arn:group", "10.0.0.1", 80);

    [Theory] // Probes: s succeeds, f fails. After each: i initial, h healthy, u unhealthy. Thresholds: 3 healthy, 2 unhealthy.
    [InlineData("s", "h")]
    [InlineData("fs", "ih")]
    [InlineData("ff", "iu")]
    [InlineData("ffsss", "iuuuh")]
    [InlineData("ffssfsss", "iuuuuuuh")]
    [InlineData("sfsfs", "hhhhh")]
    [InlineData("sffs", "hhuu")]
    public void Health_follows_the_thresholds(string probes, string states)
    {
        var shown = "";
        var (view, progress) = (View(null), ProbeProgress.Begin(s_noon, s_noon));
        foreach (var probe in probes)
        {
            ProbeOutcome outcome = probe is 's' ? new ProbeOutcome.Answered(200) : new ProbeOutcome.Failed("refused");
            (var health, progress) = HealthPlanner.After(view, progress, outcome, progress.NextAt);
            view = View(health);
            shown += char.ToLowerInvariant(health.Status.ToString()[0]);
        }
        shown.ShouldBe(states);
    }

    [Fact]
    public void Reasons_and_descriptions_are_those_of_aws()
    {
        Show(View(null)).ShouldBe((TargetHealthStateEnum.Initial, TargetHealthReasonEnum.ElbRegistrationInProgress, "Target registration is in progress"));
        Show(After(new ProbeOutcome.Answered(502))).ShouldBe((TargetHealthStateEnum.Initial, TargetHealthReasonEnum.ElbInitialHealthChecking, "Initial health checks in progress"));
        Show(After(new ProbeOutcome.Answered(200))).ShouldBe((TargetHealthStateEnum.Healthy, null, null));
        Show(After(new ProbeOutcome.Answered(502), new ProbeOutcome.Answered(404)))
            .ShouldBe((TargetHealthStateEnum.Unhealthy, TargetHealthReasonEnum.TargetResponseCodeMismatch, "Health checks failed with these codes: [502, 404]"));
        Show(After(new ProbeOutcome.Answered(301), new ProbeOutcome.Answered(301)))
            .ShouldBe((TargetHealthStateEnum.Unhealthy, TargetHealthReasonEnum.TargetResponseCodeMismatch, "Health checks failed with these codes: [301]"));
        Show(After(new ProbeOutcome.TimedOut(), new ProbeOutcome.TimedOut()))
            .ShouldBe((TargetHealthStateEnum.Unhealthy, TargetHealthReasonEnum.TargetTimeout, "Request timed out"));
        Show(After(new ProbeOutcome.Failed("x"), new ProbeOutcome.Failed("x")))
            .ShouldBe((TargetHealthStateEnum.Unhealthy, TargetHealthReasonEnum.TargetFailedHealthChecks, "Health checks failed"));
        Show(View(null, Attachment.NotInUse)).ShouldBe((
            TargetHealthStateEnum.Unused, TargetHealthReasonEnum.TargetNotInUse, "Target group is not configured to receive traffic from the load balancer"));
        Show(View(null, Attachment.ZoneNotEnabled)).ShouldBe((
            TargetHealthStateEnum.Unused, TargetHealthReasonEnum.TargetNotInUse, "Target is in an Availability Zone that is not enabled for the load balancer"));
        Show(View(null, drainUntil: s_noon)).ShouldBe((
            TargetHealthStateEnum.Draining, TargetHealthReasonEnum.TargetDeregistrationInProgress, "Target deregistration is in progress"));
    }

    [Theory] // Seconds a probe took; seconds from the first probe to the next, with an interval of 30.
    [InlineData(0, 30)]
    [InlineData(29, 30)]
    [InlineData(30, 60)]
    [InlineData(65, 90)]
    public void A_probe_that_takes_long_does_not_shift_the_next(int took, int next)
    {
        var (_, progress) = HealthPlanner.After(View(null), ProbeProgress.Begin(s_noon, s_noon), new ProbeOutcome.Answered(200), s_noon.AddSeconds(took));
        progress.NextAt.ShouldBe(s_noon.AddSeconds(next));
    }

    [Fact]
    public void The_first_probe_is_due_at_once_and_a_new_registration_begins_anew()
    {
        var probe = HealthPlanner.Plan(View(null), null, s_noon).ShouldBeOfType<HealthStep.Probe>();
        probe.Request.ShouldBe(new("10.0.0.1", 80, "/", TimeSpan.FromSeconds(5)));
        var old = ProbeProgress.Begin(s_noon.AddHours(-1), s_noon.AddSeconds(20)) with { Failures = 1 };
        HealthPlanner.Plan(View(null), old, s_noon).ShouldBeOfType<HealthStep.Probe>().Progress.Failures.ShouldBe(0);
        HealthPlanner.Plan(View(null), ProbeProgress.Begin(s_noon, s_noon.AddSeconds(20)), s_noon).ShouldBeOfType<HealthStep.Wait>();
    }

    [Fact]
    public void A_shorter_interval_counts_from_now()
    {
        var far = ProbeProgress.Begin(s_noon, s_noon.AddSeconds(300));
        HealthPlanner.Plan(View(null), far, s_noon).ShouldBeOfType<HealthStep.Wait>().Progress.NextAt.ShouldBe(s_noon.AddSeconds(30));
    }

    [Fact]
    public void Nobody_asks_for_the_health_of_what_gets_no_traffic()
    {
        HealthPlanner.Plan(View(null, Attachment.NotInUse), null, s_noon).ShouldBeOfType<HealthStep.Rest>();
        HealthPlanner.Plan(View(null, Attachment.ZoneNotEnabled), null, s_noon).ShouldBeOfType<HealthStep.Rest>();
        HealthPlanner.Plan(View(null, drainUntil: s_noon.AddHours(1)), null, s_noon).ShouldBeOfType<HealthStep.Rest>();
    }

    [Theory]
    [InlineData("200", 200, true)]
    [InlineData("200", 201, false)]
    [InlineData("200,202", 202, true)]
    [InlineData("200,202", 201, false)]
    [InlineData("200-299", 204, true)]
    [InlineData("200-299,301", 301, true)]
    [InlineData("200-299,301", 302, false)]
    public void Matchers_are_codes_lists_and_ranges(string matcher, int status, bool matches) => HealthMatcher.Matches(matcher, status).ShouldBe(matches);

    [Theory]
    [InlineData("200", true)]
    [InlineData("200-499", true)]
    [InlineData("200,301-303", true)]
    [InlineData("", false)]
    [InlineData("199", false)]
    [InlineData("500", false)]
    [InlineData("300-200", false)]
    [InlineData("200,", false)]
    [InlineData("2xx", false)]
    public void Matchers_stay_between_200_and_499(string matcher, bool valid) => HealthMatcher.IsValid(matcher, 200, 499).ShouldBe(valid);

    private static TargetView After(params ProbeOutcome[] outcomes)
    {
        var (view, progress) = (View(null), ProbeProgress.Begin(s_noon, s_noon));
        foreach (var outcome in outcomes)
        {
            (var health, progress) = HealthPlanner.After(view, progress, outcome, progress.NextAt);
            view = View(health);
        }
        return view;
    }

    private static (TargetHealthStateEnum?, TargetHealthReasonEnum?, string?) Show(TargetView view)
    {
        var shown = HealthPlanner.Show(view);
        return (shown.State, shown.Reason, shown.Description);
    }

    private static TargetView View(HealthState? health, Attachment attachment = Attachment.InUse, DateTimeOffset? drainUntil = null) => new(
        new() { Key = s_key, Address = s_key.Id, RegisteredAt = s_noon, DrainUntil = drainUntil },
        new()
        {
            Arn = s_key.GroupArn, Home = new("1", "r"), Name = "g", TargetType = TargetTypeEnum.Ip, Port = 80, VpcId = "vpc",
            HealthCheck = new() { HealthyThreshold = 3, UnhealthyThreshold = 2 },
        },
        health, attachment);
}
