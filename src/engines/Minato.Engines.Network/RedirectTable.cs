using System.Text;
using Minato.Engines.Inside;

namespace Minato.Engines.Network;

/// <param name="Port">Of its listener.</param>
internal sealed record OpenDoor(InsideNetwork Network, InsideDoor Door, int Port)
{
    public string Address => Door is InsideDoor.Instance ? "169.254.169.254" : "169.254.170.2";
}

/// <summary>What leads from the address of a door to its listener in a network.</summary>
internal static class RedirectTable
{
    private const int Port = 80;

    public static string Chains(IEnumerable<OpenDoor> doors)
    {
        var bridges = new StringBuilder();
        var host = new StringBuilder();
        foreach (var door in doors)
        {
            if (door.Network is InsideNetwork.Bridge bridge)
                bridges.AppendLine($"    ip saddr {bridge.Cidr} ip daddr {door.Address} tcp dport {Port} dnat to {bridge.Gateway}:{door.Port}");
            else
                host.AppendLine($"    ip daddr {door.Address} tcp dport {Port} dnat to 127.0.0.1:{door.Port}");
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
