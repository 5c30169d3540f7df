using Minato.Engines.Proxy;

namespace Minato.Testing.Proxy;

/// <summary>A proxy engine with targets to send to and a client to send with, real or simulated.</summary>
public interface IProxyBed : IAsyncDisposable
{
    IProxyEngine Engine { get; }

    /// <summary>Where listeners may listen, and nobody else does.</summary>
    string Address { get; }

    int NewPort();

    /// <summary>A target that answers 200 to everything.</summary>
    ValueTask<ProxyServer> StartTargetAsync(string id);

    ValueTask StopTargetAsync(ProxyServer target);

    /// <summary>A target that answers every datagram.</summary>
    ValueTask<ProxyServer> StartDatagramTargetAsync(string id);

    /// <summary>A datagram of a client of its own.</summary>
    /// <returns>The id of the target that answered it; null when nobody did.</returns>
    ValueTask<string?> SendDatagramAsync(ProxyListener listener);

    ValueTask<ProxyAnswer> SendAsync(ProxyListener listener, ProxyCall call);

    /// <summary>Sends a request that its target has taken but does not answer before it is released.</summary>
    ValueTask<IHeldRequest> HoldAsync(ProxyListener listener);

    /// <summary>Takes a port as a process outside would.</summary>
    IDisposable Occupy(int port);

    /// <summary>Ends the engine as an accident would.</summary>
    ValueTask KillAsync();
}

public interface IHeldRequest
{
    string Server { get; }

    ValueTask<ProxyAnswer> ReleaseAsync();
}
