using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Minato.Engines.HaProxy.Health;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy;

public static class HaProxyServices
{
    /// <summary>Registers HAProxy as <see cref="IProxyEngine"/> and the prober that asks real targets.</summary>
    public static IServiceCollection AddHaProxy(this IServiceCollection services, HaProxyOptions options)
    {
        services.AddSingleton(options);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<IProxyEngine, HaProxyEngine>();
        services.AddSingleton<IHealthProber, SocketHealthProber>();
        return services;
    }
}
