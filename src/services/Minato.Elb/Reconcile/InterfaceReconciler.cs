using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Elb.State;
using Minato.Platform;

namespace Minato.Elb.Reconcile;

internal sealed record InterfaceKey(string BalancerArn);

/// <summary>Gives a load balancer a network interface in each of its subnets, with its security groups, as any client of EC2 could.</summary>
internal sealed class InterfaceReconciler(Store store, IEc2 ec2, Hints hints) : IReconciler<InterfaceKey>
{
    /// <summary>EC2 tells when an interface works; should that get lost, this is how long nobody looks.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(30);

    public async ValueTask<Next> ReconcileAsync(InterfaceKey key, CancellationToken ct)
    {
        var state = store.Current;
        var balancer = state.Find(ElbTables.Balancers, key.BalancerArn);
        var known = state.Find(ElbTables.Interfaces, key.BalancerArn);
        if (balancer is null)
        {
            if (known is not null) await RemoveAsync(known, ct);
            return Next.Done;
        }
        var caller = AsService(balancer.Home);
        var now = new List<BalancerInterface>();
        foreach (var zone in balancer.Zones)
            now.Add(await EnsureAsync(balancer, zone.SubnetId, known?.Interfaces.FirstOrDefault(i => i.SubnetId == zone.SubnetId), caller, ct));
        foreach (var old in (known?.Interfaces ?? []).Where(o => now.TrueForAll(n => n.Id != o.Id))) await DeleteAsync(old.Id, caller, ct);
        await WriteAsync(known, new(balancer.Arn, balancer.Home, [.. now]), ct);
        return now.TrueForAll(i => i.IsUp) ? Next.Done : Next.After(Look);
    }

    private async Task<BalancerInterface> EnsureAsync(BalancerState balancer, string subnet, BalancerInterface? known, Caller caller, CancellationToken ct)
    {
        if (known is not null && await FindAsync(known.Id, caller, ct) is { } there)
        {
            if (!known.Groups.SequenceEqual(balancer.SecurityGroups, StringComparer.Ordinal))
                await ec2.ModifyNetworkInterfaceAttributeAsync(new() { NetworkInterfaceId = known.Id, Groups = balancer.SecurityGroups }, caller, ct);
            return known with { Groups = balancer.SecurityGroups, IsUp = there.Status is NetworkInterfaceStatus.InUse };
        }
        var made = (await ec2.CreateNetworkInterfaceAsync(new()
        {
            SubnetId = subnet, Groups = balancer.SecurityGroups, Description = $"ELB {balancer.Path}",
            ClientToken = known is null ? $"{balancer.Arn}/{subnet}" : null, // A repeat after a crash; one that somebody deleted is made anew.
        }, caller, ct)).NetworkInterface;
        return new(subnet, made?.NetworkInterfaceId ?? "", made?.PrivateIpAddress ?? "", balancer.SecurityGroups, made?.Status is NetworkInterfaceStatus.InUse);
    }

    private async Task<NetworkInterface?> FindAsync(string id, Caller caller, CancellationToken ct)
    {
        var answer = await ec2.DescribeNetworkInterfacesAsync(new() { Filters = [new() { Name = "network-interface-id", Values = [id] }] }, caller, ct);
        return (answer.NetworkInterfaces ?? []).FirstOrDefault();
    }

    private async Task RemoveAsync(BalancerInterfaces known, CancellationToken ct)
    {
        foreach (var one in known.Interfaces) await DeleteAsync(one.Id, AsService(known.Home), ct);
        await store.UpdateAsync(tx => { tx.Delete(ElbTables.Interfaces, known.BalancerArn); }, ct);
    }

    private async Task DeleteAsync(string id, Caller caller, CancellationToken ct)
    {
        try
        {
            await ec2.DeleteNetworkInterfaceAsync(new() { NetworkInterfaceId = id }, caller, ct);
        }
        catch (AwsException e) when (e.Code is "InvalidNetworkInterfaceID.NotFound")
        {
            // Gone already.
        }
    }

    private async Task WriteAsync(BalancerInterfaces? known, BalancerInterfaces now, CancellationToken ct)
    {
        if (known is not null && known.Interfaces.SequenceEqual(now.Interfaces)) return;
        await store.UpdateAsync(tx => { tx.Put(ElbTables.Interfaces, now); }, ct);
        hints.Publish(ElbRoom.LoadBalancerTopic, now.BalancerArn);
    }

    private static Caller AsService(Home home) => Caller.ForService(home.AccountId, home.Region, "elasticloadbalancing.amazonaws.com");
}

/// <summary>Looks at a load balancer's interfaces again when EC2 says that one changed.</summary>
internal sealed class InterfaceHints(Store store, Hints hints, IWorkQueue<InterfaceKey> queue) : IRoomService
{
    // EC2 publishes it with the id of the interface.
    private const string Topic = "ec2.network-interface";

    public async Task RunAsync(CancellationToken ct)
    {
        hints.Subscribe(Topic, id =>
        {
            if (ct.IsCancellationRequested) return;
            foreach (var balancer in store.Current.Keys(ElbTables.InterfacesById, id)) queue.Enqueue(new(balancer)); // EC2 tells of every task's interface, too.
        });
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = ct.Register(() => ended.TrySetCanceled(ct));
        await ended.Task;
    }
}
