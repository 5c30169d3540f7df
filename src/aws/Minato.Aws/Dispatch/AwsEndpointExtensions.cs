using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Minato.Aws.Signing;

namespace Minato.Aws.Dispatch;

public static class AwsEndpointExtensions
{
    /// <summary>
    /// Serves every service of <paramref name="models"/> whose generated interface is registered. Asks every registered <see cref="ICredentials"/>; needs
    /// <see cref="AwsEndpointOptions"/>; map <see cref="AwsEndpoint.HandleAsync"/>.
    /// </summary>
    public static IServiceCollection AddAwsEndpoint(this IServiceCollection services, IEnumerable<ServiceModel> models) =>
        services.AddSingleton(provider => new AwsEndpoint(
            models,
            provider,
            new CredentialChain(provider.GetServices<ICredentials>()),
            provider.GetRequiredService<AwsEndpointOptions>(),
            provider.GetRequiredService<ILogger<AwsEndpoint>>()));
}
