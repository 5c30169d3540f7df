using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Minato.Engines.Dns.Serving;
using Minato.Engines.Inside;

namespace Minato.Engines.Dns.Tests;

/// <summary>On real sockets of this host.</summary>
public sealed class ServerTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    private static DnsServer Start(int port = 0, IPEndPoint? upstream = null, Redirects? redirects = null, TimeProvider? clock = null)
    {
        var server = new DnsServer(new() { Port = port, Upstream = upstream }, redirects ?? new(), clock ?? TimeProvider.System, NullLogger<DnsServer>.Instance);
        server.Serve(new TestAnswers());
        return server;
    }

    private static IPEndPoint EndpointOf(DnsServer server) => IPEndPoint.Parse(server.Status.Endpoint ?? throw new InvalidOperationException(server.Status.Trouble));

    private static async Task<byte[]> AskAsync(IPEndPoint server, byte[] query)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using var limit = new CancellationTokenSource(s_patience);
        await socket.ConnectAsync(server, limit.Token);
        await socket.SendAsync(query, limit.Token);
        var buffer = new byte[4096];
        return buffer[..await socket.ReceiveAsync(buffer, limit.Token)];
    }

    [Fact]
    public async Task It_answers_over_UDP_and_over_TCP_one_question_after_the_other()
    {
        using var server = Start();
        Packets.Head(await AskAsync(EndpointOf(server), Packets.Query("2.test", DnsTypes.A))).Answers.ShouldBe(2);
        using var client = new TcpClient();
        await client.ConnectAsync(EndpointOf(server));
        var stream = client.GetStream();
        for (var i = 0; i < 2; i++)
        {
            var query = Packets.Query("300.test", DnsTypes.A);
            await stream.WriteAsync((byte[])[0, (byte)query.Length, .. query]);
            var head = new byte[2];
            await stream.ReadExactlyAsync(head);
            var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
            await stream.ReadExactlyAsync(answer);
            Packets.Head(answer).Answers.ShouldBe(300);
        }
    }

    [Fact]
    public async Task Garbage_does_not_stop_it()
    {
        using var server = Start();
        using (var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp))
        {
            foreach (var packet in new byte[][] { [], [1], new byte[4096], [.. Enumerable.Repeat((byte)255, 9000)] })
                await socket.SendToAsync(packet, EndpointOf(server));
        }

        Packets.Head(await AskAsync(EndpointOf(server), Packets.Query("1.test", DnsTypes.A))).Answers.ShouldBe(1);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said_and_had_when_it_is_free()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)taken.LocalEndPoint.ShouldNotBeNull()).Port;
        var clock = new ManualClock();
        using var server = Start(port, clock: clock);
        server.Status.Trouble.ShouldNotBeNull().ShouldContain($"port {port} on 127.0.0.1 cannot be had");
        taken.Dispose();
        clock.Fire();
        Packets.Head(await AskAsync(EndpointOf(server), Packets.Query("1.test", DnsTypes.A))).Answers.ShouldBe(1);
    }

    [Fact]
    public async Task A_task_is_answered_about_others_by_the_host_s_resolver_and_a_stranger_by_nobody()
    {
        using var upstream = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        upstream.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var answering = AnswerAsync(upstream);
        var redirects = new Redirects();
        using var server = Start(upstream: (IPEndPoint?)upstream.LocalEndPoint, redirects: redirects);
        (await server.OpenAsync(new("127.0.0.0/8", "127.0.0.1"), default)).ShouldBeOfType<OpenOutcome.Open>();
        var resolver = new IPEndPoint(IPAddress.Loopback, redirects.Ways[0].Port);
        var whole = await AskAsync(resolver, Packets.Query("example.org", DnsTypes.A));
        (whole[0], whole[1], Packets.Head(whole).Answers).ShouldBe(((byte)0x12, (byte)0x34, 1));
        var chained = await AskAsync(resolver, Packets.Query("out.test", DnsTypes.A));
        Packets.Head(chained).Answers.ShouldBe(2); // The CNAME, and what the host's resolver says of where it leads.
        (Packets.Head(chained).Flags & 0x0080).ShouldBe(0x0080);
        (Packets.Head(await AskAsync(EndpointOf(server), Packets.Query("example.org", DnsTypes.A))).Flags & 15).ShouldBe((int)DnsResult.Refused);
        (await server.OpenAsync(new("192.0.2.0/24", "127.0.0.1"), default)).ShouldBeOfType<OpenOutcome.Open>();
        using var stranger = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 300 };
        await stranger.SendToAsync(Packets.Query("1.test", DnsTypes.A), new IPEndPoint(IPAddress.Loopback, redirects.Ways[1].Port));
        Should.Throw<SocketException>(() => stranger.Receive(new byte[512])).SocketErrorCode.ShouldBe(SocketError.TimedOut);
        upstream.Dispose();
        await answering;
    }

    [Fact]
    public async Task Half_a_chain_is_a_failure_and_no_name_without_addresses()
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var nobody = (IPEndPoint?)closed.LocalEndPoint;
        closed.Dispose();
        var redirects = new Redirects();
        using var server = Start(upstream: nobody, redirects: redirects);
        await server.OpenAsync(new("127.0.0.0/8", "127.0.0.1"), default);
        var head = Packets.Head(await AskAsync(new(IPAddress.Loopback, redirects.Ways[0].Port), Packets.Query("out.test", DnsTypes.A)));
        (head.Flags & 15, head.Answers).ShouldBe(((int)DnsResult.ServerFailure, 0));
    }

    [Fact]
    public async Task What_the_host_s_resolver_cuts_is_asked_for_over_TCP()
    {
        using var upstream = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        upstream.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using var stream = new TcpListener((IPEndPoint)upstream.LocalEndPoint.ShouldNotBeNull());
        stream.Start();
        var answering = Task.Run(async () =>
        {
            var buffer = new byte[512];
            var asked = await upstream.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
            await upstream.SendToAsync((byte[])[.. buffer[..2], 0x83, 0x80, 0, 1, 0, 0, 0, 0, 0, 0, .. buffer[12..asked.ReceivedBytes]], asked.RemoteEndPoint); // Truncated, and nothing in it.
            using var client = await stream.AcceptTcpClientAsync();
            var connection = client.GetStream();
            var head = new byte[2];
            await connection.ReadExactlyAsync(head);
            var query = new byte[BinaryPrimitives.ReadUInt16BigEndian(head)];
            await connection.ReadExactlyAsync(query);
            var answer = Packets.Respond(query, new OneAddress()).Answer;
            await connection.WriteAsync((byte[])[0, (byte)answer.Length, .. answer]);
        });
        var redirects = new Redirects();
        using var server = Start(upstream: (IPEndPoint?)upstream.LocalEndPoint, redirects: redirects);
        await server.OpenAsync(new("127.0.0.0/8", "127.0.0.1"), default);
        Packets.Head(await AskAsync(new(IPAddress.Loopback, redirects.Ways[0].Port), Packets.Query("out.test", DnsTypes.A))).Answers.ShouldBe(2);
        await answering;
    }

    [Fact]
    public async Task Strangers_who_are_turned_away_make_no_room_for_more_connections()
    {
        var redirects = new Redirects();
        using var server = Start(redirects: redirects);
        await server.OpenAsync(new("127.0.0.2/32", "127.0.0.1"), default);
        var resolver = new IPEndPoint(IPAddress.Loopback, redirects.Ways[0].Port);
        async Task<Socket> ConnectAsync(string from)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 500 };
            socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
            await socket.ConnectAsync(resolver);
            return socket;
        }

        for (var i = 0; i < 20; i++)
        {
            using var stranger = await ConnectAsync("127.0.0.1");
            IsClosed(stranger).ShouldBeTrue();
        }

        var theirs = new List<Socket>();
        try
        {
            for (var i = 0; i < 257; i++) theirs.Add(await ConnectAsync("127.0.0.2"));
            IsClosed(theirs[^1]).ShouldBeTrue(); // One more than there may be.
        }
        finally
        {
            theirs.ForEach(s => s.Dispose());
        }

        static bool IsClosed(Socket socket)
        {
            try
            {
                return socket.Receive(new byte[1]) == 0;
            }
            catch (SocketException e)
            {
                return e.SocketErrorCode != SocketError.TimedOut;
            }
        }
    }

    [Fact]
    public async Task What_the_kernel_refuses_is_told_in_words()
    {
        using var server = Start(redirects: new() { Problem = "nft is missing" });
        (await server.OpenAsync(new("127.0.0.0/8", "127.0.0.1"), default)).ShouldBe(new OpenOutcome.Refused("nft is missing"));
    }

    // A resolver that knows one address for everything.
    private static async Task AnswerAsync(Socket upstream)
    {
        var buffer = new byte[512];
        try
        {
            while (true)
            {
                var asked = await upstream.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                var answer = Packets.Respond([.. buffer[..2], 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. buffer[12..asked.ReceivedBytes]], new OneAddress()).Answer;
                await upstream.SendToAsync(answer, asked.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }

    private sealed class OneAddress : IDnsAnswers
    {
        public void Answer(in DnsQuestion question, DnsReply reply) => reply.Answers.Add(new(null, DnsTypes.A, 5, [192, 0, 2, 1]));
    }

    private sealed class Redirects : IResolverRedirect
    {
        public string? Problem { get; init; }

        public List<ResolverWay> Ways { get; } = [];

        public ValueTask<string?> ApplyAsync(IReadOnlyCollection<ResolverWay> ways, CancellationToken ct)
        {
            Ways.Clear();
            Ways.AddRange(ways);
            return ValueTask.FromResult(Problem);
        }

        public ValueTask RemoveAsync(CancellationToken ct) => ValueTask.CompletedTask;
    }

    /// <summary>A clock whose one timer goes off when the test says so.</summary>
    private sealed class ManualClock : TimeProvider
    {
        private (TimerCallback Callback, object? State)? _timer;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _timer = (callback, state);
            return new Idle();
        }

        public void Fire() => _timer?.Callback(_timer?.State);

        private sealed class Idle : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() { }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
