using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Signing;
using Minato.Contracts.Sts;
using Minato.Platform;
using Minato.Sts.Api;

namespace Minato.Sts;

/// <summary>The door of STS.</summary>
public static class StsRoom
{
    public static IServiceCollection AddSts(this IServiceCollection services) => services
        .AddTable(StsTables.Sessions)
        .AddSingleton<ICredentials, StsCredentials>()
        .AddSingleton<ISts, StsApi>()
        .AddReconciler<SessionRetention, string>(o =>
        {
            o.Name = "sts.session-retention";
            o.Workers = 1;
            o.On(StsTables.Sessions, s => [s.AccessKeyId]);
        });
}

/// <summary>Secrets of temporary keys. One that has just expired is still found: the answer is that it expired.</summary>
internal sealed class StsCredentials(Store store) : ICredentials
{
    public Credential? Find(string accessKeyId) => store.Current.Find(StsTables.Sessions, accessKeyId) is not { } session ? null
        : new(session.AccessKeyId, session.SecretAccessKey, session.SessionToken, session.AccountId, session.PrincipalArn, session.PrincipalId, session.ExpiresAt, session.Session);
}

/// <summary>Drops a session some time after it expired.</summary>
internal sealed class SessionRetention(Store store, TimeProvider clock) : IReconciler<string>
{
    public static readonly TimeSpan KeptAfterExpiry = TimeSpan.FromHours(1);

    public async ValueTask<Next> ReconcileAsync(string key, CancellationToken ct)
    {
        if (store.Current.Find(StsTables.Sessions, key) is not { } session) return Next.Done;
        var end = session.ExpiresAt + KeptAfterExpiry;
        if (end > clock.GetUtcNow()) return Next.At(end);
        await store.UpdateAsync(tx => tx.Delete(StsTables.Sessions, key), ct);
        return Next.Done;
    }
}
