using System.Text;
using Minato.Engines.Inside;

namespace Minato.Engines.Simulated;

/// <summary>What answers at 169.254.170.2 and 169.254.169.254 on the simulated machine. It dies with the process that opened it.</summary>
public sealed class SimInside : IInsideEndpoint
{
    private readonly Dictionary<(InsideNetwork Network, InsideDoor Door), IInsideHandler> _open = [];

    /// <summary>Why networks cannot be opened, while they cannot.</summary>
    public string? Refusal { get; set; }

    public IReadOnlyCollection<InsideNetwork> Open => [.. _open.Keys.Select(k => k.Network).Distinct()];

    public ValueTask<OpenOutcome> OpenAsync(InsideNetwork network, InsideDoor door, IInsideHandler handler, CancellationToken ct)
    {
        if (Refusal is { } reason) return ValueTask.FromResult<OpenOutcome>(new OpenOutcome.Refused(reason));
        _open[(network, door)] = handler;
        return ValueTask.FromResult<OpenOutcome>(new OpenOutcome.Open());
    }

    public ValueTask RemoveAsync(CancellationToken ct)
    {
        _open.Clear();
        return ValueTask.CompletedTask;
    }

    /// <summary>Asks as a task at an address of a network would.</summary>
    /// <exception cref="InvalidOperationException">Nobody answers there: connection refused.</exception>
    public async Task<(int Status, string Body)> AskAsync(InsideNetwork network, string source, string path, string method = "GET", string body = "")
    {
        var answer = await AskAsync(InsideDoor.Task, new(network, source, method, path, Encoding.UTF8.GetBytes(body)));
        return (answer.Status, Encoding.UTF8.GetString(answer.Body.Span));
    }

    /// <summary>Asks at one of the two addresses.</summary>
    /// <exception cref="InvalidOperationException">Nobody answers there: connection refused.</exception>
    public async Task<InsideAnswer> AskAsync(InsideDoor door, InsideRequest request) => _open.TryGetValue((request.Network, door), out var handler)
        ? await handler.AnswerAsync(request, CancellationToken.None) : throw new InvalidOperationException($"Nobody answers in {request.Network}.");
}
