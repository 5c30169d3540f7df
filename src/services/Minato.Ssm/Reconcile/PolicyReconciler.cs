using Minato.Aws;
using Minato.Platform;
using Minato.Ssm.Api;
using Minato.Ssm.State;

namespace Minato.Ssm.Reconcile;

internal sealed record PolicyKey(ParameterKey Parameter);

/// <summary>Does what the policies of a parameter say when their time has come: tells of it, and in the end deletes the parameter.</summary>
internal sealed class PolicyReconciler(Store store, ParameterEvents events, TimeProvider clock) : IReconciler<PolicyKey>
{
    public async ValueTask<Next> ReconcileAsync(PolicyKey key, CancellationToken ct)
    {
        if (store.Current.Find(SsmTables.Parameters, key.Parameter) is not { } parameter) return Next.Done;
        var now = clock.GetUtcNow();
        var waiting = parameter.Policies.Where(p => !p.IsDone).OrderBy(p => p.At).FirstOrDefault();
        if (waiting is null) return Next.Done;
        if (waiting.At > now) return Next.At(waiting.At);
        await store.UpdateAsync(tx =>
        {
            tx.Expect(SsmTables.Parameters, key.Parameter, parameter);
            if (waiting.Type is PolicyType.Expiration) tx.Delete(SsmTables.Parameters, key.Parameter);
            else tx.Put(SsmTables.Parameters, parameter with { Policies = parameter.Policies.Replace(waiting, waiting with { IsDone = true }) });
        }, ct);
        await events.PolicyActedAsync(parameter, waiting, ct);
        if (waiting.Type is PolicyType.Expiration)
            await events.ChangedAsync(key.Parameter, parameter.Type, parameter.Latest.Description, "Delete", Caller.ForService(key.Parameter.Home.AccountId, key.Parameter.Home.Region, "ssm.amazonaws.com"), ct);
        return Next.Soon;
    }
}
