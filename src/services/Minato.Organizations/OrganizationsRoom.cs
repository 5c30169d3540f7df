using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Authorization;
using Minato.Contracts.Organizations;
using Minato.Organizations.Api;
using Minato.Organizations.Planning;
using Minato.Organizations.Reconcile;
using Minato.Organizations.State;
using Minato.Organizations.Templates;
using Minato.Platform;

namespace Minato.Organizations;

/// <summary>The door of Organizations.</summary>
public static class OrganizationsRoom
{
    /// <param name="services">Needs page tokens. With IAM an account that is made gets the role by which its organization gets in.</param>
    public static IServiceCollection AddOrganizations(this IServiceCollection services) => services
        .AddTable(OrganizationTables.Organizations)
        .AddSingleton<IOrganizations, OrganizationsApi>()
        .AddOrganizationResourceTypes()
        .AddSingleton<ServiceControl>().AddSingleton<IOrganizationFacts>(p => p.GetRequiredService<ServiceControl>())
        .AddSingleton<IResourcePolicies, OrganizationResources>()
        .AddReconciler<CreationReconciler, CreationKey>(o =>
        {
            o.Name = "organizations.creation";
            o.Workers = 1;
            o.On(OrganizationTables.Organizations, x => x.Creations.Values.Where(c => c.State is CreateAccountState.InProgress).Select(c => new CreationKey(x.Id, c.Id)));
        });
}
