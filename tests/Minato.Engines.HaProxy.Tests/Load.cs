using System.Collections.Concurrent;
using System.Net;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Tests;

/// <summary>Clients that keep asking until they are told to stop, and remember everything that was not a 200.</summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly CancellationTokenSource stop = new();
    private readonly Task[] clients;
    private long requests;

    public Load(ProxyListener listener, int clients = 20, int perSecond = 400)
    {
        var pause = TimeSpan.FromSeconds((double)clients / perSecond);
        var endpoint = new IPEndPoint(IPAddress.Parse(listener.Address), listener.Port);
        this.clients = [.. Enumerable.Range(0, clients).Select(i => Task.Run(() => AskAsync(endpoint, listener.Tls is not null, i, pause)))];
    }

    public ConcurrentQueue<string> Failures { get; } = [];

    public long Requests => Interlocked.Read(ref requests);

    /// <summary>Waits until the clients have asked this often from now on.</summary>
    public async Task AsksAsync(int more)
    {
        for (var until = Requests + more; Requests < until;) await Task.Delay(5);
    }

    public async ValueTask DisposeAsync()
    {
        if (stop.IsCancellationRequested) return;
        await stop.CancelAsync();
        await Task.WhenAll(clients);
    }

    private async Task AskAsync(IPEndPoint endpoint, bool isTls, int number, TimeSpan pause)
    {
        using var client = new KeepAliveClient(endpoint, isTls);
        // They do not ask in step; some hold their connection idle for longer than others.
        for (var turn = number; !stop.IsCancellationRequested; turn++)
        {
            try
            {
                var status = await client.GetAsync($"/{number}/{turn}");
                if (status != 200) Failures.Enqueue($"status {status}");
            }
            catch (Exception e)
            {
                Failures.Enqueue(e.Message);
                client.Dispose();
            }
            Interlocked.Increment(ref requests);
            await Task.Delay(pause * (0.5 + turn % 10 / 10.0));
        }
    }
}
