using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Minato.Engines.Containers;
using Minato.Engines.Dns;
using Minato.Engines.Docker;
using Minato.Engines.HaProxy;
using Minato.Engines.Inside;
using Minato.Engines.Network;
using Minato.Engines.Proxy;

namespace Minato.Server;

/// <summary>Removes everything an installation has on this machine; its server must have stopped.</summary>
public static class Purging
{
    /// <returns>How many containers were removed.</returns>
    public static async Task<int> RunAsync(InstallationFile installation, string dataDirectory, CancellationToken ct)
    {
        await using var services = new ServiceCollection().AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddDockerEngine(new() { InstallationId = installation.Id })
            .AddInsideEndpoint(new() { InstallationId = installation.Id })
            .AddHaProxy(new() { InstallationId = installation.Id, Directory = Path.Combine(dataDirectory, "haproxy") })
            .BuildServiceProvider();
        await services.GetRequiredService<IProxyEngine>().StopAsync(ct);
        var engine = services.GetRequiredService<IContainerEngine>();
        var containers = (await engine.ListAsync(ct)).Count;
        await engine.PurgeAsync(ct);
        await services.GetRequiredService<IInsideEndpoint>().RemoveAsync(ct);
        await services.GetRequiredService<IResolverRedirect>().RemoveAsync(ct);
        Directory.Delete(dataDirectory, recursive: true);
        return containers;
    }
}
