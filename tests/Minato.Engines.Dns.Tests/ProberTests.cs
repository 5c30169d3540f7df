using System.Net;
using System.Net.Sockets;
using System.Text;
using Minato.Engines.Dns.Probing;

namespace Minato.Engines.Dns.Tests;

public sealed class ProberTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", null, true)]
    [InlineData("HTTP/1.1 301 Moved\r\n\r\n", null, true)]
    [InlineData("HTTP/1.1 404 Not Found\r\n\r\n", null, false)]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nall is Fine", "Fine", true)]
    [InlineData("HTTP/1.1 200 OK\r\n\r\nall is Fine", "fine", false)]
    [InlineData("SSH-2.0-OpenSSH\r\n", null, false)]
    [InlineData("", null, false)]
    public async Task Status_and_text_decide(string answer, string? text, bool isWell)
    {
        using var target = new TcpListener(IPAddress.Loopback, 0);
        target.Start();
        var serving = ServeAsync(target, answer);
        var outcome = await new SocketEndpointProber(TimeProvider.System).ProbeAsync(Probe(target) with { Text = text }, default);
        (outcome is EndpointOutcome.Well).ShouldBe(isWell, outcome.ToString());
        (await serving).ShouldStartWith("GET /up HTTP/1.1\r\nHost: web.example.com:");
    }

    [Fact]
    public async Task Text_behind_the_first_5120_bytes_does_not_count()
    {
        using var target = new TcpListener(IPAddress.Loopback, 0);
        target.Start();
        _ = ServeAsync(target, "HTTP/1.1 200 OK\r\n\r\n" + new string('x', 5120) + "needle");
        (await new SocketEndpointProber(TimeProvider.System).ProbeAsync(Probe(target) with { Text = "needle" }, default)).ShouldBeOfType<EndpointOutcome.Ill>();
    }

    [Fact]
    public async Task TCP_alone_asks_for_a_connection()
    {
        using var target = new TcpListener(IPAddress.Loopback, 0);
        target.Start();
        var probe = Probe(target) with { Path = null };
        (await new SocketEndpointProber(TimeProvider.System).ProbeAsync(probe, default)).ShouldBeOfType<EndpointOutcome.Well>();
        target.Stop();
        (await new SocketEndpointProber(TimeProvider.System).ProbeAsync(probe, default)).ShouldBe(new EndpointOutcome.Ill("Failure: Connection refused."));
    }

    [Theory]
    [InlineData("10.0.0.1", 80, null, "10.0.0.1"), InlineData("10.0.0.1", 8080, null, "10.0.0.1:8080"), InlineData("2001:db8::1", 8080, null, "[2001:db8::1]:8080")]
    [InlineData("2001:db8::1", 80, "web.example.com", "web.example.com")]
    public void An_endpoint_is_asked_for_by_its_name_or_else_by_its_address(string address, int port, string? name, string host) =>
        Encoding.ASCII.GetString(SocketEndpointProber.Request(new(address, port, false, false, name, "/", null), "/")).Split("\r\n")[1].ShouldBe($"Host: {host}");

    private static EndpointProbe Probe(TcpListener target) =>
        new("127.0.0.1", ((IPEndPoint)target.LocalEndpoint).Port, false, false, "web.example.com", "/up", null);

    private static async Task<string> ServeAsync(TcpListener target, string answer)
    {
        using var client = await target.AcceptTcpClientAsync();
        var buffer = new byte[4096];
        var read = await client.GetStream().ReadAsync(buffer);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer));
        return Encoding.ASCII.GetString(buffer, 0, read);
    }
}
