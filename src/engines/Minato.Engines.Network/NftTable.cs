namespace Minato.Engines.Network;

/// <summary>
/// A table of nftables that is this installation's alone. The kernel replaces it as a whole, so no packet meets a half of it, and it
/// outlives a crash.
/// </summary>
/// <param name="purpose">Tells the tables of an installation apart: whoever starts first replaces its own only.</param>
internal sealed class NftTable(InsideOptions options, string purpose) : IDisposable
{
    private readonly HostProgram _nft = new(options.Nft, "nftables");
    private readonly SemaphoreSlim _gate = new(1);
    private string? _asApplied;
    private string? _chains; // That it was made of.

    public string Name { get; } = $"minato_{options.InstallationId.Replace('-', '_')}{purpose}";

    /// <summary>A script that leaves exactly this, whatever was there before: adding first makes the deletion succeed where nothing is.</summary>
    public string Render(string chains) => $"{Removal}table ip {Name} {{\n{chains}}}\n";

    private string Removal => $"add table ip {Name}\ndelete table ip {Name}\n";

    /// <summary>Nothing is done where just this is in force already.</summary>
    /// <returns>Null when it is in force; otherwise why not, and everything is as it was.</returns>
    public async Task<string?> ReplaceAsync(string chains, CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            if (chains == _chains && await ListAsync(ct) == _asApplied) return null;
            if (await _nft.RunAsync(["-f", "-"], Render(chains), ct) is { Problem: { } problem }) return problem;
            (_chains, _asApplied) = (chains, await ListAsync(ct));
            return null;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <returns>Whether nobody else has changed it; also before it was ever written.</returns>
    public async Task<bool> IsIntactAsync(CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            return _asApplied is null || await ListAsync(ct) == _asApplied;
        }
        finally
        {
            _gate.Release();
        }
    }

    public async Task RemoveAsync(CancellationToken ct)
    {
        if (!File.Exists(options.Nft)) return; // Where the program is not there, there was never a table.
        await _nft.RunAsync(["-f", "-"], Removal, ct);
        (_chains, _asApplied) = (null, null);
    }

    public void Dispose() => _gate.Dispose();

    private async Task<string> ListAsync(CancellationToken ct) => (await _nft.RunAsync(["list", "table", "ip", Name], "", ct)).Output;
}
