using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Authorization;
using Minato.Aws.Templates;
using Minato.Contracts.Ssm;
using Minato.Platform;
using Minato.Ssm.Api;
using Minato.Ssm.Reconcile;
using Minato.Ssm.State;
using Minato.Ssm.Templates;

namespace Minato.Ssm;

/// <summary>The door of Systems Manager: its Parameter Store.</summary>
public static class SsmRoom
{
    /// <param name="services">
    /// Needs page tokens. Values are sealed with the platform's key, a SecureString with the key service where there is one. With EventBridge
    /// changes are told.
    /// </param>
    public static IServiceCollection AddSsm(this IServiceCollection services) => services
        .AddTable(SsmTables.Parameters)
        .AddSingleton<IResourceType, SsmParameterType>()
        .AddSingleton<ParameterValues>()
        .AddSingleton<ParameterEvents>()
        .AddSingleton<SecretReferences>()
        .AddSingleton<ISsm, SsmApi>()
        .AddSingleton<IResourcePolicies, ParameterFacts>()
        .AddReconciler<PolicyReconciler, PolicyKey>(o =>
        {
            o.Name = "ssm.policies";
            o.Workers = 1;
            o.On(SsmTables.Parameters, p => p.Policies.IsEmpty ? [] : [new PolicyKey(p.Key)]);
        });
}
