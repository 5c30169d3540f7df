using Microsoft.Extensions.DependencyInjection;

namespace Minato.Engines.Registries;

/// <summary>Registration of the client for other registries.</summary>
public static class RegistryServices
{
    public static IServiceCollection AddRegistryClient(this IServiceCollection services) => services.AddSingleton<IRegistryClient, RegistryClient>();
}
