using System.Net;
using System.Net.Sockets;
using System.Text;
using Minato.Engines.HaProxy.Health;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Tests;

[Trait("Floor", "engine")]
public sealed class SocketHealthProberTests
{
    private readonly SocketHealthProber prober = new(TimeProvider.System);

    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200)]
    [InlineData("HTTP/1.0 404 Not Found\r\n\r\n", 404)]
    [InlineData("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\n\r\n", 302)]
    [InlineData("HTTP/1.1 204\r\n\r\n", 204)]
    public async Task An_answer_is_its_status(string answer, int status)
    {
        using var target = new ScriptedTarget(answer);
        (await ProbeAsync(target, "/ping")).ShouldBe(new ProbeOutcome.Answered(status));
    }

    [Fact]
    public async Task The_request_is_that_of_the_health_checker()
    {
        using var target = new ScriptedTarget("HTTP/1.1 200 OK\r\n\r\n");
        await ProbeAsync(target, "/ping?deep=1");
        var lines = (await target.Request).Split("\r\n");
        lines[0].ShouldBe("GET /ping?deep=1 HTTP/1.1");
        lines.ShouldContain($"Host: 127.0.0.1:{target.Port}");
        lines.ShouldContain("User-Agent: ELB-HealthChecker/2.0");
        lines.ShouldContain("Connection: close");
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9\r\n")]
    [InlineData("HTTP/1.1 abc\r\n\r\n")]
    [InlineData("no line")]
    [InlineData("")]
    public async Task What_is_not_HTTP_has_failed(string answer)
    {
        using var target = new ScriptedTarget(answer);
        (await ProbeAsync(target, "/")).ShouldBeOfType<ProbeOutcome.Failed>();
    }

    [Fact]
    public async Task An_endless_line_is_not_read_to_its_end()
    {
        using var target = new ScriptedTarget(new string('x', 1024 * 1024));
        (await ProbeAsync(target, "/")).ShouldBeOfType<ProbeOutcome.Failed>();
    }

    [Fact]
    public async Task A_probe_without_a_path_only_connects()
    {
        using var target = new ScriptedTarget("");
        (await ProbeAsync(target, null)).ShouldBe(new ProbeOutcome.Connected());
    }

    [Fact]
    public async Task A_probe_may_begin_with_a_proxy_header_of_no_client()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var request = new ProbeRequest("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port, "/", TimeSpan.FromSeconds(5)) { SendsProxyHeader = true };
        var probing = prober.ProbeAsync(request, Stopping).AsTask();
        using var client = await listener.AcceptTcpClientAsync(Stopping);
        var stream = client.GetStream();
        var said = new byte[19];
        await stream.ReadExactlyAsync(said, Stopping);
        byte[] local = [.. "\r\n\r\n\0\r\nQUIT\n"u8, 0x20, 0, 0, 0, .. "GET"u8];
        said.ShouldBe(local);
        await stream.WriteAsync("HTTP/1.1 200 OK\r\n\r\n"u8.ToArray(), Stopping);
        (await probing).ShouldBe(new ProbeOutcome.Answered(200));
    }

    [Fact]
    public async Task Silence_times_out()
    {
        using var target = new ScriptedTarget(null);
        (await prober.ProbeAsync(new("127.0.0.1", target.Port, "/", TimeSpan.FromMilliseconds(100)), Stopping)).ShouldBe(new ProbeOutcome.TimedOut());
    }

    [Fact]
    public async Task A_closed_port_has_failed()
    {
        int port;
        using (var target = new ScriptedTarget("")) port = target.Port;
        (await prober.ProbeAsync(new("127.0.0.1", port, "/", TimeSpan.FromSeconds(5)), Stopping)).ShouldBe(new ProbeOutcome.Failed("connection refused"));
    }

    [Theory, InlineData("not an address", 80, "/"), InlineData("127.0.0.1", 80, "/a b"), InlineData("127.0.0.1", 80, "/a\r\nX: y"), InlineData("127.0.0.1", 70000, "/")]
    public async Task Nonsense_has_failed(string address, int port, string path) =>
        (await prober.ProbeAsync(new(address, port, path, TimeSpan.FromSeconds(5)), Stopping)).ShouldBeOfType<ProbeOutcome.Failed>();

    [Fact]
    public async Task Many_hundreds_probe_at_once()
    {
        await using var target = await Target.StartAsync("one", "127.0.0.1");
        target.Latency = TimeSpan.FromMilliseconds(50);
        var server = target.Server;
        var probes = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => prober.ProbeAsync(new(server.Address, server.Port, "/", TimeSpan.FromSeconds(10)), Stopping).AsTask()));
        probes.ShouldAllBe(p => p == new ProbeOutcome.Answered(200));
    }

    [Fact]
    public async Task A_probe_that_is_called_off_says_so()
    {
        using var target = new ScriptedTarget(null);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await Should.ThrowAsync<OperationCanceledException>(async () => await prober.ProbeAsync(new("127.0.0.1", target.Port, "/", TimeSpan.FromSeconds(30)), stop.Token));
    }

    private ValueTask<ProbeOutcome> ProbeAsync(ScriptedTarget target, string? path) =>
        prober.ProbeAsync(new("127.0.0.1", target.Port, path, TimeSpan.FromSeconds(5)), Stopping);

    /// <summary>Takes one connection, reads a request and answers as told; null never answers.</summary>
    private sealed class ScriptedTarget : IDisposable
    {
        private readonly TcpListener listener = new(IPAddress.Loopback, 0);
        private readonly CancellationTokenSource end = new();

        public ScriptedTarget(string? answer)
        {
            listener.Start();
            Request = Task.Run(() => AnswerAsync(answer));
        }

        public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

        public Task<string> Request { get; }

        public void Dispose()
        {
            end.Cancel();
            listener.Dispose();
        }

        private async Task<string> AnswerAsync(string? answer)
        {
            using var client = await listener.AcceptSocketAsync(end.Token);
            var buffer = new byte[4096];
            var length = await client.ReceiveAsync(buffer, end.Token);
            if (answer is null) await Task.Delay(Timeout.Infinite, end.Token);
            await client.SendAsync(Encoding.UTF8.GetBytes(answer ?? ""), end.Token);
            client.Shutdown(SocketShutdown.Both);
            return Encoding.UTF8.GetString(buffer, 0, length);
        }
    }
}
