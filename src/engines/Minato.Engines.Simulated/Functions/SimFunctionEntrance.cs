using Minato.Engines.Functions;

namespace Minato.Engines.Simulated;

/// <summary>The simulated twin of the way in to functions: no socket, a test asks it.</summary>
public sealed class SimFunctionEntrance : IFunctionEntrance
{
    public const int Port = 9001;

    private Func<EntranceRequest, CancellationToken, ValueTask<EntranceAnswer>>? _answer;

    public bool IsOpen => _answer is not null;

    public ValueTask<int> OpenAsync(Func<EntranceRequest, CancellationToken, ValueTask<EntranceAnswer>> answer, CancellationToken ct)
    {
        _answer ??= answer;
        return ValueTask.FromResult(Port);
    }

    /// <exception cref="InvalidOperationException">Nobody has opened it.</exception>
    public ValueTask<EntranceAnswer> AskAsync(EntranceRequest request, CancellationToken ct) =>
        (_answer ?? throw new InvalidOperationException("The entrance is not open."))(
            request.Body.Length > IFunctionEntrance.LargestBody ? request with { Body = ReadOnlyMemory<byte>.Empty, IsTooLarge = true } : request, ct);
}
