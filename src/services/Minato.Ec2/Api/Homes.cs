using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.Ec2.Planning;
using Minato.Ec2.Reconcile;
using Minato.Ec2.State;
using Minato.Engines.Containers;
using Minato.Platform;

namespace Minato.Ec2.Api;

/// <summary>Gives every account in every region its default VPC when it is first asked for.</summary>
internal sealed partial class Homes(Store store, VpcNetworks networks, IContainerEngine engine, TimeProvider clock, Ids ids, ILogger<Homes> log)
{
    /// <summary>An engine that does not answer must not hold up a Describe call.</summary>
    private static readonly TimeSpan EngineTimeout = TimeSpan.FromSeconds(2);

    public async ValueTask<StoredVpc> EnsureAsync(Caller caller, CancellationToken ct)
    {
        var home = new Home(caller.AccountId, caller.Region);
        if (Find(store.Current, home) is { } known) return known;
        var used = await UsedRangesAsync(ct);
        // Several first calls may have come together: the transaction of the first makes the VPC, the others find it.
        var vpc = await store.UpdateAsync(tx => Find(tx, home) ?? Make(tx, home, used), ct);
        networks.Remember(vpc.Key); // Before anyone can make its network: a reset must not miss it.
        LogReady(vpc.Key, vpc.CidrBlock);
        return vpc;
    }

    private static StoredVpc? Find(IReadState state, Home home) => state.Where(Ec2Tables.VpcsByHome, home).FirstOrDefault();

    private StoredVpc Make(Transaction tx, Home home, IReadOnlyList<string> used)
    {
        var range = VpcRanges.Choose(used.Concat(tx.All(Ec2Tables.Vpcs).Select(v => v.CidrBlock))) ?? throw Ec2Errors.NoRangeLeft();
        var made = DefaultVpc.Make(home, range, ids, clock.GetUtcNow());
        tx.Put(Ec2Tables.Vpcs, made.Vpc);
        tx.Put(Ec2Tables.SecurityGroups, made.Group);
        foreach (var subnet in made.Subnets)
        {
            tx.Put(Ec2Tables.Subnets, subnet);
            tx.Put(Ec2Tables.AddressPools, AddressMap.Empty(subnet.Key, (int)Ipv4Range.Parse(subnet.CidrBlock).Size));
        }
        return made.Vpc;
    }

    private async ValueTask<IReadOnlyList<string>> UsedRangesAsync(CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(EngineTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            return await engine.UsedRangesAsync(either.Token);
        }
        catch (EngineUnavailableException e)
        {
            LogEngineAway(e.Message);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            LogEngineAway("no answer in time");
        }
        return [];
    }

    [LoggerMessage(2202, LogLevel.Information, "Default VPC {Vpc} has {Range}")]
    private partial void LogReady(ResourceKey vpc, string range);

    [LoggerMessage(2203, LogLevel.Warning, "Ranges in use on the host are not known ({Reason}); the default VPC takes the first free one")]
    private partial void LogEngineAway(string reason);
}
