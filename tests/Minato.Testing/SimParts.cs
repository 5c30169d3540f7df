using Microsoft.Extensions.DependencyInjection;
using Minato.Engines.Containers;
using Minato.Testing.Containers;

namespace Minato.Testing;

/// <summary>The simulated engines every world has. They outlive the process: take them from <see cref="World.Outside"/>.</summary>
internal static class SimParts
{
    public static void AddTo(World world, IServiceCollection services)
    {
        services.AddSingleton<IContainerEngine>(new SimContainerEngine(world.Host, "sim"));
    }
}

public sealed partial class World
{
    /// <summary>The simulated machine with its containers, images and networks.</summary>
    public SimHost Host => Outside(world => new SimHost(world.Time, (int)(world.Seed % int.MaxValue)));
}
