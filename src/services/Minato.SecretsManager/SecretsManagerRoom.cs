using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Authorization;
using Minato.Contracts.SecretsManager;
using Minato.Platform;
using Minato.SecretsManager.Api;
using Minato.SecretsManager.Reconcile;
using Minato.SecretsManager.State;

namespace Minato.SecretsManager;

/// <summary>The door of Secrets Manager.</summary>
public static class SecretsManagerRoom
{
    /// <param name="services">Needs page tokens; values are sealed with the platform's key.</param>
    public static IServiceCollection AddSecretsManager(this IServiceCollection services) => services
        .AddTable(SecretsTables.Secrets)
        .AddSingleton<ISecretsManager, SecretsManagerApi>()
        .AddSingleton<IResourcePolicies, SecretPolicies>()
        .AddReconciler<DeletionReconciler, SecretKey>(o =>
        {
            o.Name = "secretsmanager.deletion";
            o.Workers = 1;
            o.On(SecretsTables.Secrets, s => s.DeletionDate is null ? [] : [s.Key]);
        });
}
