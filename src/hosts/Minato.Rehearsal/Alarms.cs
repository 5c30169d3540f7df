using Minato.Aws;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Minato.Rehearsal;

/// <summary>The deployment alarms of the service: as they stand, and as the what-if sets them off.</summary>
internal sealed class Alarms(ICloudWatch cloudWatch, RehearsalInput input, WhatIf whatIf, Caller caller)
{
    private const int UsualPeriod = 60;

    private IReadOnlyList<string> Names => Of(input);

    public static IReadOnlyList<string> Of(RehearsalInput input) =>
        input.Service.DeploymentConfiguration?.Alarms is { Enable: true, AlarmNames: var names } ? names : [];

    /// <exception cref="RehearsalException">An alarm is to go off that the service does not have.</exception>
    public static void Check(RehearsalInput input, WhatIf whatIf)
    {
        if (whatIf.Alarms.IsEmpty) return;
        var names = Of(input);
        if (names.Count == 0) throw new RehearsalException("the service has no deployment alarms.");
        if (whatIf.Alarms.FirstOrDefault(a => a.Name is { } name && !names.Contains(name)) is { Name: { } unknown })
            throw new RehearsalException($"the service has no deployment alarm {unknown}, but {string.Join(", ", names)}.");
    }

    public async Task BuildAsync(CancellationToken ct)
    {
        foreach (var name in Names)
        {
            var real = input.Alarms.FirstOrDefault(a => a.AlarmName == name);
            await cloudWatch.PutMetricAlarmAsync(
                new()
                {
                    AlarmName = name, Namespace = "Rehearsal", MetricName = "Trouble", Statistic = Statistic.Sum, Threshold = 0,
                    ComparisonOperator = ComparisonOperator.GreaterThanThreshold, Period = real?.Period ?? UsualPeriod, EvaluationPeriods = real?.EvaluationPeriods ?? 1,
                    TreatMissingData = "ignore", // Nothing is measured here: it stays as it is set.
                },
                caller, ct);
            await SetAsync(name, real?.StateValue ?? StateValue.Ok, ct);
        }
    }

    /// <summary>Sets the alarms off, each at its time from now.</summary>
    public async Task GoOffAsync(TimeProvider time, Action<string> tell, CancellationToken ct)
    {
        var past = TimeSpan.Zero;
        foreach (var alarm in whatIf.Alarms.OrderBy(a => a.At))
        {
            await Task.Delay(alarm.At - past, time, ct);
            past = alarm.At;
            var name = alarm.Name ?? Names[0];
            tell($"alarm {name} goes off");
            await SetAsync(name, StateValue.Alarm, ct);
        }
    }

    private async Task SetAsync(string name, StateValue state, CancellationToken ct) =>
        await cloudWatch.SetAlarmStateAsync(new() { AlarmName = name, StateValue = state, StateReason = "The rehearsal says so." }, caller, ct);
}
