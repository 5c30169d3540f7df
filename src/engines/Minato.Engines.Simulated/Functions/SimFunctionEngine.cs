using System.Collections.Concurrent;
using Minato.Engines.Functions;

namespace Minato.Engines.Simulated;

/// <summary>What the functions of a world do. They are no part of Minato, so that a restart leaves them alone.</summary>
public sealed class SimFunctions(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, Func<string, FunctionOutcome>> _functions = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<SimInvocation> _invocations = new();

    /// <summary>How long a call takes.</summary>
    public TimeSpan Takes { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Every call so far, in order.</summary>
    public IReadOnlyCollection<SimInvocation> Invocations => _invocations;

    public void Put(string functionArn, Func<string, FunctionOutcome> function) => _functions[functionArn] = function;

    internal async ValueTask<FunctionOutcome> InvokeAsync(string functionArn, string payload, CancellationToken ct)
    {
        await Task.Delay(Takes, clock, ct);
        _invocations.Enqueue(new(functionArn, payload, clock.GetUtcNow()));
        return _functions.TryGetValue(functionArn, out var function) ? function(payload) : new FunctionOutcome.Unknown();
    }
}

public sealed record SimInvocation(string FunctionArn, string Payload, DateTimeOffset At);

/// <summary>The simulated twin of what calls functions.</summary>
public sealed class SimFunctionEngine(SimFunctions functions) : IFunctionEngine
{
    public ValueTask<FunctionOutcome> InvokeAsync(string functionArn, string payload, CancellationToken ct) => functions.InvokeAsync(functionArn, payload, ct);
}
