using Minato.Engines.Proxy;

namespace Minato.Testing.Proxy;

/// <summary>The simulated proxy under the contract tests.</summary>
public sealed class SimProxyBed : IProxyBed
{
    private const string TargetAddress = "10.0.0.1";
    private readonly SimTargets targets = new();
    private readonly SimProxy proxy;
    private int nextPort = 8000;

    public SimProxyBed()
    {
        proxy = new(targets, TimeProvider.System) { RestartTime = TimeSpan.FromMilliseconds(10) };
        Engine = new SimProxyEngine(proxy);
    }

    public IProxyEngine Engine { get; }

    public string Address => "127.1.2.3";

    public int NewPort() => nextPort++;

    public ValueTask<ProxyServer> StartTargetAsync(string id)
    {
        var server = new ProxyServer(id, TargetAddress, NewPort(), ServerState.Ready);
        targets.Set(server.Address, server.Port);
        return ValueTask.FromResult(server);
    }

    public ValueTask<ProxyServer> StartDatagramTargetAsync(string id) => StartTargetAsync(id);

    public ValueTask<string?> SendDatagramAsync(ProxyListener listener) => ValueTask.FromResult(proxy.Route(listener.Id, new())?.Server);

    public ValueTask StopTargetAsync(ProxyServer target)
    {
        targets.Remove(target.Address, target.Port);
        return ValueTask.CompletedTask;
    }

    public ValueTask<ProxyAnswer> SendAsync(ProxyListener listener, ProxyCall call) =>
        ValueTask.FromResult(proxy.Route(listener.Id, call) ?? throw new HttpRequestException("connection refused"));

    public ValueTask<IHeldRequest> HoldAsync(ProxyListener listener) =>
        ValueTask.FromResult<IHeldRequest>(new Held(proxy.Begin(listener.Id, new()) ?? throw new HttpRequestException("connection refused")));

    public IDisposable Occupy(int port)
    {
        proxy.OccupyPort(Address, port);
        return new Occupation(() => proxy.OccupyPort(Address, port, taken: false));
    }

    public ValueTask KillAsync()
    {
        proxy.Die();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Held(SimExchange exchange) : IHeldRequest
    {
        public string Server => exchange.Answer.Server ?? throw new InvalidOperationException("The proxy answered by itself.");

        public ValueTask<ProxyAnswer> ReleaseAsync() => ValueTask.FromResult(exchange.Finish());
    }

    private sealed class Occupation(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
