using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Templates;
using Minato.Contracts.Ssm;
using Minato.Platform;
using Minato.Ssm.Api;
using Minato.Ssm.State;
using Minato.Ssm.Templates;

namespace Minato.Ssm;

/// <summary>The door of Systems Manager: its Parameter Store.</summary>
public static class SsmRoom
{
    /// <param name="services">Needs page tokens; values are sealed with the platform's key.</param>
    public static IServiceCollection AddSsm(this IServiceCollection services) => services
        .AddTable(SsmTables.Parameters)
        .AddSingleton<ISsm, SsmApi>()
        .AddSingleton<IResourceType, SsmParameterType>();
}
