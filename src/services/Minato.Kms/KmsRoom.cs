using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Authorization;
using Minato.Contracts.Kms;
using Minato.Kms.Api;
using Minato.Kms.Reconcile;
using Minato.Kms.State;
using Minato.Kms.Templates;
using Minato.Platform;

namespace Minato.Kms;

/// <summary>The door of the Key Management Service.</summary>
public static class KmsRoom
{
    /// <param name="services">Needs page tokens; key material is sealed with the platform's key.</param>
    public static IServiceCollection AddKms(this IServiceCollection services) => services
        .AddTable(KmsTables.Keys)
        .AddTable(KmsTables.Aliases)
        .AddTable(KmsTables.Grants)
        .AddSingleton<KeyMaterials>()
        .AddSingleton<KeyAccess>()
        .AddSingleton<IKms, KmsApi>()
        .AddKmsResourceTypes()
        .AddSingleton<IResourcePolicies, KeyPolicyFacts>()
        .AddReconciler<KeyReconciler, KeyRef>(o =>
        {
            o.Name = "kms.key";
            o.Workers = 1;
            o.On(KmsTables.Keys, k => k.DeletionDate is null && k.Rotation is null ? [] : [new KeyRef(k.Arn)]);
        });
}
