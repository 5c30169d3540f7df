using System.Text;
using Minato.Engines.Inside;

namespace Minato.Engines.Simulated;

/// <summary>What answers at 169.254.170.2 on the simulated machine. It dies with the process that opened it.</summary>
public sealed class SimInside : IInsideEndpoint
{
    private readonly Dictionary<InsideNetwork, IInsideHandler> _open = [];

    /// <summary>Why networks cannot be opened, while they cannot.</summary>
    public string? Refusal { get; set; }

    public IReadOnlyCollection<InsideNetwork> Open => _open.Keys;

    public ValueTask<OpenOutcome> OpenAsync(InsideNetwork network, IInsideHandler handler, CancellationToken ct)
    {
        if (Refusal is { } reason) return ValueTask.FromResult<OpenOutcome>(new OpenOutcome.Refused(reason));
        _open[network] = handler;
        return ValueTask.FromResult<OpenOutcome>(new OpenOutcome.Open());
    }

    public ValueTask RemoveAsync(CancellationToken ct)
    {
        _open.Clear();
        return ValueTask.CompletedTask;
    }

    /// <summary>Asks as somebody at an address of a network would.</summary>
    /// <exception cref="InvalidOperationException">Nobody answers there: connection refused.</exception>
    public async Task<(int Status, string Body)> AskAsync(InsideNetwork network, string source, string path, string method = "GET", string body = "")
    {
        if (!_open.TryGetValue(network, out var handler)) throw new InvalidOperationException($"Nobody answers in {network}.");
        var answer = await handler.AnswerAsync(new(network, source, method, path, Encoding.UTF8.GetBytes(body)), CancellationToken.None);
        return (answer.Status, Encoding.UTF8.GetString(answer.Body.Span));
    }
}
