using System.Net.Sockets;
using System.Text;

namespace Minato.Engines.HaProxy.Running;

/// <summary>Speaks to HAProxy over one of its sockets, one connection a command line.</summary>
internal static class HaProxyCli
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Sends commands to the present worker and reads everything it says.</summary>
    /// <exception cref="IOException">Nobody listens, or the answer did not come.</exception>
    public static async ValueTask<string> AskAsync(string socketPath, string commands, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            using var socket = await ConnectAsync(socketPath, limit.Token);
            await socket.SendAsync(Encoding.UTF8.GetBytes(commands + "\n"), limit.Token);
            return await ReadAsync(socket, untilBlankLine: false, limit.Token);
        }
        catch (SocketException e) { throw new IOException($"HAProxy's socket {socketPath}: {e.Message}", e); }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested) { throw new IOException($"HAProxy did not answer '{FirstWords(commands)}'", e); }
    }

    /// <summary>Asks the master. It keeps the connection open, so the blank line after its answer ends the reading.</summary>
    public static async ValueTask<string> AskMasterAsync(string socketPath, string command, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            using var socket = await ConnectAsync(socketPath, limit.Token);
            await socket.SendAsync(Encoding.UTF8.GetBytes(command + "\n"), limit.Token);
            return await ReadAsync(socket, untilBlankLine: true, limit.Token);
        }
        catch (SocketException e) { throw new IOException($"HAProxy's socket {socketPath}: {e.Message}", e); }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested) { throw new IOException($"HAProxy's master did not answer '{FirstWords(command)}'", e); }
    }

    public static async ValueTask<Socket> ConnectAsync(string socketPath, CancellationToken ct)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), ct);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async ValueTask<string> ReadAsync(Socket socket, bool untilBlankLine, CancellationToken ct)
    {
        using var answer = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await socket.ReceiveAsync(buffer, ct) is > 0 and var read)
        {
            answer.Write(buffer, 0, read);
            if (untilBlankLine && EndsWithBlankLine(answer)) break;
        }
        return Encoding.UTF8.GetString(answer.GetBuffer(), 0, (int)answer.Length);
    }

    private static bool EndsWithBlankLine(MemoryStream answer)
    {
        var bytes = answer.GetBuffer().AsSpan(0, (int)answer.Length);
        return bytes.Length is 1 && bytes[0] == '\n' || bytes.EndsWith("\n\n"u8);
    }

    private static string FirstWords(string command) => command.Length > 60 ? command[..60] : command;
}
