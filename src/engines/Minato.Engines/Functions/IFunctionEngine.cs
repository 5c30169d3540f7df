namespace Minato.Engines.Functions;

/// <summary>Calls functions by their ARN.</summary>
public interface IFunctionEngine
{
    /// <summary>Waits until the function has answered.</summary>
    /// <param name="functionArn">With or without a version or alias.</param>
    /// <param name="payload">JSON.</param>
    /// <returns>How it ended. Throws only when <paramref name="ct"/> is cancelled.</returns>
    ValueTask<FunctionOutcome> InvokeAsync(string functionArn, string payload, CancellationToken ct);
}

/// <summary>How the call of a function ended.</summary>
public abstract record FunctionOutcome
{
    private FunctionOutcome()
    {
    }

    /// <param name="Payload">What it returned, JSON if it keeps to the contract.</param>
    public sealed record Returned(string Payload) : FunctionOutcome;

    /// <summary>It broke, or could not be reached.</summary>
    public sealed record Failed(string Error) : FunctionOutcome
    {
        /// <summary>There was nobody to ask: it is not the function's fault.</summary>
        public bool IsOutOfReach { get; init; }
    }

    /// <summary>There is no function of this ARN.</summary>
    public sealed record Unknown : FunctionOutcome;
}
