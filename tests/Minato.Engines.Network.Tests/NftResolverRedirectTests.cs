using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Minato.Engines.Dns;

namespace Minato.Engines.Network.Tests;

/// <summary>The way from a task's resolver to a listener of ours: the script, and the real table with a real bridge and namespace.</summary>
public sealed class NftResolverRedirectTests
{
    private readonly string _id = Guid.NewGuid().ToString("N")[..8];
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void The_link_local_address_of_the_resolver_leads_to_the_listener() =>
        NftResolverRedirect.Chains([new(new("10.20.0.0/16", "10.20.0.1"), 40000)]).ShouldBe("""
              chain from_tasks {
                type nat hook prerouting priority dstnat - 10; policy accept;
                ip saddr 10.20.0.0/16 ip daddr 169.254.169.253 udp dport 53 dnat to 10.20.0.1:40000
                ip saddr 10.20.0.0/16 ip daddr 10.20.0.2 fib daddr type local udp dport 53 dnat to 10.20.0.1:40000
                ip saddr 10.20.0.0/16 ip daddr 169.254.169.253 tcp dport 53 dnat to 10.20.0.1:40000
                ip saddr 10.20.0.0/16 ip daddr 10.20.0.2 fib daddr type local tcp dport 53 dnat to 10.20.0.1:40000
              }

            """);

    [Theory, Trait("Floor", "engine")]
    [InlineData("169.254.169.253")]
    [InlineData("10.213.77.2")] // The third address of the range, which the host has beside the gateway's.
    public async Task Somebody_in_the_network_reaches_it_there_and_nothing_stays(string resolver)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/usr/sbin/nft"), "Needs root and nftables.");
        var (bridge, space) = ($"br{_id}", $"ns{_id}");
        using var redirect = new NftResolverRedirect(new() { InstallationId = $"test{_id}" });
        try
        {
            await RunAsync($"ip link add {bridge} type bridge && ip addr add 10.213.77.1/24 dev {bridge} && ip addr add 10.213.77.2/32 dev {bridge} && ip link set {bridge} up && ip netns add {space} " +
                $"&& ip link add v{_id} type veth peer name eth0 netns {space} && ip link set v{_id} master {bridge} up " +
                $"&& ip -n {space} addr add 10.213.77.9/24 dev eth0 && ip -n {space} link set eth0 up && ip -n {space} route add default via 10.213.77.1");
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            listener.Bind(new IPEndPoint(IPAddress.Parse("10.213.77.1"), 0));
            var port = ((IPEndPoint)listener.LocalEndPoint.ShouldNotBeNull()).Port;
            (await redirect.ApplyAsync([new(new("10.213.77.0/24", "10.213.77.1"), port)], Ct)).ShouldBeNull();
            var asking = RunAsync($"ip netns exec {space} bash -c 'exec 3<>/dev/udp/{resolver}/53; echo hello >&3; timeout 5 head -c 2 <&3'");
            var buffer = new byte[16];
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
            limit.CancelAfter(TimeSpan.FromSeconds(5));
            var asked = await listener.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), limit.Token);
            ((IPEndPoint)asked.RemoteEndPoint).Address.ToString().ShouldBe("10.213.77.9"); // Who asks stays known.
            await listener.SendToAsync("ok"u8.ToArray(), asked.RemoteEndPoint, Ct);
            (await asking).ShouldBe("ok");
        }
        finally
        {
            await redirect.RemoveAsync(CancellationToken.None);
            await RunAsync($"ip netns del {space}; ip link del {bridge}; true");
        }

        (await RunAsync("nft list tables")).ShouldNotContain(_id);
    }

    private static async Task<string> RunAsync(string script)
    {
        using var bash = Process.Start(new ProcessStartInfo("bash", ["-c", script]) { RedirectStandardOutput = true, RedirectStandardError = true })
            ?? throw new InvalidOperationException("bash does not start.");
        var output = bash.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = await bash.StandardError.ReadToEndAsync(CancellationToken.None);
        await bash.WaitForExitAsync(CancellationToken.None);
        bash.ExitCode.ShouldBe(0, errors);
        return await output;
    }
}
