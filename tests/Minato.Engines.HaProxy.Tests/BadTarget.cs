using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Minato.Engines.HaProxy.Tests;

/// <summary>Reads a request up to its body, says the same whatever it was, and closes.</summary>
internal sealed class BadTarget : IAsyncDisposable
{
    private readonly TcpListener listener;
    private readonly Task answering;

    /// <param name="says">Nothing closes at once, <c>RESET</c> resets.</param>
    public BadTarget(string address, string says)
    {
        listener = new(IPAddress.Parse(address), 0);
        listener.Start();
        answering = AnswerAsync(Encoding.Latin1.GetBytes(says));
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await answering;
    }

    private async Task AnswerAsync(byte[] says)
    {
        while (true)
        {
            try
            {
                using var client = await listener.AcceptSocketAsync();
                await ReadAsync(client);
                if (says.AsSpan().SequenceEqual("RESET"u8))
                {
                    client.LingerState = new(true, 0);
                    continue;
                }
                if (says.Length > 0) await client.SendAsync(says);
                client.Shutdown(SocketShutdown.Send);
            }
            catch (Exception e) when (e is SocketException or InvalidOperationException) // Stopped before, or while, it waited.
            {
                if (!listener.Server.IsBound) return;
            }
        }
    }

    private static async Task ReadAsync(Socket client)
    {
        var buffer = new byte[128 * 1024];
        for (var length = 0; length < buffer.Length && !buffer.AsSpan(0, length).EndsWith("\r\n\r\n"u8);)
        {
            if (await client.ReceiveAsync(buffer.AsMemory(length)) is not (> 0 and var read)) return;
            length += read;
        }
    }
}
