namespace Minato.Ecs.State;

internal sealed record LogCursorKey(TaskKey Task, string Container) : IComparable<LogCursorKey>
{
    public int CompareTo(LogCursorKey? other) => other is null ? 1 : Task.CompareTo(other.Task) is not 0 and var order
        ? order : string.CompareOrdinal(Container, other.Container);

    public override string ToString() => $"{Task}/{Container}";
}

/// <summary>How far a container's output has reached Logs. Written by the log shipper alone.</summary>
internal sealed record LogCursorState
{
    public required LogCursorKey Key { get; init; }

    /// <summary>The engine's time of the last line that Logs acknowledged.</summary>
    public DateTimeOffset? ShippedTo { get; init; }

    /// <summary>Everything a dead container wrote has been shipped: it may be removed.</summary>
    public bool IsDrained { get; init; }
}
