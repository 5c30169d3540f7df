using Microsoft.Extensions.DependencyInjection;
using Minato.Engines.Dns.Probing;
using Minato.Engines.Dns.Serving;

namespace Minato.Engines.Dns;

public static class DnsServices
{
    /// <summary>DNS on the host and for tasks, and the prober of Route 53's health checks. Nothing listens before the first answers are given.</summary>
    public static IServiceCollection AddDnsServer(this IServiceCollection services, DnsServerOptions options) => services
        .AddSingleton(options)
        .AddSingleton<IDnsServer, DnsServer>()
        .AddSingleton<IEndpointProber, SocketEndpointProber>();
}
