using Minato.Testing.Proxy;

namespace Minato.Engines.HaProxy.Tests;

[Trait("Floor", "engine")]
public sealed class HaProxyEngineTests : ProxyEngineKit
{
    protected override ValueTask<IProxyBed> MakeBedAsync()
    {
        Assert.SkipWhen(HaProxyBed.Absence is not null, HaProxyBed.Absence ?? "");
        return ValueTask.FromResult<IProxyBed>(new HaProxyBed());
    }
}
