using System.Collections.Immutable;
using System.Globalization;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.State;
using Minato.Engines.Proxy;

namespace Minato.Elb.Planning;

/// <summary>Where the health checker stands with a target. Not stored: a restart counts from nothing again.</summary>
/// <param name="NextAt">The next probe on the fixed schedule.</param>
/// <param name="Codes">Unwanted status codes of the failures in a row.</param>
internal sealed record ProbeProgress(DateTimeOffset RegisteredAt, DateTimeOffset NextAt, int Successes, int Failures, ImmutableArray<int> Codes)
{
    public static ProbeProgress Begin(DateTimeOffset registeredAt, DateTimeOffset now) => new(registeredAt, now, 0, 0, []);
}

internal abstract record HealthStep
{
    private HealthStep() { }

    /// <summary>Nobody sends it anything, so nobody asks for its health.</summary>
    public sealed record Rest : HealthStep;
    public sealed record Probe(ProbeRequest Request, ProbeProgress Progress) : HealthStep;
    public sealed record Wait(ProbeProgress Progress) : HealthStep;
}

/// <summary>The state machine of target health.</summary>
internal static class HealthPlanner
{
    private const int CodesShown = 5;

    public static HealthStep Plan(TargetView view, ProbeProgress? progress, DateTimeOffset now)
    {
        if (view.Target.DrainUntil is not null || view.Attachment is not Attachment.InUse || !view.Group.HealthCheck.IsEnabled) return new HealthStep.Rest();
        if (progress is null || progress.RegisteredAt != view.Target.RegisteredAt) progress = ProbeProgress.Begin(view.Target.RegisteredAt, now);
        var latest = now + view.Group.HealthCheck.Interval; // A shorter interval counts from now on.
        if (progress.NextAt > latest) progress = progress with { NextAt = latest };
        return progress.NextAt > now ? new HealthStep.Wait(progress) : new HealthStep.Probe(RequestFor(view), progress);
    }

    /// <summary>The health after a probe, and the progress with the next one on schedule.</summary>
    /// <param name="now">When the answer came: later than the probe was due, which does not shift the schedule.</param>
    public static (HealthState Health, ProbeProgress Progress) After(TargetView view, ProbeProgress progress, ProbeOutcome outcome, DateTimeOffset now)
    {
        var verdict = HealthMatcher.Judge(outcome, view.Group.HealthCheck.Matcher);
        var counted = verdict.IsWell
            ? progress with { Successes = progress.Successes + 1, Failures = 0, Codes = [] }
            : progress with { Successes = 0, Failures = progress.Failures + 1, Codes = WithCode(progress.Codes, verdict.Code) };
        return (Transition(view, counted, verdict, now), counted with { NextAt = NextTick(progress.NextAt, view.Group.HealthCheck.Interval, now) });
    }

    /// <summary>What <c>DescribeTargetHealth</c> says of a registered target.</summary>
    public static TargetHealth Show(TargetView view)
    {
        if (view.Target.DrainUntil is not null)
        {
            return Shown(TargetHealthStateEnum.Draining, TargetHealthReasonEnum.TargetDeregistrationInProgress, "Target deregistration is in progress");
        }
        return view.Attachment switch
        {
            Attachment.NotInUse => Shown(
                TargetHealthStateEnum.Unused, TargetHealthReasonEnum.TargetNotInUse,
                "Target group is not configured to receive traffic from the load balancer"),
            Attachment.ZoneNotEnabled => Shown(
                TargetHealthStateEnum.Unused, TargetHealthReasonEnum.TargetNotInUse,
                "Target is in an Availability Zone that is not enabled for the load balancer"),
            Attachment.InstanceNotRunning => Shown(
                TargetHealthStateEnum.Unused, TargetHealthReasonEnum.TargetInvalidState, $"Target is in the {view.Target.InstanceState} state"),
            _ when !view.Group.HealthCheck.IsEnabled => Shown(TargetHealthStateEnum.Unavailable, TargetHealthReasonEnum.TargetHealthCheckDisabled, "Health checks are disabled"),
            _ => view.Health switch
            {
                null => Shown(TargetHealthStateEnum.Initial, TargetHealthReasonEnum.ElbRegistrationInProgress, "Target registration is in progress"),
                { Status: HealthStatus.Healthy } => new() { State = TargetHealthStateEnum.Healthy }, // AWS: no reason, no description.
                { Status: HealthStatus.Initial } h => Shown(TargetHealthStateEnum.Initial, h.Reason, h.Description),
                { Status: HealthStatus.UnhealthyDraining } h => Shown(TargetHealthStateEnum.UnhealthyDraining, h.Reason, h.Description),
                var h => Shown(TargetHealthStateEnum.Unhealthy, h.Reason, h.Description),
            },
        };
    }

