using Microsoft.Extensions.DependencyInjection;
using Minato.Engines.Containers;

namespace Minato.Engines.Docker;

public static class DockerEngineServices
{
    /// <summary>Containers run on the Docker Engine of this machine, and on those of others. Nothing is called before the first use.</summary>
    public static IServiceCollection AddDockerEngine(this IServiceCollection services, DockerEngineOptions options) => services
        .AddSingleton(options)
        .AddSingleton<DockerClient>()
        .AddSingleton<IContainerEngine, DockerEngine>()
        .AddSingleton(new RemoteEngines(options.EnginesDirectory))
        .AddSingleton<IContainerEngines, DockerEngines>();
}
