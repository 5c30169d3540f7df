using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Minato.Engines.Dns.Messages;

namespace Minato.Engines.Dns.Serving;

/// <summary>
/// UDP and TCP on one address and port. UDP is read by a thread of its own, one packet after the other: an answer takes less time than
/// handing it to another thread would.
/// </summary>
internal sealed class DnsListener : IDisposable
{
    private const int LargestQuery = 4096;
    private const int MostConnections = 256;
    private const int SocketBuffer = 4 * 1024 * 1024;
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(100);

    private readonly Socket _udp;
    private readonly Socket _tcp;
    private readonly Func<IDnsAnswers> _answers;
    private readonly Func<ulong> _seed;
    private readonly HostResolver? _host;
    private readonly IPNetwork? _askers;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stopping = new();
    private int _connections;

    /// <param name="answers">The newest ones.</param>
    /// <param name="host">Null answers with authority alone.</param>
    /// <param name="askers">Whose packets are answered; null for everybody who can reach the address.</param>
    /// <exception cref="SocketException">Address or port cannot be had.</exception>
    public DnsListener(IPEndPoint at, Func<IDnsAnswers> answers, Func<ulong> seed, TimeProvider clock, HostResolver? host = null, IPNetwork? askers = null)
    {
        (_answers, _seed, _host, _askers, _clock) = (answers, seed, host, askers, clock);
        (_udp, _tcp) = Bind(at);
        Endpoint = (IPEndPoint)(_udp.LocalEndPoint ?? at);
        new Thread(ReadPackets) { IsBackground = true, Name = $"dns {Endpoint}" }.Start();
        _ = AcceptAsync();
    }

    public IPEndPoint Endpoint { get; }

    public void Dispose()
    {
        if (_stopping.IsCancellationRequested) return;
        _stopping.Cancel();
        _udp.Dispose();
        _tcp.Dispose();
    }

