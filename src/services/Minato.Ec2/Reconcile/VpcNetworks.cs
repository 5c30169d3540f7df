using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Engines.Containers;
using Minato.Engines.Firewall;
using Minato.Platform;

namespace Minato.Ec2.Reconcile;

/// <summary>
/// Networks of VPCs on the container engine. ECS makes one before the first container of a VPC; this room removes it when the VPC
/// is gone. What was seen is kept in memory, because a reset empties the store before anyone can look.
/// </summary>
/// <param name="claims">Null where no other installation can be.</param>
internal sealed partial class VpcNetworks(Store store, IContainerEngine engine, ILogger<VpcNetworks> log, IRangeClaims? claims = null) : IResettable
{
    private readonly ConcurrentDictionary<ResourceKey, bool> _seen = new();
    private readonly HashSet<string> _claimed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _pending = new(StringComparer.Ordinal); // Claimed for VPCs that are still to be written.
    private readonly Lock _gate = new();

    public void Remember(ResourceKey vpc) => _seen[vpc] = true;

    /// <summary>A range for a new default VPC that nobody else will choose until <see cref="Settle"/> is told that the VPC is written, or not.</summary>
    /// <returns>Null when there is none.</returns>
    public Ipv4Range? Claim(IReadOnlyList<string> used)
    {
        var taken = used.ToList();
        lock (_gate)
        {
            ReleaseUnused(); // The reconciler of a VPC that was just deleted may not have come yet.
            while (VpcRanges.Choose(taken) is { } range)
            {
                if (Hold(range.ToString()) && _pending.Add(range.ToString())) return range;
                taken.Add(range.ToString());
            }
        }
        return null;
    }

    public void Settle(Ipv4Range range)
    {
        lock (_gate) _pending.Remove(range.ToString());
        ReleaseUnused();
    }

    /// <summary>What an earlier life of Minato chose is claimed again.</summary>
    public void Keep(StoredVpc vpc)
    {
        if (!vpc.IsDefault) return;
        lock (_gate) Hold(vpc.CidrBlock);
    }

    /// <summary>Ranges that no VPC has any more may be had by others.</summary>
    public void ReleaseUnused()
    {
        lock (_gate)
        {
            var used = store.Current.All(Ec2Tables.Vpcs).Select(v => v.CidrBlock).Concat(_pending).ToHashSet(StringComparer.Ordinal);
            foreach (var range in _claimed.Where(c => !used.Contains(c)).ToList())
            {
                claims?.Release(range);
                _claimed.Remove(range);
            }
        }
    }

    private bool Hold(string range)
    {
        if (!_claimed.Add(range)) return false;
        if (claims?.TryClaim(range) is not false) return true;
        _claimed.Remove(range);
        return false;
    }

    public async ValueTask RemoveAsync(ResourceKey vpc, CancellationToken ct)
    {
        await engine.RemoveNetworkAsync(vpc.Id, ct);
        _seen.TryRemove(vpc, out _);
    }

    public async ValueTask ResetAsync(CancellationToken ct)
    {
        ReleaseUnused();
        foreach (var vpc in _seen.Keys.Where(v => store.Current.Find(Ec2Tables.Vpcs, v) is null).Order())
        {
            try
            {
                await RemoveAsync(vpc, ct);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                LogKept(e, vpc); // Containers may still be leaving it; the reconciler tries again.
            }
        }
    }

    [LoggerMessage(2201, LogLevel.Debug, "Network of {Vpc} is still in use")]
    private partial void LogKept(Exception e, ResourceKey vpc);
}

internal sealed class VpcNetworkReconciler(Store store, VpcNetworks networks) : IReconciler<ResourceKey>
{
    public async ValueTask<Next> ReconcileAsync(ResourceKey key, CancellationToken ct)
    {
        if (store.Current.Find(Ec2Tables.Vpcs, key) is { } vpc)
        {
            networks.Remember(key);
            networks.Keep(vpc);
            return Next.Done;
        }
        networks.ReleaseUnused();
        await networks.RemoveAsync(key, ct);
        return Next.Done;
    }
}
