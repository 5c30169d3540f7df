using System.Net;
using System.Net.Sockets;
using System.Text;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Tests;

/// <summary>Says its name and what it was told.</summary>
internal sealed class Echo : IAsyncDisposable
{
    private readonly Socket socket = new(SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource stopping = new();
    private readonly Task answering;

    public Echo(string name, string address)
    {
        socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
        Server = FlowTests.Server(name, socket.LocalEndPoint ?? throw new InvalidOperationException());
        answering = AnswerAsync(name);
    }

    public ProxyServer Server { get; }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await answering;
        socket.Dispose();
        stopping.Dispose();
    }

    private async Task AnswerAsync(string name)
    {
        var buffer = new byte[100];
        try
        {
            while (true)
            {
                var got = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), stopping.Token);
                await socket.SendToAsync(Encoding.ASCII.GetBytes($"{name}:{Encoding.ASCII.GetString(buffer, 0, got.ReceivedBytes)}"), got.RemoteEndPoint, stopping.Token);
            }
        }
        catch (OperationCanceledException) { /* It ends. */ }
    }
}
