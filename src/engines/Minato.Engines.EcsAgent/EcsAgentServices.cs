using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Minato.Engines.Hosts;
using Minato.Platform;

namespace Minato.Engines.EcsAgent;

public static class EcsAgentServices
{
    /// <summary>Official ECS agents may join as container instances; needs an <see cref="ITaskHostOwner"/>, and somebody who brings sockets to <see cref="AgentGate"/>.</summary>
    public static IServiceCollection AddEcsAgents(this IServiceCollection services, EcsAgentOptions options) => services
        .AddSingleton<AgentHosts>()
        .AddSingleton<ITaskHosts>(p => p.GetRequiredService<AgentHosts>())
        .AddSingleton(p => new AgentGate(
            p.GetRequiredService<AgentHosts>(), p.GetRequiredService<ITaskHostOwner>(), options, p.GetRequiredService<Ids>(),
            p.GetRequiredService<TimeProvider>(), p.GetRequiredService<ILogger<AgentGate>>()));
}
