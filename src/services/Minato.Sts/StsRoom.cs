using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Signing;
using Minato.Contracts.Sts;
using Minato.Platform;

namespace Minato.Sts;

/// <summary>The door of STS.</summary>
public static class StsRoom
{
    public static IServiceCollection AddSts(this IServiceCollection services) => services
        .AddTable(StsTables.Sessions)
        .AddSingleton<ICredentials, StsCredentials>()
        .AddSingleton<ISts, StsApi>();
}

/// <summary>Secrets of temporary keys. An expired one is still found: the answer is that it expired.</summary>
internal sealed class StsCredentials(Store store) : ICredentials
{
    public Credential? Find(string accessKeyId) => store.Current.Find(StsTables.Sessions, accessKeyId) is not { } session ? null
        : new(session.AccessKeyId, session.SecretAccessKey, session.SessionToken, session.AccountId, session.PrincipalArn, session.PrincipalId, session.ExpiresAt);
}
