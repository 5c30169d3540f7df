using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Signing;
using Minato.Contracts.Iam;
using Minato.Iam.Api;
using Minato.Iam.State;
using Minato.Iam.Templates;
using Minato.Platform;

namespace Minato.Iam;

/// <summary>The door of IAM.</summary>
public static class IamRoom
{
    /// <param name="services">Needs page tokens.</param>
    /// <param name="accountId">The account whose root has the key.</param>
    /// <param name="rootKeyId">Access key id of root.</param>
    /// <param name="rootSecret">Its secret.</param>
    public static IServiceCollection AddIam(this IServiceCollection services, string accountId, string rootKeyId, string rootSecret) => services
        .AddSingleton(new RootKey(rootKeyId, rootSecret, accountId))
        .AddTable(IamTables.Users).AddTable(IamTables.Roles).AddTable(IamTables.Policies).AddTable(IamTables.AccessKeys).AddTable(IamTables.Attachments)
        .AddSingleton<ICredentials, IamCredentials>()
        .AddSingleton<IIam, IamApi>()
        .AddIamResourceTypes();
}
