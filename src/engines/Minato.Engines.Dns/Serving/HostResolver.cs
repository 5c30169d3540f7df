using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Minato.Engines.Dns.Serving;

/// <summary>Asks the host's own resolvers what no zone here knows. Packets go on as they came, under an id of its own.</summary>
internal sealed class HostResolver(DnsServerOptions options, TimeProvider clock)
{
    private const int MostAtATime = 512;
    private const int LargestAnswer = 65535;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);
    private int _asking;

    /// <returns>The answer with the query's id; null when nobody answered in time.</returns>
    public async ValueTask<byte[]?> AskAsync(ReadOnlyMemory<byte> query, bool isStream, CancellationToken ct)
    {
        try
        {
            if (Interlocked.Increment(ref _asking) > MostAtATime) return null;
            foreach (var server in Servers())
            {
                if (await TryAskAsync(server, query, isStream, ct) is not { } answer) continue;
                query.Span[..2].CopyTo(answer);
                return answer;
            }

            return null;
        }
        finally
        {
            Interlocked.Decrement(ref _asking);
        }
    }

    private async ValueTask<byte[]?> TryAskAsync(IPEndPoint server, ReadOnlyMemory<byte> query, bool isStream, CancellationToken ct)
    {
        var packet = query.ToArray();
        RandomNumberGenerator.Fill(packet.AsSpan(0, 2)); // Nobody off the path guesses it, together with the port.
        using var timeout = new CancellationTokenSource(s_patience, clock);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            using var socket = new Socket(server.AddressFamily, isStream ? SocketType.Stream : SocketType.Dgram, isStream ? ProtocolType.Tcp : ProtocolType.Udp);
            await socket.ConnectAsync(server, limit.Token);
            return isStream ? await AskStreamAsync(socket, packet, limit.Token) : await AskPacketAsync(socket, packet, limit.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async ValueTask<byte[]?> AskPacketAsync(Socket socket, byte[] packet, CancellationToken ct)
    {
        await socket.SendAsync(packet, ct);
        var buffer = new byte[4096];
        while (true)
        {
            var length = await socket.ReceiveAsync(buffer, ct);
            if (Fits(packet, buffer.AsSpan(0, length))) return buffer[..length];
        }
    }

    private static async ValueTask<byte[]?> AskStreamAsync(Socket socket, byte[] packet, CancellationToken ct)
    {
        var framed = new byte[packet.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)packet.Length);
        packet.CopyTo(framed, 2);
        await socket.SendAsync(framed, ct);
        var stream = new NetworkStream(socket);
        await using var _ = stream.ConfigureAwait(false);
        var head = new byte[2];
        try
        {
            await stream.ReadExactlyAsync(head, ct);
            var answer = new byte[Math.Min((int)BinaryPrimitives.ReadUInt16BigEndian(head), LargestAnswer)];
            await stream.ReadExactlyAsync(answer, ct);
            return Fits(packet, answer) ? answer : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool Fits(ReadOnlySpan<byte> query, ReadOnlySpan<byte> answer) =>
        answer.Length >= 12 && answer[..2].SequenceEqual(query[..2]) && (answer[2] & 0x80) != 0;

    // Read anew each time: a laptop changes its network.
    private IEnumerable<IPEndPoint> Servers()
    {
        if (options.Upstream is { } upstream) return [upstream];
        try
        {
            return [.. File.ReadLines("/etc/resolv.conf").Select(l => l.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries))
                .Where(w => w is ["nameserver", _, ..]).Select(w => IPAddress.TryParse(w[1], out var address) ? new IPEndPoint(address, 53) : null)
                .OfType<IPEndPoint>().Take(3)];
        }
        catch (IOException)
        {
            return [];
        }
    }
}
