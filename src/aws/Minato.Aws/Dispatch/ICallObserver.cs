using System.Collections.Immutable;
using Minato.Aws.Authorization;
using Minato.Aws.Shapes;

namespace Minato.Aws.Dispatch;

/// <summary>
/// Is told of every call whose caller and operation were known, whether it was answered or refused. Called on the request's own path
/// before the answer leaves, so that whoever has an answer finds the call recorded: it takes the record and returns, and does not throw.
/// </summary>
public interface ICallObserver
{
    void Observe(CallRecord call);
}

/// <summary>
/// Keeps the record of calls, whoever made them. A call that changes something is not answered before its record is kept as safely as what it changed.
/// </summary>
public interface ICallLedger
{
    /// <summary>A call that its caller may make is about to reach its room. Called on the call's own flow, so that what it leaves there goes with it.</summary>
    /// <returns>What is given back when the call has ended; null for nothing.</returns>
    object? Open(CallRecord call);

    /// <summary>The call has ended, or was refused before it was opened. Returns when its answer may leave.</summary>
    /// <exception cref="Exception">The record of a call that was not refused cannot be kept: it must not be answered as if it were.</exception>
    ValueTask CloseAsync(CallRecord call, object? opened);
}

/// <summary>One call of an AWS client, with what became of it.</summary>
public sealed record CallRecord
{
    /// <summary>When it arrived, by the clock that signatures are compared with.</summary>
    public required DateTimeOffset At { get; init; }
    public required Caller Caller { get; init; }
    public required ServiceModel Service { get; init; }
    public required OperationModel Operation { get; init; }

    /// <summary>Null when the request could not be read. Members that the model calls sensitive are still in it, and the body of a stream was read.</summary>
    public IShape? Request { get; init; }

    /// <summary>Null when the call was refused.</summary>
    public IShape? Response { get; init; }
    public string? ErrorCode { get; init; }
    public string? ErrorMessage { get; init; }
    public string? SourceIp => Caller.SourceIp;
    public string? UserAgent => Caller.UserAgent;

    /// <summary>As the client wrote it.</summary>
    public string? Host { get; init; }

    /// <summary>What policies were asked for it; empty for callers of whom they are not asked, such as root.</summary>
    public ImmutableArray<AuthorizedAction> Actions { get; init; } = [];
    public string RequestId => Caller.RequestId;

    /// <summary>Such as <c>ecs.amazonaws.com</c>.</summary>
    public string EventSource => $"{Service.SigningName}.amazonaws.com";

    /// <summary>ARNs that policies were asked about, each once; none of a call that has no resource.</summary>
    public IEnumerable<string> Resources => Actions.Select(a => a.Resource).Where(r => r is not "*").Distinct(StringComparer.Ordinal);
    public bool IsReadOnly => Operation.IsReadOnly;
}
