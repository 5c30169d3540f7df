using System.Net;
using System.Net.Sockets;
using System.Text;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Tests;

/// <summary>What becomes of a request on its way, and what is told of it.</summary>
[Trait("Floor", "engine")]
public sealed class RequestTests : OnHaProxy
{
    [Theory]
    [InlineData(ForwardedForMode.Append, null, "127.0.0.1")]
    [InlineData(ForwardedForMode.Append, "203.0.113.7", "203.0.113.7, 127.0.0.1")]
    [InlineData(ForwardedForMode.Preserve, null, "")]
    [InlineData(ForwardedForMode.Preserve, "203.0.113.7", "203.0.113.7")]
    [InlineData(ForwardedForMode.Remove, "203.0.113.7", "")]
    public async Task Forwarded_addresses_are_appended_kept_or_removed(ForwardedForMode mode, string? brought, string seen)
    {
        var answer = await SendAsync(new() { ForwardedFor = mode }, new() { Headers = brought is null ? [] : [("X-Forwarded-For", brought)] });
        Header(answer, "X-Forwarded-For").ShouldBe(seen);
    }

    [Theory, InlineData(null), InlineData("203.0.113.7:99")]
    public async Task The_client_s_port_goes_behind_its_address(string? brought)
    {
        var answer = await SendAsync(new() { ForwardsClientPort = true }, new() { Headers = brought is null ? [] : [("X-Forwarded-For", brought)] });
        Header(answer, "X-Forwarded-For").ShouldMatch($"^{(brought is null ? "" : "203[.]0[.]113[.]7:99, ")}127[.]0[.]0[.]1:[0-9]+$");
    }

    [Theory]
    [InlineData("shop.example.com", false, "shop.example.com:PORT")]
    [InlineData("shop.example.com:99", false, "shop.example.com:99")]
    [InlineData("shop.example.com", true, "shop.example.com")]
    [InlineData("shop.example.com:99", true, "shop.example.com:99")]
    public async Task Host_names_the_port_of_a_listener_that_is_not_the_usual_one(string host, bool preserves, string seen)
    {
        var answer = await SendAsync(new() { PreservesHost = preserves }, new() { Host = host });
        Header(answer, "Host").ShouldBe(seen.Replace("PORT", $"{listener.Port}", StringComparison.Ordinal));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Host_names_no_port_behind_a_usual_one(bool preserves)
    {
        Assert.SkipWhen(!Environment.IsPrivilegedProcess, "Ports below 1024 need root.");
        usualPort = true;
        var answer = await SendAsync(new() { PreservesHost = preserves }, new() { Host = "shop.example.com:8080" });
        Header(answer, "Host").ShouldBe(preserves ? "shop.example.com:8080" : "shop.example.com");
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task Headers_with_odd_names_can_be_dropped(bool drops)
    {
        var answer = await SendAsync(new() { DropsOddHeaders = drops }, new() { Headers = [("odd_name", "x"), ("X-Fine", "y")] });
        Header(answer, "odd_name").ShouldBe(drops ? "" : "x");
        Header(answer, "X-Fine").ShouldBe("y");
    }

    [Theory, InlineData(true, 400), InlineData(false, 200)]
    public async Task A_GET_with_a_body_is_refused_in_the_strictest_mode(bool refuses, int status)
    {
        await SendAsync(new() { RefusesOddBodies = refuses }, new());
        (await RawAsync("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc")).ShouldStartWith($"HTTP/1.1 {status} ");
    }

    [Theory] // What a client gets for what is no request, and for what is two.
    [InlineData("garbage\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "HTTP/1.1 400 ")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("GET / HTTP/1.0\r\n\r\n", "HTTP/1.0 200 ")]
    public async Task Garbage_is_400_and_old_clients_are_served(string request, string answer)
    {
        await SendAsync(new(), new());
        var said = await RawAsync(request);
        said.Replace("HTTP/1.1 200", "HTTP/1.0 200", StringComparison.Ordinal).ShouldStartWith(answer.Replace("HTTP/1.1 200", "HTTP/1.0 200", StringComparison.Ordinal));
    }

    [Theory] // What a target says before it closes, and what the client gets.
    [InlineData("", 502)]
    [InlineData("garbage\r\n\r\n", 502)]
    [InlineData("HTTP/1.1 200 OK\r\nX: y", 502)]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200)]
    [InlineData("HEADERS", 502)]
    [InlineData("RESET", 502)]
    public async Task A_target_that_answers_badly_is_a_502_and_harms_nobody_else(string says, int status)
    {
        var good = await Bed.StartTargetAsync("good");
        await using var bad = new BadTarget(Bed.Address, says == "HEADERS" ? "HTTP/1.1 200 OK\r\n" + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"X-{i}: y\r\n")) + "\r\n" : says);
        listener = Listener() with { Rules = [new(1, [new ProxyCondition.Path(["/good"])], new ProxyAction.Forward([new("good", 1)]))] };
        await ApplyAsync([new() { Id = "web", Servers = [new("bad", Bed.Address, bad.Port, ServerState.Ready)] }, new() { Id = "good", Servers = [good] }]);
        (await Bed.SendAsync(listener, new())).Status.ShouldBe(status);
        (await Bed.SendAsync(listener, new() { Path = "/good" })).Server.ShouldBe("good");
    }

