using System.Collections.Immutable;
using Minato.Contracts.CloudWatch;

namespace Minato.CloudWatch.State;

/// <summary>A metric alarm. The API writes what was asked, <c>AlarmReconciler</c> (and SetAlarmState) the state.</summary>
internal sealed record AlarmState
{
    public required AlarmKey Key { get; init; }

    // Intent.
    /// <summary>As asked, without its tags.</summary>
    public required PutMetricAlarmRequest Asked { get; init; }

    /// <summary>Set when it is a composite alarm: the rule of other alarms' states, and what holds its actions back.</summary>
    public CompositeRule? Composite { get; init; }
    public required bool ActionsEnabled { get; init; }
    public required DateTimeOffset ConfiguredAt { get; init; }
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    // Progress.
    public StateValue State { get; init; } = StateValue.InsufficientData;
    public string Reason { get; init; } = "Unchecked: Initial alarm creation";
    public string? ReasonData { get; init; }

    /// <summary>When state or reason were written last.</summary>
    public required DateTimeOffset StateAt { get; init; }

    /// <summary>When the state last became another.</summary>
    public required DateTimeOffset TransitionedAt { get; init; }

    public MetricKey Metric => MetricKey.Of(Key.Home, Asked.Namespace, Asked.MetricName, Asked.Dimensions);

    public TimeSpan Period => TimeSpan.FromSeconds(Asked.Period ?? 0);

    public string Statistic => Asked.Statistic?.ToWire() ?? Asked.ExtendedStatistic ?? "";

    public int EvaluationPeriods => Asked.EvaluationPeriods ?? 1;

    public int DatapointsToAlarm => Asked.DatapointsToAlarm ?? EvaluationPeriods;

    /// <summary>What to do on a transition to the state.</summary>
    public ImmutableArray<string> ActionsOf(StateValue state) => (state switch
    {
        StateValue.Alarm => Asked.AlarmActions,
        StateValue.Ok => Asked.OKActions,
        _ => Asked.InsufficientDataActions,
    }) ?? [];

    public CompositeAlarm ToComposite(CompositeRule composite, AlarmState? suppressor) => new()
    {
        AlarmName = Key.Name,
        AlarmArn = Key.Arn,
        AlarmDescription = Asked.AlarmDescription,
        AlarmConfigurationUpdatedTimestamp = ConfiguredAt,
        AlarmRule = composite.AlarmRule,
        ActionsEnabled = ActionsEnabled,
        OKActions = Asked.OKActions ?? [],
        AlarmActions = Asked.AlarmActions ?? [],
        InsufficientDataActions = Asked.InsufficientDataActions ?? [],
        StateValue = State,
        StateReason = Reason,
        StateReasonData = ReasonData,
        StateUpdatedTimestamp = StateAt,
        StateTransitionedTimestamp = TransitionedAt,
        ActionsSuppressor = composite.ActionsSuppressor,
        ActionsSuppressorWaitPeriod = composite.ActionsSuppressorWaitPeriod,
        ActionsSuppressorExtensionPeriod = composite.ActionsSuppressorExtensionPeriod,
        ActionsSuppressedBy = suppressor?.State is StateValue.Alarm ? ActionsSuppressedBy.Alarm : null,
        ActionsSuppressedReason = suppressor?.State is StateValue.Alarm ? $"Actions suppressed by {suppressor.Key.Arn}" : null,
    };

    public MetricAlarm ToWire() => new()
    {
        AlarmName = Key.Name,
        AlarmArn = Key.Arn,
        AlarmDescription = Asked.AlarmDescription,
        AlarmConfigurationUpdatedTimestamp = ConfiguredAt,
        ActionsEnabled = ActionsEnabled,
        OKActions = Asked.OKActions ?? [],
        AlarmActions = Asked.AlarmActions ?? [],
        InsufficientDataActions = Asked.InsufficientDataActions ?? [],
        StateValue = State,
        StateReason = Reason,
        StateReasonData = ReasonData,
        StateUpdatedTimestamp = StateAt,
        StateTransitionedTimestamp = TransitionedAt,
        MetricName = Asked.MetricName,
        Namespace = Asked.Namespace,
        Statistic = Asked.Statistic,
        ExtendedStatistic = Asked.ExtendedStatistic,
        Dimensions = Asked.Dimensions ?? [],
        Period = Asked.Period,
        Unit = Asked.Unit,
        EvaluationPeriods = Asked.EvaluationPeriods,
        DatapointsToAlarm = Asked.DatapointsToAlarm,
        Threshold = Asked.Threshold,
        ComparisonOperator = Asked.ComparisonOperator,
        TreatMissingData = Asked.TreatMissingData,
        EvaluateLowSampleCountPercentile = Asked.EvaluateLowSampleCountPercentile,
    };
}

/// <summary>What makes an alarm a composite one.</summary>
internal sealed record CompositeRule
{
    public required string AlarmRule { get; init; }
    public string? ActionsSuppressor { get; init; }
    public int? ActionsSuppressorWaitPeriod { get; init; }
    public int? ActionsSuppressorExtensionPeriod { get; init; }
}

/// <summary>That a metric exists; its points are in the append log.</summary>
internal sealed record MetricState
{
    public required MetricKey Key { get; init; }

    /// <summary>When points last came, to the hour: writing it for every point would cost more than the points.</summary>
    public required DateTimeOffset SeenAt { get; init; }
}
