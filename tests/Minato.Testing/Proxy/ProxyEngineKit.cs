using Minato.Engines.Proxy;
using Shouldly;
using Xunit;

namespace Minato.Testing.Proxy;

/// <summary>What every <see cref="IProxyEngine"/> promises. The simulated and the real engine pass the same tests.</summary>
public abstract partial class ProxyEngineKit : IAsyncLifetime
{
    private IProxyBed? bed;
    private ProxyListener? plain;

    protected static CancellationToken Stopping => TestContext.Current.CancellationToken;

    protected IProxyBed Bed => bed ?? throw new InvalidOperationException("The bed is made before each test.");

    protected IProxyEngine Engine => Bed.Engine;

    /// <summary>A listener that forwards to the backend <c>web</c>.</summary>
    protected ProxyListener Plain => plain ??= Listener("http", To("web"));

    protected abstract ValueTask<IProxyBed> MakeBedAsync();

    public async ValueTask InitializeAsync() => bed = await MakeBedAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (bed is not null) await bed.DisposeAsync();
    }

    protected static ProxyAction To(params (string Backend, int Weight)[] shares) =>
        new ProxyAction.Forward([.. shares.Select(s => new WeightedBackend(s.Backend, s.Weight))]);

    protected static ProxyAction To(string backend) => To((backend, 1));

    protected static ProxyBackend Backend(string id, params ProxyServer[] servers) => new() { Id = id, Servers = [.. servers] };

    protected ProxyListener Listener(string id, ProxyAction fallback, params ProxyRule[] rules) =>
        new() { Id = id, Address = Bed.Address, Port = Bed.NewPort(), DefaultAction = fallback, Rules = [.. rules] };

    protected async Task ApplyAsync(ProxyListener listener, params ProxyBackend[] backends) => await ApplyAsync([listener], backends);

    protected async Task ApplyAsync(ProxyListener[] listeners, params ProxyBackend[] backends) =>
        (await Engine.ApplyAsync(new() { Listeners = [.. listeners], Backends = [.. backends] }, Stopping)).ShouldBe(new ApplyOutcome.Applied());

    protected async Task<ProxyAnswer> GetAsync(ProxyListener listener, string path = "/") => await Bed.SendAsync(listener, new() { Path = path });

    protected async Task<Dictionary<string, int>> SharesAsync(ProxyListener listener, int requests)
    {
        var shares = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < requests; i++)
        {
            var answer = await GetAsync(listener);
            var who = answer.Server ?? answer.Status.ToString(System.Globalization.CultureInfo.InvariantCulture);
            shares[who] = shares.GetValueOrDefault(who) + 1;
        }
        return shares;
    }
}
