using Microsoft.Extensions.DependencyInjection;
using Minato.Engines.Dns;
using Minato.Engines.Inside;

namespace Minato.Engines.Network;

public static class NetworkServices
{
    /// <summary>Tasks of this host find what Minato tells them at 169.254.170.2. Nothing happens before the first use.</summary>
    public static IServiceCollection AddInsideEndpoint(this IServiceCollection services, InsideOptions options) => services
        .AddSingleton(options)
        .AddSingleton<IResolverRedirect, NftResolverRedirect>()
        .AddSingleton<IInsideEndpoint, NftInsideEndpoint>();
}