    public static TargetHealth NotRegistered { get; } = Shown(
        TargetHealthStateEnum.Unused, TargetHealthReasonEnum.TargetNotRegistered, "Target is not registered to the target group");

    public static int HealthCheckPort(TargetGroupState group, int targetPort) =>
        int.TryParse(group.HealthCheck.Port, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : targetPort;

    private static ProbeRequest RequestFor(TargetView view) => Protocols.Probe(view, HealthCheckPort(view.Group, view.Target.Key.Port));

    private static HealthState Transition(TargetView view, ProbeProgress counted, Verdict verdict, DateTimeOffset now)
    {
        var check = view.Group.HealthCheck;
        var status = view.Health?.Status ?? HealthStatus.Initial;
        if (verdict.IsWell)
        {
            if (status is HealthStatus.Healthy && view.Health is { } same) return same;
            // AWS: one success is enough for a new target; one that was unhealthy has to prove itself.
            var well = status is not (HealthStatus.Unhealthy or HealthStatus.UnhealthyDraining) || counted.Successes >= check.HealthyThreshold;
            return well ? With(view, HealthStatus.Healthy, null, null) : view.Health ?? Initial(view);
        }
        if (status is HealthStatus.Unhealthy or HealthStatus.UnhealthyDraining || counted.Failures >= check.UnhealthyThreshold)
        {
            return Unwell(view, verdict.Reason, Describe(verdict, counted.Codes), now);
        }
        return view.Health ?? Initial(view);
    }

    private static HealthState Unwell(TargetView view, TargetHealthReasonEnum? reason, string description, DateTimeOffset now)
    {
        var drains = NetworkAttributes.DrainingOf(view.Group);
        if (drains == TimeSpan.Zero || view.Health is { Status: HealthStatus.Unhealthy }) return With(view, HealthStatus.Unhealthy, reason, description);
        var since = view.Health?.UnhealthyAt ?? now;
        return now < since + drains
            ? With(view, HealthStatus.UnhealthyDraining, reason, description) with { UnhealthyAt = since }
            : With(view, HealthStatus.Unhealthy, reason, description);
    }

    private static HealthState Initial(TargetView view) => With(
        view, HealthStatus.Initial, TargetHealthReasonEnum.ElbInitialHealthChecking, "Initial health checks in progress");

    private static HealthState With(TargetView view, HealthStatus status, TargetHealthReasonEnum? reason, string? description) => new()
    {
        Key = view.Target.Key, RegisteredAt = view.Target.RegisteredAt, Status = status, Reason = reason, Description = description,
    };

    private static string Describe(Verdict verdict, ImmutableArray<int> codes) => verdict.Reason switch
    {
        TargetHealthReasonEnum.TargetResponseCodeMismatch => $"Health checks failed with these codes: [{string.Join(", ", codes)}]",
        TargetHealthReasonEnum.TargetTimeout => "Request timed out",
        _ => "Health checks failed",
    };

    private static ImmutableArray<int> WithCode(ImmutableArray<int> codes, int? code) =>
        code is not { } seen || codes.Contains(seen) || codes.Length >= CodesShown ? codes : codes.Add(seen);

    private static DateTimeOffset NextTick(DateTimeOffset last, TimeSpan interval, DateTimeOffset now)
    {
        var next = last + interval;
        if (next > now) return next;
        return last + (interval * (Math.Floor((now - last) / interval) + 1)); // Ticks that went by while nobody looked are not made up for.
    }

    private static TargetHealth Shown(TargetHealthStateEnum state, TargetHealthReasonEnum? reason, string? description) =>
        new() { State = state, Reason = reason, Description = description };
}
