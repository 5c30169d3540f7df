namespace Minato.CloudWatch.State;

/// <summary>Something to do about an alarm's change of state. On record together with the change, gone when it is done or given up.</summary>
internal sealed record AlarmActionState
{
    public required string Id { get; init; }

    /// <summary>Before the change; the same as <see cref="After"/> when a state that lasts is told again.</summary>
    public required AlarmState Before { get; init; }
    public required AlarmState After { get; init; }

    /// <summary>What the alarm names; null for the event on the default bus.</summary>
    public string? Action { get; init; }
    public required DateTimeOffset At { get; init; }

    // Progress.
    public int Attempts { get; init; }
    public DateTimeOffset? RetryAt { get; init; }
}
