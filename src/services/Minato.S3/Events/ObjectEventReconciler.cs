using Minato.Aws;
using Minato.Contracts.Eventbridge;
using Minato.Platform;
using Minato.S3.State;

namespace Minato.S3.Events;

internal sealed record ObjectEventKey(string Id);

/// <summary>Tells EventBridge what happened to an object.</summary>
internal sealed class ObjectEventReconciler(Store store, IEventbridge? bus = null) : IReconciler<ObjectEventKey>
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    public async ValueTask<Next> ReconcileAsync(ObjectEventKey key, CancellationToken ct)
    {
        if (store.Current.Find(S3Tables.Events, key.Id) is not { } told) return Next.Done;
        if (bus is not null)
        {
            var entry = new PutEventsRequestEntry { Source = "aws.s3", DetailType = told.DetailType, Detail = told.Detail, Resources = [$"arn:aws:s3:::{told.Bucket}"], Time = told.At };
            var answer = await bus.PutEventsAsync(new() { Entries = [entry] }, Caller.ForService(told.AccountId, told.Region, "s3.amazonaws.com"), ct);
            if (answer.Entries is [{ ErrorCode: "ThrottlingException" }]) return Next.After(s_retry);
        }

        await store.UpdateAsync(tx => { tx.Delete(S3Tables.Events, key.Id); }, ct);
        return Next.Done;
    }
}
