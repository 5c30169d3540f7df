using System.Collections.Immutable;

namespace Minato.Elb.State;

/// <summary>A rule of a listener. The default rule is one, too: it holds the listener's default actions.</summary>
internal sealed record RuleState
{
    public required string Arn { get; init; }
    public required string ListenerArn { get; init; }
    public required string BalancerArn { get; init; }

    /// <summary>Null for the default rule, which comes last.</summary>
    public int? Priority { get; init; }
    public ImmutableArray<ConditionState> Conditions { get; init; } = [];
    public required ActionState Action { get; init; }
    public ImmutableArray<TransformState> Transforms { get; init; } = [];

    public bool IsDefault => Priority is null;
}

/// <summary>Values are alternatives. Which of the members count is for the field to say.</summary>
internal sealed record ConditionState
{
    public required string Field { get; init; }
    public ImmutableArray<string> Values { get; init; } = [];

    /// <summary>Alternatives, too, for <c>host-header</c>, <c>path-pattern</c> and <c>http-header</c>.</summary>
    public ImmutableArray<string> Regexes { get; init; } = [];

    /// <summary>For <c>http-header</c>.</summary>
    public string? HeaderName { get; init; }

    /// <summary>For <c>query-string</c>.</summary>
    public ImmutableArray<QueryPair> Pairs { get; init; } = [];
}

internal sealed record QueryPair(string? Key, string Value);

/// <summary>What a forwarded request becomes.</summary>
/// <param name="Type"><c>host-header-rewrite</c> or <c>url-rewrite</c>.</param>
internal sealed record TransformState(string Type, string Regex, string Replace);

/// <summary>What a rule does with a request: one of the three is set.</summary>
internal sealed record ActionState
{
    public int? Order { get; init; }
    public ForwardState? Forward { get; init; }
    public RedirectState? Redirect { get; init; }
    public FixedResponseState? FixedResponse { get; init; }

    public bool IsSameAs(ActionState other) => Redirect == other.Redirect && FixedResponse == other.FixedResponse && (Forward, other.Forward) switch
    {
        (null, null) => true,
        ({ } one, { } two) => one.Groups.SequenceEqual(two.Groups) && one.Stickiness == two.Stickiness,
        _ => false,
    };
}

internal sealed record ForwardState(ImmutableArray<WeightedGroup> Groups)
{
    /// <summary>Null when nothing was said of it.</summary>
    public GroupStickiness? Stickiness { get; init; }
}

internal sealed record GroupStickiness(bool IsEnabled, int? Seconds);

internal sealed record WeightedGroup(string GroupArn, int Weight);

internal sealed record RedirectState(string StatusCode, string Protocol, string Host, string Port, string Path, string Query);

internal sealed record FixedResponseState(string StatusCode, string ContentType, string? Body);

/// <summary>An entry for every group a rule forwards to: the way from a group to its load balancer.</summary>
internal sealed record GroupUse(UseKey Key, string BalancerArn);