    [Fact]
    public async Task A_request_that_outlives_the_deregistration_delay_is_a_502()
    {
        var (one, two) = (await Bed.StartTargetAsync("one"), await Bed.StartTargetAsync("two"));
        listener = Listener();
        await ApplyAsync([new() { Id = "web", Servers = [one] }]);
        var held = await Bed.HoldAsync(listener);
        await ApplyAsync([new() { Id = "web", Servers = [one with { State = ServerState.Draining }, two] }]);
        await ApplyAsync([new() { Id = "web", Servers = [two] }]);
        (await held.ReleaseAsync()).Status.ShouldBe(502);
        (await Bed.SendAsync(listener, new())).Server.ShouldBe("two");
    }

    [Fact]
    public async Task A_web_socket_is_handed_through()
    {
        await using var target = new BadTarget(Bed.Address, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\nhello");
        listener = Listener();
        await ApplyAsync([new() { Id = "web", Servers = [new("ws", Bed.Address, target.Port, ServerState.Ready)] }]);
        var said = await RawAsync("GET /chat HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
        said.ShouldStartWith("HTTP/1.1 101 ");
        said.ShouldEndWith("hello");
    }

    [Fact]
    public async Task Requests_tell_their_time_and_how_they_ended()
    {
        var one = await Bed.StartTargetAsync("one");
        Bed.Target("one").Latency = TimeSpan.FromMilliseconds(30);
        listener = Listener() with { Rules = [new(1, [new ProxyCondition.Path(["/told"])], new ProxyAction.FixedResponse(418, null, null))] };
        await using var requests = Read();
        await ApplyAsync([new() { Id = "web", Servers = [one] }]);
        await Bed.SendAsync(listener, new());
        await Bed.SendAsync(listener, new() { Path = "/told" });
        await ApplyAsync([new() { Id = "web" }]);
        await Bed.SendAsync(listener, new());
        var seen = await TakeAsync(requests, 3);
        seen.Select(r => (r.End, r.Status, r.Backend, r.Server)).ShouldBe(
            [(RequestEnd.Answered, 200, "web", "one"), (RequestEnd.Told, 418, null, null), (RequestEnd.Error, 503, "web", null)]);
        seen[0].ServerTime.ShouldNotBeNull().ShouldBeInRange(TimeSpan.FromMilliseconds(29), TimeSpan.FromSeconds(5));
        seen.ShouldAllBe(r => r.Details == null);
    }

    [Fact]
    public async Task A_long_url_is_told_whole()
    {
        var one = await Bed.StartTargetAsync("one");
        listener = Listener() with { TellsAll = true };
        await using var requests = Read();
        await ApplyAsync([new() { Id = "web", Servers = [one] }]);
        var query = new string('x', 3_000);
        await Bed.SendAsync(listener, new() { Query = query });
        var details = (await TakeAsync(requests, 1))[0].Details.ShouldNotBeNull();
        (details.Target, details.Version).ShouldBe(("/?" + query, "HTTP/1.1"));
    }

    [Theory] // AWS: 64 KiB of headers in all, whatever their number; 15 KiB here.
    [InlineData(2, 7_000, 200), InlineData(150, 10, 200), InlineData(2, 15_000, 400)]
    public async Task A_request_may_have_many_headers_and_long_ones(int headers, int length, int status)
    {
        await using var target = new BadTarget(Bed.Address, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        await ApplyAsync(target);
        var many = string.Concat(Enumerable.Range(0, headers).Select(i => $"X-{i}: {new string('y', length)}\r\n"));
        (await RawAsync($"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{many}\r\n")).ShouldStartWith($"HTTP/1.1 {status} ");
    }

    [Theory] // AWS: 32 KiB; 15 KiB here.
    [InlineData(2, 7_000), InlineData(150, 10)]
    public async Task An_answer_may_have_many_headers_and_long_ones(int headers, int length)
    {
        var many = string.Concat(Enumerable.Range(0, headers).Select(i => $"X-{i}: {new string('y', length)}\r\n"));
        await using var target = new BadTarget(Bed.Address, $"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n{many}\r\nok");
        await ApplyAsync(target);
        (await RawAsync("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")).ShouldStartWith("HTTP/1.1 200 ");
    }

    [Fact]
    public async Task A_listener_that_tells_all_tells_what_an_access_log_says()
    {
        var one = await Bed.StartTargetAsync("one");
        listener = Listener() with { TellsAll = true, Rules = [new(7, [new ProxyCondition.Path(["/a"])], new ProxyAction.Forward([new("web", 1)])), new(9, [new ProxyCondition.Path(["/r"])], new ProxyAction.Redirect(301, "https", "#{host}", "443", "/#{path}", "#{query}"))] };
        await using var requests = Read();
        await ApplyAsync([new() { Id = "web", Servers = [one] }]);
        var answer = await Bed.SendAsync(listener, new() { Path = "/a", Query = "b=c", Host = "shop.example.com", Headers = [("User-Agent", "it's \"me\"")] });
        await Bed.SendAsync(listener, new() { Path = "/r" });
        await Bed.SendAsync(listener, new() { Headers = [("X-Amzn-Trace-Id", "Root=1-2-3")] });
        var seen = await TakeAsync(requests, 3);
        var first = seen[0].Details.ShouldNotBeNull();
        (first.Method, first.Target, first.Version, first.Host, first.UserAgent, first.Priority).ShouldBe(("GET", "/a?b=c", "HTTP/1.1", "shop.example.com", "it's \"me\"", 7));
        (first.ServerAddress, first.ServerPort, first.TraceId).ShouldBe((Bed.Address, one.Port, Header(answer, "X-Amzn-Trace-Id")));
        first.BytesOut.ShouldBeGreaterThan(100);
        first.RequestTime.ShouldNotBeNull();
        seen[1].Details.ShouldNotBeNull().ShouldSatisfyAllConditions(d => d.Priority.ShouldBe(9), d => d.Location.ShouldBe("https://lb.example.com:443/r"));
        seen[2].Details.ShouldNotBeNull().ShouldSatisfyAllConditions(d => d.Priority.ShouldBeNull(), d => d.TraceId.ShouldNotBeNull().ShouldEndWith("Root=1-2-3"));
    }

    private ProxyListener listener = new() { Id = "none", Address = "127.0.0.1", Port = 1, DefaultAction = new ProxyAction.Forward([]) };
    private bool usualPort;

    private ProxyListener Listener() => new() { Id = "http", Address = Bed.Address, Port = usualPort ? 80 : Bed.NewPort(), DefaultAction = new ProxyAction.Forward([new("web", 1)]) };

    private async Task<ProxyAnswer> SendAsync(ProxyRequestRules rules, ProxyCall call)
    {
        var one = await Bed.StartTargetAsync("one");
        listener = Listener();
        await ApplyAsync([new() { Id = "web", Servers = [one], Requests = rules }]);
        return await Bed.SendAsync(listener, call);
    }

    private async Task ApplyAsync(BadTarget target)
    {
        listener = Listener();
        await ApplyAsync([new() { Id = "web", Servers = [new("raw", Bed.Address, target.Port, ServerState.Ready)] }]);
    }

    private async Task ApplyAsync(ProxyBackend[] backends) =>
        (await Bed.Engine.ApplyAsync(new() { Listeners = [listener], Backends = [.. backends] }, Stopping)).ShouldBe(new ApplyOutcome.Applied());

    /// <summary>The socket is there when this returns.</summary>
    private IAsyncEnumerator<IReadOnlyList<ProxyRequest>> Read()
    {
        var requests = Bed.Engine.RequestsAsync(Stopping).GetAsyncEnumerator(Stopping);
        next = requests.MoveNextAsync().AsTask();
        return requests;
    }

    private Task<bool> next = Task.FromResult(false);

    private async Task<List<ProxyRequest>> TakeAsync(IAsyncEnumerator<IReadOnlyList<ProxyRequest>> requests, int count)
    {
        var seen = new List<ProxyRequest>();
        while (true)
        {
            (await next).ShouldBeTrue();
            seen.AddRange(requests.Current);
            if (seen.Count >= count) return seen;
            next = requests.MoveNextAsync().AsTask();
        }
    }

    /// <summary>Sends bytes and reads until the other side closes, or for as long as answers take.</summary>
    private async Task<string> RawAsync(string request)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Parse(listener.Address), listener.Port, Stopping);
        await socket.SendAsync(Encoding.Latin1.GetBytes(request), Stopping);
        var said = new StringBuilder();
        var buffer = new byte[16 * 1024];
        try
        {
            while (await socket.ReceiveAsync(buffer, Stopping) is > 0 and var read) said.Append(Encoding.Latin1.GetString(buffer, 0, read));
        }
        catch (SocketException) when (said.Length > 0) { /* It did not read all that it was sent. */ }
        return said.ToString();
    }

    private static string Header(ProxyAnswer answer, string name) =>
        answer.Seen?.Split('\n').FirstOrDefault(l => l.StartsWith(name + ": ", StringComparison.OrdinalIgnoreCase))?[(name.Length + 2)..] ?? "";
}
