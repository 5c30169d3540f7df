using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Minato.Migration.Plans;
using Minato.Migration.Running;

namespace Minato.Migration.Tests;

/// <summary>What goes over the wire to a side.</summary>
public sealed class HttpSenderTests
{
    [Theory]
    [InlineData(null, "www.example.com", "www.example.com"), InlineData("shop.example.com", "www.example.com", "shop.example.com"), InlineData(null, null, "127.0.0.1:")]
    public async Task A_request_asks_for_its_own_host_or_else_for_the_sides(string? own, string? side, string asked)
    {
        var ct = TestContext.Current.CancellationToken;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var heard = HearAsync(listener, ct);
        using var sender = new HttpSender();
        var headers = ImmutableSortedDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase);
        var address = new SideAddress(new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"), "X-Minato-Side", "new", side);
        var answer = await sender.SendAsync(address, new("GET", "/a?b=1", own is null ? headers : headers.Add("Host", own), null), TimeSpan.FromSeconds(5), 100, ct);
        answer.Status.ShouldBe(200, answer.Failure);
        var lines = await heard;
        lines[0].ShouldBe("GET /a?b=1 HTTP/1.1");
        lines.ShouldContain("X-Minato-Side: new");
        lines.Single(l => l.StartsWith("Host: ", StringComparison.Ordinal)).ShouldStartWith($"Host: {asked}");
    }

    [Fact]
    public async Task A_path_that_begins_with_two_slashes_stays_with_its_side()
    {
        var ct = TestContext.Current.CancellationToken;
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var heard = HearAsync(listener, ct);
        using var sender = new HttpSender();
        var address = new SideAddress(new($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}"), null, null);
        var answer = await sender.SendAsync(address, new("GET", "//wp-login.php?a=1", ImmutableSortedDictionary<string, string>.Empty, null), TimeSpan.FromSeconds(5), 100, ct);
        answer.Status.ShouldBe(200, answer.Failure);
        (await heard)[0].ShouldBe("GET //wp-login.php?a=1 HTTP/1.1");
    }

    private static async Task<string[]> HearAsync(TcpListener listener, CancellationToken ct)
    {
        using var client = await listener.AcceptTcpClientAsync(ct);
        var stream = client.GetStream();
        var buffer = new byte[4096];
        var read = 0;
        while (!Encoding.ASCII.GetString(buffer, 0, read).Contains("\r\n\r\n", StringComparison.Ordinal)) read += await stream.ReadAsync(buffer.AsMemory(read), ct);
        await stream.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), ct);
        return Encoding.ASCII.GetString(buffer, 0, read).Split("\r\n");
    }
}
