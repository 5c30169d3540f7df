using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Minato.Engines.Dns;
using Minato.Engines.Firewall;
using Minato.Engines.Inside;

namespace Minato.Engines.Network;

public static class NetworkServices
{
    /// <summary>Tasks of this host find what Minato tells them at 169.254.170.2. Nothing happens before the first use.</summary>
    public static IServiceCollection AddInsideEndpoint(this IServiceCollection services, InsideOptions options)
    {
        services.TryAddSingleton(options);
        return services.AddSingleton<IResolverRedirect, NftResolverRedirect>().AddSingleton<IInsideEndpoint, NftInsideEndpoint>();
    }

    /// <summary>Security groups and routes of this host's VPCs hold for packets. Nothing happens before the first use.</summary>
    public static IServiceCollection AddNetworkFirewall(this IServiceCollection services, InsideOptions options)
    {
        services.TryAddSingleton(options);
        return services.AddSingleton<IRangeClaims, RangeClaims>().AddSingleton<INetworkFirewall, NftFirewall>();
    }
}
