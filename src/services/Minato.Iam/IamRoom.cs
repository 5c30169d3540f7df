using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Authorization;
using Minato.Aws.Dispatch;
using Minato.Aws.Signing;
using Minato.Contracts.Iam;
using Minato.Engines.Certificates;
using Minato.Iam.Api;
using Minato.Iam.Authorization;
using Minato.Iam.State;
using Minato.Iam.Templates;
using Minato.Platform;

namespace Minato.Iam;

/// <summary>The door of IAM.</summary>
public static class IamRoom
{
    /// <param name="services">Needs page tokens; private keys of server certificates are sealed with the platform's key.</param>
    /// <param name="accountId">The account whose root has the key.</param>
    /// <param name="rootKeyId">Access key id of root.</param>
    /// <param name="rootSecret">Its secret.</param>
    public static IServiceCollection AddIam(this IServiceCollection services, string accountId, string rootKeyId, string rootSecret) => services
        .AddSingleton(new RootKey(rootKeyId, rootSecret, accountId))
        .AddTable(IamTables.Users).AddTable(IamTables.Roles).AddTable(IamTables.Policies).AddTable(IamTables.AccessKeys).AddTable(IamTables.Attachments)
        .AddTable(IamTables.Groups).AddTable(IamTables.Memberships).AddTable(IamTables.Profiles).AddTable(IamTables.Providers).AddTable(IamTables.Accounts)
        .AddTable(IamTables.ServerCertificates)
        .AddSingleton<ICredentials, IamCredentials>()
        .AddSingleton<ICertificateVault, ServerCertificateVault>()
        .AddSingleton<CompiledPolicies>()
        .AddSingleton<KeyUses>().AddSingleton<ICallObserver>(p => p.GetRequiredService<KeyUses>())
        .AddSingleton<IPrincipalPolicies, IamPrincipals>()
        .AddSingleton<IResourcePolicies, IamResources>()
        .AddSingleton<Decisions>().AddSingleton<IDecisionLog>(p => p.GetRequiredService<Decisions>())
        .AddSingleton<IAuthorizer, Authorizer>()
        .AddSingleton<IIam, IamApi>()
        .AddIamResourceTypes();

    /// <summary><c>GET …?principal=NAME&amp;since=SECONDS</c>: what a role or user did, and the policy that allows just that. Who may ask is the host's business.</summary>
    public static RequestDelegate Suggestions(IServiceProvider services) => new DecisionEndpoint(services.GetRequiredService<Decisions>(), services.GetRequiredService<TimeProvider>()).SuggestAsync;

    /// <summary><c>GET …?principal=NAME</c>: the calls that were denied last, and what decided. Who may ask is the host's business.</summary>
    public static RequestDelegate Denials(IServiceProvider services) => new DecisionEndpoint(services.GetRequiredService<Decisions>(), services.GetRequiredService<TimeProvider>()).ExplainAsync;
}
