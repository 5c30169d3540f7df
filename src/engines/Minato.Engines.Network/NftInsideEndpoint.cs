using Minato.Engines.Inside;

namespace Minato.Engines.Network;

/// <summary>
/// A listener for each door of a network, on the host's own address there, and chains in the table of this installation that lead the
/// door's address to it.
/// After a crash they lead nowhere until the next start replaces them.
/// </summary>
internal sealed class NftInsideEndpoint(InsideOptions options) : IInsideEndpoint, IAsyncDisposable
{
    private readonly NftTable _table = new(options, "");
    private readonly SemaphoreSlim _gate = new(1);
    private readonly Dictionary<(InsideNetwork Network, InsideDoor Door), InsideListener> _open = [];

    public async ValueTask<OpenOutcome> OpenAsync(InsideNetwork network, InsideDoor door, IInsideHandler handler, CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            if (_open.ContainsKey((network, door))) return new OpenOutcome.Open();
            var listener = await InsideListener.StartAsync(network, handler, ct);
            _open.Add((network, door), listener);
            var chains = RedirectTable.Chains(_open.Select(o => new OpenDoor(o.Key.Network, o.Key.Door, o.Value.Port)));
            if (await _table.ReplaceAsync(chains, ct) is not { } problem) return new OpenOutcome.Open();
            _open.Remove((network, door));
            await listener.DisposeAsync();
            return new OpenOutcome.Refused(problem);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
        {
            return new OpenOutcome.Refused($"cannot listen in {network}: {e.Message}");
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask RemoveAsync(CancellationToken ct) => await _table.RemoveAsync(ct);

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _open.Values) await listener.DisposeAsync();
        _table.Dispose();
        _gate.Dispose();
    }
}
