using System.Text;
using Minato.Engines.Inside;

namespace Minato.Engines.Network;

/// <summary>The table of this installation: what leads from 169.254.170.2 to the listener of a network. It is replaced as a whole.</summary>
internal static class RedirectTable
{
    private const string Address = "169.254.170.2";
    private const int Port = 80;

    public static string Name(string installation) => $"minato_{installation.Replace('-', '_')}";

    /// <summary>A script that leaves exactly these ways, whatever was there before.</summary>
    public static string Render(string installation, IEnumerable<KeyValuePair<InsideNetwork, int>> listeners)
    {
        var table = Name(installation);
        var bridges = new StringBuilder();
        var host = new StringBuilder();
        foreach (var (network, port) in listeners)
        {
            if (network is InsideNetwork.Bridge bridge)
                bridges.AppendLine($"    ip saddr {bridge.Cidr} ip daddr {Address} tcp dport {Port} dnat to {bridge.Gateway}:{port}");
            else
                host.AppendLine($"    ip daddr {Address} tcp dport {Port} dnat to 127.0.0.1:{port}");
        }

        // Adding first makes the deletion succeed on a host that has no such table yet. Before Docker's own rules, for they end the way.
        return $$"""
            add table ip {{table}}
            delete table ip {{table}}
            table ip {{table}} {
              chain from_tasks {
                type nat hook prerouting priority dstnat - 10; policy accept;
            {{bridges}}  }
              chain from_host {
                type nat hook output priority -110; policy accept;
            {{host}}  }
            }

            """;
    }

    public static string Remove(string installation) => $"add table ip {Name(installation)}\ndelete table ip {Name(installation)}\n";
}
