using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Minato.Engines.Dns;

namespace Minato.Engines.Network;

/// <summary>
/// A table of its own, as <see cref="NftInsideEndpoint"/> has one: it leads port 53 of the VPC resolver to the listener in each network. The
/// resolver's other address, the third of the range, is on the tasks' own link: they would look for it there and not at the gateway.
/// </summary>
internal sealed class NftResolverRedirect(InsideOptions options) : IResolverRedirect
{
    private const string LinkLocal = "169.254.169.253";

    private string Table => $"{RedirectTable.Name(options.InstallationId)}_dns";

    public async ValueTask<string?> ApplyAsync(IReadOnlyCollection<ResolverWay> ways, CancellationToken ct) => await RunAsync(Render(Table, ways), ct);

    public async ValueTask RemoveAsync(CancellationToken ct)
    {
        // Where the program is not there, there was never a table.
        if (File.Exists(options.Nft)) await RunAsync($"add table ip {Table}\ndelete table ip {Table}\n", ct);
    }

    /// <summary>A script that leaves exactly these ways, whatever was there before.</summary>
    internal static string Render(string table, IEnumerable<ResolverWay> ways)
    {
        var rules = new StringBuilder();
        foreach (var (network, port) in ways)
        {
            foreach (var protocol in new[] { "udp", "tcp" })
                rules.AppendLine($"    ip saddr {network.Cidr} ip daddr {LinkLocal} {protocol} dport 53 dnat to {network.Gateway}:{port}");
        }

        return $$"""
            add table ip {{table}}
            delete table ip {{table}}
            table ip {{table}} {
              chain from_tasks {
                type nat hook prerouting priority dstnat - 10; policy accept;
            {{rules}}  }
            }

            """;
    }

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
