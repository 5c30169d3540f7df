using System.Globalization;
using Minato.Platform;

namespace Minato.Logs.Planning;

/// <summary>A place between two events of a stream, and the direction to read on from it: what GetLogEvents' tokens hold.</summary>
internal readonly record struct Boundary(bool IsForward, Position At)
{
    /// <summary>The way forward from the event.</summary>
    public static Boundary After(Position position) => new(true, position);

    /// <summary>The way back from the event.</summary>
    public static Boundary Before(Position position) => new(false, position);

    /// <summary>In front of everything from this time on.</summary>
    public static Boundary StartOf(long ms) => new(false, new(ms, 0));

    /// <summary>The same place, looked at the other way.</summary>
    public Boundary Turned() => (IsForward, At) switch
    {
        (true, { Sequence: long.MaxValue } at) => new(false, new(at.TimestampMs + 1, 0)),
        (true, var at) => new(false, at with { Sequence = at.Sequence + 1 }),
        (false, { Sequence: 0 } at) => new(true, new(at.TimestampMs - 1, long.MaxValue)),
        (false, var at) => new(true, at with { Sequence = at.Sequence - 1 }),
    };

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{At.TimestampMs}.{At.Sequence}");

    public static Boundary? Parse(bool isForward, string text) =>
        text.Split('.') is [var ms, var sequence] && long.TryParse(ms, CultureInfo.InvariantCulture, out var time)
            && long.TryParse(sequence, CultureInfo.InvariantCulture, out var number)
            ? new(isForward, new(time, number))
            : null;
}
