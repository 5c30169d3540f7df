using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using Minato.Engines.Firewall;

namespace Minato.Engines.Network;

/// <summary>The bridges of VPCs: that what crosses one is filtered, and the host's own addresses on it. Both go with the bridge.</summary>
internal static class Bridges
{
    private const string Ip = "ip";
    private const string ForAll = "/proc/sys/net/bridge/bridge-nf-call-iptables";

    /// <summary>The kernel shows packets between two ports of a bridge to nobody unless told so, for this bridge or for all.</summary>
    /// <returns>Null when it does; otherwise what is missing.</returns>
    public static async Task<string?> FilterAsync(IEnumerable<FirewallNetwork> networks, CancellationToken ct)
    {
        if (!File.Exists(ForAll)) await RunAsync("modprobe", ["br_netfilter"], "", ct);
        if (!File.Exists(ForAll)) return "the kernel does not filter what crosses a bridge: run 'modprobe br_netfilter'";
        if ((await File.ReadAllTextAsync(ForAll, ct)).Trim() is "1") return null;
        foreach (var (_, bridge) in BridgesOf(networks))
        {
            try { await File.WriteAllTextAsync($"/sys/class/net/{bridge.Name}/bridge/nf_call_iptables", "1", ct); }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return $"the bridge {bridge.Name} cannot be filtered: {e.Message}"; }
        }
        return null;
    }

    /// <summary>Gives the host those addresses, and takes from it those that are wanted no more.</summary>
    public static async Task<string?> PutAsync(IEnumerable<FirewallNetwork> networks, CancellationToken ct)
    {
        var lines = new List<string>();
        foreach (var (network, bridge) in BridgesOf(networks))
        {
            var wanted = network.Endpoints.Where(e => e.IsOfHost).Select(e => e.Address).ToHashSet(StringComparer.Ordinal);
            var there = AddressesOf(bridge).Where(a => a != network.Gateway).ToHashSet(StringComparer.Ordinal);
            lines.AddRange(wanted.Except(there).Select(a => $"address add {a}/32 dev {bridge.Name}"));
            lines.AddRange(there.Except(wanted).Select(a => $"address del {a}/32 dev {bridge.Name}"));
        }
        return lines.Count == 0 ? null : await RunAsync(Ip, ["-force", "-batch", "-"], string.Join('\n', lines) + "\n", ct);
    }

    /// <summary>A bridge is found by the gateway's address, which it alone has. One that is not there yet has nothing on it either.</summary>
    private static IEnumerable<(FirewallNetwork Network, NetworkInterface Bridge)> BridgesOf(IEnumerable<FirewallNetwork> networks)
    {
        var all = NetworkInterface.GetAllNetworkInterfaces().SelectMany(i => AddressesOf(i), (i, a) => (i, a)).DistinctBy(p => p.a)
            .ToDictionary(p => p.a, p => p.i, StringComparer.Ordinal);
        foreach (var network in networks)
            if (all.TryGetValue(network.Gateway, out var bridge)) yield return (network, bridge);
    }

    private static IEnumerable<string> AddressesOf(NetworkInterface one) => one.GetIPProperties().UnicastAddresses
        .Where(a => a.Address.AddressFamily is System.Net.Sockets.AddressFamily.InterNetwork && !IPAddress.IsLoopback(a.Address)).Select(a => a.Address.ToString());

    private static async Task<string?> RunAsync(string program, string[] arguments, string input, CancellationToken ct)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start) ?? throw new Win32Exception();
            var errors = process.StandardError.ReadToEndAsync(ct);
            await process.StandardInput.WriteAsync(input.AsMemory(), ct);
            process.StandardInput.Close();
            await process.WaitForExitAsync(ct);
            return process.ExitCode == 0 ? null : $"{program} refused: {(await errors).Trim()}";
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            return $"{program} does not start ({e.Message}): install it and run Minato as root";
        }
    }
}
