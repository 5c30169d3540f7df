using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Minato.Ec2.State;
using Minato.Engines.Containers;
using Minato.Platform;

namespace Minato.Ec2.Reconcile;

/// <summary>
/// Networks of VPCs on the container engine. ECS makes one before the first container of a VPC; this room removes it when the VPC
/// is gone. What was seen is kept in memory, because a reset empties the store before anyone can look.
/// </summary>
internal sealed partial class VpcNetworks(Store store, IContainerEngine engine, ILogger<VpcNetworks> log) : IResettable
{
    private readonly ConcurrentDictionary<ResourceKey, bool> _seen = new();

    public void Remember(ResourceKey vpc) => _seen[vpc] = true;

    public async ValueTask RemoveAsync(ResourceKey vpc, CancellationToken ct)
    {
        await engine.RemoveNetworkAsync(vpc.Id, ct);
        _seen.TryRemove(vpc, out _);
    }

    public async ValueTask ResetAsync(CancellationToken ct)
    {
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
        if (store.Current.Find(Ec2Tables.Vpcs, key) is not null) networks.Remember(key);
        else await networks.RemoveAsync(key, ct);
        return Next.Done;
    }
}
