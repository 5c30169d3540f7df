namespace Minato.Engines.Alarms;

/// <summary>
/// Something that acts when an alarm of CloudWatch names it: a room with scaling policies. CloudWatch asks every taker whether the action
/// is its own. It tells of each change of state and, as long as that lasts, of each evaluation: takers decide what is still to be done.
/// </summary>
public interface IAlarmActionTaker
{
    /// <param name="actionArn">As the alarm names it, e.g. of a scaling policy.</param>
    bool Takes(string actionArn);

    /// <returns>Null when it was done, otherwise why not. May be told the same twice.</returns>
    ValueTask<string?> TakeAsync(AlarmNotice notice, CancellationToken ct);
}

/// <param name="ActionArn">What the alarm names.</param>
/// <param name="AlarmArn">The alarm.</param>
/// <param name="State">ALARM, OK or INSUFFICIENT_DATA.</param>
/// <param name="At">When it was found to be in that state; a repetition has a later time.</param>
/// <param name="Threshold">What its metric is compared with; null for an alarm without one.</param>
/// <param name="Value">The newest datapoint that decided; null when there is none.</param>
public sealed record AlarmNotice(string ActionArn, string AlarmArn, string State, DateTimeOffset At, double? Threshold, double? Value);
