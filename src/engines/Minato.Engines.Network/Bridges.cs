using System.Net;
using System.Net.NetworkInformation;
using Minato.Engines.Firewall;

namespace Minato.Engines.Network;

/// <summary>The bridges of VPCs: that what crosses one is filtered, and the host's own addresses on it. Both go with the bridge.</summary>
internal static class Bridges
{
    private const string ForAll = "/proc/sys/net/bridge/bridge-nf-call-iptables";
    private static readonly HostProgram s_ip = new("ip", "iproute2");
    private static readonly HostProgram s_modprobe = new("modprobe", "kmod");

    /// <summary>The kernel shows packets between two ports of a bridge to nobody unless told so, for this bridge or for all.</summary>
    /// <returns>Null when it does; otherwise what is missing.</returns>
    public static async Task<string?> FilterAsync(IEnumerable<BridgedNetwork> networks, CancellationToken ct)
    {
        if (!File.Exists(ForAll)) await s_modprobe.RunAsync(["br_netfilter"], "", ct);
        if (!File.Exists(ForAll)) return "the kernel does not filter what crosses a bridge: run 'modprobe br_netfilter'";
        if (IsOn(ForAll)) return null;
        foreach (var (_, bridge) in BridgesOf(networks))
        {
            try { await File.WriteAllTextAsync(FilterOf(bridge), "1", ct); }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return $"the bridge {bridge.Name} cannot be filtered: {e.Message}"; }
        }
        return null;
    }

    /// <summary>Gives the host those addresses, and takes from it those that are wanted no more.</summary>
    public static async Task<string?> PutAsync(IEnumerable<BridgedNetwork> networks, CancellationToken ct)
    {
        var lines = Wanting(networks);
        return lines.Count == 0 ? null : (await s_ip.RunAsync(["-force", "-batch", "-"], string.Join('\n', lines) + "\n", ct)).Problem;
    }

    /// <summary>Whether nobody has changed the bridges that there are, nor made one anew.</summary>
    public static bool AreAsPut(IReadOnlyCollection<BridgedNetwork> networks) =>
        Wanting(networks).Count == 0 && (IsOn(ForAll) || BridgesOf(networks).All(b => IsOn(FilterOf(b.Bridge))));

    /// <summary>What <c>ip</c> has to be told so that the host's addresses are those that are wanted.</summary>
    private static List<string> Wanting(IEnumerable<BridgedNetwork> networks)
    {
        var lines = new List<string>();
        foreach (var (network, bridge) in BridgesOf(networks))
        {
            var wanted = network.Endpoints.Where(e => e.IsOfHost).Select(e => e.Address).ToHashSet(StringComparer.Ordinal);
            if (network.Resolver is { } resolver) wanted.Add(resolver);
            var there = AddressesOf(bridge).Where(a => a != network.Gateway).ToHashSet(StringComparer.Ordinal);
            lines.AddRange(wanted.Except(there).Select(a => $"address add {a}/32 dev {bridge.Name}"));
            lines.AddRange(there.Except(wanted).Select(a => $"address del {a}/32 dev {bridge.Name}"));
        }
        return lines;
    }

    private static string FilterOf(NetworkInterface bridge) => $"/sys/class/net/{bridge.Name}/bridge/nf_call_iptables";

    private static bool IsOn(string file) => File.Exists(file) && File.ReadAllText(file).Trim() is "1";

    /// <summary>A bridge that is not there yet has nothing on it either.</summary>
    private static IEnumerable<(FirewallNetwork Network, NetworkInterface Bridge)> BridgesOf(IEnumerable<BridgedNetwork> networks)
    {
        var all = NetworkInterface.GetAllNetworkInterfaces().ToDictionary(i => i.Name, StringComparer.Ordinal);
        foreach (var (name, network) in networks)
            if (all.TryGetValue(name, out var bridge)) yield return (network, bridge);
    }

    private static IEnumerable<string> AddressesOf(NetworkInterface one) => one.GetIPProperties().UnicastAddresses
        .Where(a => a.Address.AddressFamily is System.Net.Sockets.AddressFamily.InterNetwork && !IPAddress.IsLoopback(a.Address)).Select(a => a.Address.ToString());
}

/// <summary>A network and the name of its bridge, which is there when the container engine has made it.</summary>
internal sealed record BridgedNetwork(string Bridge, FirewallNetwork Network);
