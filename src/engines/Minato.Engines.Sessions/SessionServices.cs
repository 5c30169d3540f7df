using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Minato.Engines.Containers;

namespace Minato.Engines.Sessions;

public static class SessionServices
{
    /// <summary>Sessions in containers; needs an <see cref="ISessionOwner"/>, and somebody who brings sockets to <see cref="SessionGate"/>.</summary>
    public static IServiceCollection AddSessions(this IServiceCollection services, SessionOptions options) => services
        .AddSingleton(p => new SessionGate(
            p.GetRequiredService<ISessionOwner>(), p.GetRequiredService<IContainerEngines>(), options, p.GetRequiredService<TimeProvider>(),
            Guid.NewGuid, p.GetRequiredService<ILogger<SessionGate>>()));
}
