using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Signing;
using Minato.Contracts.Iam;
using Minato.Iam.Api;
using Minato.Iam.State;
using Minato.Platform;

namespace Minato.Iam;

/// <summary>The door of IAM.</summary>
public static class IamRoom
{
    /// <param name="services">Needs a <see cref="RootKey"/>.</param>
    public static IServiceCollection AddIam(this IServiceCollection services) => services
        .AddTable(IamTables.Users).AddTable(IamTables.Roles).AddTable(IamTables.Policies).AddTable(IamTables.AccessKeys).AddTable(IamTables.Attachments)
        .AddSingleton<ICredentials, IamCredentials>()
        .AddSingleton<IIam, IamApi>();
}
