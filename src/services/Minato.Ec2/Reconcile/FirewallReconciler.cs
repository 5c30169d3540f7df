using System.Collections.Immutable;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Reconcile;

/// <summary>All networks of a host share its rules, so there is one key.</summary>
internal sealed record FirewallKey
{
    public static readonly FirewallKey Only = new();

    public override string ToString() => "firewall";
}

/// <summary>
/// Keeps the host's rules as the state wants them. Changes that come while they are being applied are applied together afterwards, and
/// rules that somebody else took away come back.
/// </summary>
internal sealed class FirewallReconciler(Store store, Enforcement enforcement, Hints hints) : IReconciler<FirewallKey>
{
    /// <summary>How long a foreign hand in the rules may go unseen.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    public async ValueTask<Next> ReconcileAsync(FirewallKey key, CancellationToken ct)
    {
        if (!enforcement.IsPossible || !enforcement.IsNeeded) return Next.Done;
        if (!await enforcement.KeepAsync(ct)) return Next.After(Retry);
        await RaiseAsync(ct);
        return Next.After(Look);
    }

    /// <summary>The host answers at the addresses of load balancers from now on.</summary>
    private async ValueTask RaiseAsync(CancellationToken ct)
    {
        var down = store.Current.Where(Ec2Tables.InterfacesToRaise, Ec2Tables.ToRaise).Where(i => enforcement.Covers(i.PrivateIpAddress)).ToImmutableArray();
        if (down.IsEmpty) return;
        await store.UpdateAsync(tx =>
        {
            foreach (var nic in down)
                if (tx.Find(Ec2Tables.Interfaces, nic.Key) is { } now) tx.Put(Ec2Tables.Interfaces, now with { IsUp = true });
        }, ct);
        foreach (var nic in down) hints.Publish(Ec2Room.InterfaceTopic, nic.Key.Id);
    }
}
