using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Reconcile;

internal sealed record NatGatewayKey(ResourceKey Id);

/// <summary>Takes a NAT gateway through its states as time passes. What it needs of the machine is there before it is.</summary>
internal sealed class NatGatewayReconciler(Store store, TimeProvider clock) : IReconciler<NatGatewayKey>
{
    /// <summary>AWS takes minutes; whoever waits here learns that there is something to wait for.</summary>
    public static readonly TimeSpan Change = TimeSpan.FromSeconds(2);

    /// <summary>AWS: a deleted one is shown for about an hour, and so is one that failed.</summary>
    public static readonly TimeSpan Shown = TimeSpan.FromHours(1);

    public async ValueTask<Next> ReconcileAsync(NatGatewayKey key, CancellationToken ct)
    {
        if (store.Current.Find(Ec2Tables.NatGateways, key.Id) is not { } gateway || DueOf(gateway) is not { } due) return Next.Done;
        if (clock.GetUtcNow() < due) return Next.At(due);
        await store.UpdateAsync(tx =>
        {
            tx.Expect(Ec2Tables.NatGateways, key.Id, gateway);
            Step(tx, gateway);
        }, ct);
        return Next.Done; // The change brings the key back.
    }

    private static DateTimeOffset? DueOf(StoredNatGateway gateway) => gateway.State switch
    {
        NatGatewayState.Pending => gateway.CreatedAt + Change,
        NatGatewayState.Deleting => gateway.DeletedAt + Change,
        NatGatewayState.Deleted => gateway.DeletedAt + Shown,
        NatGatewayState.Failed => gateway.CreatedAt + Change + Shown,
        _ => null,
    };

    private static void Step(Transaction tx, StoredNatGateway gateway)
    {
        switch (gateway.State)
        {
            case NatGatewayState.Pending when gateway.FailureCode is null:
                tx.Put(Ec2Tables.NatGateways, gateway with { State = NatGatewayState.Available });
                break;
            case NatGatewayState.Pending:
                RemoveInterface(tx, gateway);
                tx.Put(Ec2Tables.NatGateways, gateway with { State = NatGatewayState.Failed });
                break;
            case NatGatewayState.Deleting:
                RemoveInterface(tx, gateway);
                tx.Put(Ec2Tables.NatGateways, gateway with { State = NatGatewayState.Deleted });
                break;
            default:
                tx.Delete(Ec2Tables.NatGateways, gateway.Key);
                tx.Delete(Ec2Tables.Tags, gateway.Key);
                break;
        }
    }

    private static void RemoveInterface(Transaction tx, StoredNatGateway gateway)
    {
        if (tx.Find(Ec2Tables.Interfaces, gateway.Key with { Id = gateway.InterfaceId }) is { } nic) Interfaces.Remove(tx, nic);
    }
}
