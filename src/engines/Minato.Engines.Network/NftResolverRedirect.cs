using System.Net;
using System.Text;
using Minato.Engines.Dns;

namespace Minato.Engines.Network;

/// <summary>
/// A table of its own, as <see cref="NftInsideEndpoint"/> has one: it leads port 53 of the VPC resolver to the listener in each network. The
/// resolver's other address, the third of the range, is on the tasks' own link: it counts where the host has it.
/// </summary>
internal sealed class NftResolverRedirect(InsideOptions options) : IResolverRedirect, IDisposable
{
    private const string LinkLocal = "169.254.169.253";
    private readonly NftTable _table = new(options, "_dns");

    public async ValueTask<string?> ApplyAsync(IReadOnlyCollection<ResolverWay> ways, CancellationToken ct) => await _table.ReplaceAsync(Chains(ways), ct);

    public async ValueTask RemoveAsync(CancellationToken ct) => await _table.RemoveAsync(ct);

    public void Dispose() => _table.Dispose();

    /// <summary>AWS: the base of the VPC's range plus two.</summary>
    private static string ThirdOf(string cidr)
    {
        var bytes = IPNetwork.Parse(cidr).BaseAddress.GetAddressBytes();
        bytes[3] += 2; // A range begins at a multiple of its size, and the smallest has sixteen addresses.
        return new IPAddress(bytes).ToString();
    }

    internal static string Chains(IEnumerable<ResolverWay> ways)
    {
        var rules = new StringBuilder();
        foreach (var (network, port) in ways)
        {
            foreach (var protocol in new[] { "udp", "tcp" })
            {
                rules.AppendLine($"    ip saddr {network.Cidr} ip daddr {LinkLocal} {protocol} dport 53 dnat to {network.Gateway}:{port}");
                rules.AppendLine($"    ip saddr {network.Cidr} ip daddr {ThirdOf(network.Cidr)} fib daddr type local {protocol} dport 53 dnat to {network.Gateway}:{port}");
            }
        }

        return $$"""
              chain from_tasks {
                type nat hook prerouting priority dstnat - 10; policy accept;
            {{rules}}  }

            """;
    }
}
