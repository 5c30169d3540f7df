using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Authorization;
using Minato.Contracts.SecretsManager;
using Minato.Platform;
using Minato.SecretsManager.Api;
using Minato.SecretsManager.Reconcile;
using Minato.SecretsManager.State;
using Minato.SecretsManager.Templates;

namespace Minato.SecretsManager;

/// <summary>The door of Secrets Manager.</summary>
public static class SecretsManagerRoom
{
    /// <param name="services">
    /// Needs page tokens. With the key service values are sealed with data keys that it wraps, without it with the platform's key. With functions
    /// secrets rotate.
    /// </param>
    public static IServiceCollection AddSecretsManager(this IServiceCollection services) => services
        .AddTable(SecretsTables.Secrets)
        .AddSingleton<SecretValues>()
        .AddSingleton<ISecretsManager, SecretsManagerApi>()
        .AddSecretsResourceTypes()
        .AddSingleton<IResourcePolicies, SecretPolicies>()
        .AddReconciler<ReplicaReconciler, ReplicaKey>(o =>
        {
            o.Name = "secretsmanager.replicas";
            o.Workers = 2;
            o.On(SecretsTables.Secrets, s => s.Replicas.IsEmpty ? [] : [new ReplicaKey(s.Key)]);
        })
        .AddReconciler<RotationReconciler, RotationKey>(o =>
        {
            o.Name = "secretsmanager.rotation";
            o.Deadline = RotationReconciler.LongestStep;
            o.On(SecretsTables.Secrets, s => s.Rotation is null ? [] : [new RotationKey(s.Key)]);
        })
        .AddReconciler<DeletionReconciler, SecretKey>(o =>
        {
            o.Name = "secretsmanager.deletion";
            o.Workers = 1;
            o.On(SecretsTables.Secrets, s => s.DeletionDate is null ? [] : [s.Key]);
        });
}
