using Minato.Testing.Proxy;

namespace Minato.Engines.HaProxy.Tests;

public sealed class SimProxyEngineTests : ProxyEngineKit
{
    protected override ValueTask<IProxyBed> MakeBedAsync() => ValueTask.FromResult<IProxyBed>(new SimProxyBed());
}