    // Both have the same port: for 0 the kernel chooses one for UDP, which TCP may not have.
    private static (Socket Udp, Socket Tcp) Bind(IPEndPoint at)
    {
        for (var attempt = 1; ; attempt++)
        {
            var udp = new Socket(at.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = SocketBuffer, SendBufferSize = SocketBuffer };
            var tcp = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                udp.Bind(at);
                tcp.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
                tcp.Bind(udp.LocalEndPoint ?? at);
                tcp.Listen(128);
                return (udp, tcp);
            }
            catch (SocketException)
            {
                udp.Dispose();
                tcp.Dispose();
                if (at.Port != 0 || attempt == 16) throw;
            }
        }
    }

    private void ReadPackets()
    {
        var responder = new Responder(_seed(), _host is not null);
        var packet = new byte[LargestQuery];
        var answer = new byte[AnswerWriter.LargestPacket];
        var from = new SocketAddress(AddressFamily.InterNetwork);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var length = _udp.ReceiveFrom(packet, SocketFlags.None, from);
                var source = new DnsSource(BinaryPrimitives.ReadUInt32BigEndian(from.Buffer.Span[4..]));
                if (!MayAsk(source)) continue;
                switch (responder.Respond(packet.AsSpan(0, length), answer, source, false, _answers(), out var written))
                {
                    case Responder.Verdict.Answered:
                        _udp.SendTo(answer.AsSpan(0, written), SocketFlags.None, from);
                        break;
                    case Responder.Verdict.Forward or Responder.Verdict.Complete:
                        _ = ForwardPacketAsync(packet[..length], Copy(from), source);
                        break;
                }
            }
            catch (SocketException) when (!_stopping.IsCancellationRequested)
            {
                // Of one packet: its sender is gone. The next one is another's.
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private static SocketAddress Copy(SocketAddress from)
    {
        var copy = new SocketAddress(from.Family, from.Size);
        from.Buffer[..from.Size].CopyTo(copy.Buffer);
        return copy;
    }

    private async Task ForwardPacketAsync(byte[] query, SocketAddress to, DnsSource source)
    {
        try
        {
            var answer = await ForwardAsync(query, source, false);
            _udp.SendTo(answer.Span, SocketFlags.None, to);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Whoever asked asks again.
        }
    }

    private async ValueTask<ReadOnlyMemory<byte>> ForwardAsync(byte[] query, DnsSource source, bool isStream)
    {
        var responder = new Responder(_seed(), true);
        var buffer = new byte[isStream ? ushort.MaxValue : AnswerWriter.LargestPacket];
        var verdict = responder.Respond(query, buffer, source, isStream, _answers(), out var length);
        if (verdict == Responder.Verdict.Answered || _host is null) return buffer.AsMemory(0, length);
        if (verdict == Responder.Verdict.Forward)
            return await _host.AskAsync(query, isStream, _stopping.Token) is { } whole ? whole : buffer.AsMemory(0, Responder.Fail(query, buffer));
        if (responder.Reply.LeadsTo is { } target)
        {
            // Half a chain would be taken for a name without addresses: nobody is told it.
            if (await ToldAsync(_host, Responder.Ask(0, target, TypeOf(query)), isStream) is not { } told || ForeignAnswer.Read(told) is not var (result, records))
                return buffer.AsMemory(0, Responder.Fail(query, buffer));
            responder.Reply.Answers.AddRange(records);
            responder.Reply.Result = result;
        }

        return buffer.AsMemory(0, responder.Finish(query, buffer, isStream));
    }

    /// <summary>The whole answer: what is cut in a packet is asked for over TCP.</summary>
    private async ValueTask<byte[]?> ToldAsync(HostResolver host, byte[] question, bool isStream)
    {
        var told = await host.AskAsync(question, isStream, _stopping.Token);
        var isCut = told is { Length: > 2 } && (told[2] & 2) != 0;
        return isCut && !isStream ? await host.AskAsync(question, true, _stopping.Token) ?? told : told;
    }

    private static ushort TypeOf(byte[] query)
    {
        Span<byte> name = stackalloc byte[DnsName.MaxLength + 1];
        Query.Read(query, name, out _, out var read);
        return read.Type;
    }

    private bool MayAsk(DnsSource source) => _askers is not { } network || network.Contains(source.ToIPAddress());

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var connection = await _tcp.AcceptAsync(_stopping.Token);
                if (connection.RemoteEndPoint is IPEndPoint from && DnsSource.Of(from.Address) is var source && MayAsk(source) && MayStay()) _ = ServeAsync(connection, source);
                else connection.Dispose();
            }
            catch (SocketException) when (!_stopping.IsCancellationRequested)
            {
                await Task.Delay(s_pause, _clock); // Out of descriptors, it may be: they are not had sooner by asking a million times a second.
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
            {
                return;
            }
        }
    }

    private bool MayStay()
    {
        if (Interlocked.Increment(ref _connections) <= MostConnections) return true;
        Interlocked.Decrement(ref _connections);
        return false;
    }

    private async Task ServeAsync(Socket connection, DnsSource source)
    {
        var answer = ArrayPool<byte>.Shared.Rent(2 + ushort.MaxValue);
        try
        {
            using var stream = new NetworkStream(connection, ownsSocket: true);
            var responder = new Responder(_seed(), _host is not null);
            var head = new byte[2];
            while (true)
            {
                using var idle = new CancellationTokenSource(s_idle, _clock);
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, idle.Token);
                await stream.ReadExactlyAsync(head, limit.Token);
                var length = BinaryPrimitives.ReadUInt16BigEndian(head);
                if (length > LargestQuery) return;
                var query = new byte[length];
                await stream.ReadExactlyAsync(query, limit.Token);
                var verdict = responder.Respond(query, answer.AsSpan(2, ushort.MaxValue), source, true, _answers(), out var written);
                if (verdict == Responder.Verdict.Silent) return;
                if (verdict != Responder.Verdict.Answered)
                {
                    var told = await ForwardAsync(query, source, true);
                    told.CopyTo(answer.AsMemory(2));
                    written = told.Length;
                }

                BinaryPrimitives.WriteUInt16BigEndian(answer, (ushort)written);
                await stream.WriteAsync(answer.AsMemory(0, 2 + written), limit.Token);
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // Gone, or silent for too long.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(answer);
            Interlocked.Decrement(ref _connections);
        }
    }
}
