using System.ComponentModel;
using System.Diagnostics;
using Minato.Engines.Inside;

namespace Minato.Engines.Network;

/// <summary>
/// A listener a network, on the host's own address there, and an nftables table of this installation that leads 169.254.170.2 to it.
/// The table outlives a crash and leads nowhere until the next start replaces it.
/// </summary>
internal sealed class NftInsideEndpoint(InsideOptions options) : IInsideEndpoint, IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private readonly Dictionary<InsideNetwork, InsideListener> _open = [];

    public async ValueTask<OpenOutcome> OpenAsync(InsideNetwork network, IInsideHandler handler, CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            if (_open.ContainsKey(network)) return new OpenOutcome.Open();
            var listener = await InsideListener.StartAsync(network, handler, ct);
            _open.Add(network, listener);
            var table = RedirectTable.Render(options.InstallationId, _open.Select(o => KeyValuePair.Create(o.Key, o.Value.Port)));
            if (await RunAsync(table, ct) is not { } problem) return new OpenOutcome.Open();
            _open.Remove(network);
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

    public async ValueTask RemoveAsync(CancellationToken ct)
    {
        // Where the program is not there, there was never a table.
        if (File.Exists(options.Nft)) await RunAsync(RedirectTable.Remove(options.InstallationId), ct);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var listener in _open.Values) await listener.DisposeAsync();
        _gate.Dispose();
    }

    /// <returns>Null when the script was taken, whole; otherwise nothing of it was.</returns>
    private async Task<string?> RunAsync(string script, CancellationToken ct)
    {
        var start = new ProcessStartInfo(options.Nft, ["-f", "-"]) { RedirectStandardInput = true, RedirectStandardError = true };
        try
        {
            using var nft = Process.Start(start) ?? throw new Win32Exception();
            var errors = nft.StandardError.ReadToEndAsync(ct);
            await nft.StandardInput.WriteAsync(script.AsMemory(), ct);
            nft.StandardInput.Close();
            await nft.WaitForExitAsync(ct);
            return nft.ExitCode == 0 ? null : $"{options.Nft} refused: {(await errors).Trim()}";
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            return $"{options.Nft} does not start ({e.Message}): install nftables and run Minato as root";
        }
    }
}
