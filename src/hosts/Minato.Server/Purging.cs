using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Minato.Engines.Containers;
using Minato.Engines.Dns;
using Minato.Engines.Docker;
using Minato.Engines.Firewall;
using Minato.Engines.HaProxy;
using Minato.Engines.Inside;
using Minato.Engines.Network;
using Minato.Engines.Proxy;

namespace Minato.Server;

/// <summary>Removes everything an installation has on this machine, and on those whose container engines it uses; its server must have stopped.</summary>
public static class Purging
{
    /// <returns>How many containers were removed.</returns>
    public static async Task<int> RunAsync(InstallationFile installation, string dataDirectory, CancellationToken ct)
    {
        await using var services = new ServiceCollection().AddLogging()
            .AddSingleton(TimeProvider.System)
            .AddDockerEngine(new() { InstallationId = installation.Id, EnginesDirectory = Path.Combine(dataDirectory, DataDirectory.Engines) })
            .AddInsideEndpoint(new() { InstallationId = installation.Id })
            .AddNetworkFirewall(new() { InstallationId = installation.Id })
            .AddHaProxy(new() { InstallationId = installation.Id, Directory = Path.Combine(dataDirectory, "haproxy") })
            .BuildServiceProvider();
        await services.GetRequiredService<IProxyEngine>().StopAsync(ct);
        var engines = services.GetRequiredService<IContainerEngines>();
        var containers = await PurgeAsync(engines.Of(null), ct);
        foreach (var name in engines.Known) containers += await TryPurgeAsync(engines, name, ct);
        await services.GetRequiredService<IInsideEndpoint>().RemoveAsync(ct);
        await services.GetRequiredService<INetworkFirewall>().RemoveAsync(ct);
        await services.GetRequiredService<IResolverRedirect>().RemoveAsync(ct);
        DataDirectory.Clear(dataDirectory, installation.Others ?? []);
        return containers;
    }

    private static async Task<int> PurgeAsync(IContainerEngine engine, CancellationToken ct)
    {
        var containers = (await engine.ListAsync(ct)).Count;
        await engine.PurgeAsync(ct);
        return containers;
    }

    // A machine that is off keeps what it has: the rest goes all the same.
    private static async Task<int> TryPurgeAsync(IContainerEngines engines, string name, CancellationToken ct)
    {
        try
        {
            return await PurgeAsync(engines.Of(name), ct);
        }
        catch (EngineUnavailableException)
        {
            return 0;
        }
    }
}
