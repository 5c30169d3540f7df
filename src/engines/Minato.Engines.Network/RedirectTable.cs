using System.Text;
using Minato.Engines.Inside;

namespace Minato.Engines.Network;

/// <summary>What leads from 169.254.170.2 to the listener of a network.</summary>
internal static class RedirectTable
{
    private const string Address = "169.254.170.2";
    private const int Port = 80;

    public static string Chains(IEnumerable<KeyValuePair<InsideNetwork, int>> listeners)
    {
        var bridges = new StringBuilder();
        var host = new StringBuilder();
        foreach (var (network, port) in listeners)
        {
            if (network is InsideNetwork.Bridge bridge)
                bridges.AppendLine($"    ip saddr {bridge.Cidr} ip daddr {Address} tcp dport {Port} dnat to {bridge.Gateway}:{port}");
            else
                host.AppendLine($"    ip daddr {Address} tcp dport {Port} dnat to 127.0.0.1:{port}");
        }

        // Before Docker's own rules, for they end the way.
        return $$"""
              chain from_tasks {
                type nat hook prerouting priority dstnat - 10; policy accept;
            {{bridges}}  }
              chain from_host {
                type nat hook output priority -110; policy accept;
            {{host}}  }

            """;
    }
}
