using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.Ec2.Planning;
using Minato.Ec2.Reconcile;
using Minato.Ec2.State;
using Minato.Engines.Containers;
using Minato.Platform;

namespace Minato.Ec2.Api;

/// <summary>Gives every account in every region its default VPC when it is first asked for, and knows which ranges are free on this machine.</summary>
internal sealed partial class Homes(Store store, VpcNetworks networks, IContainerEngine engine, TimeProvider clock, Ids ids, ILogger<Homes> log)
{
    /// <summary>An engine that does not answer must not hold up a call.</summary>
    private static readonly TimeSpan EngineTimeout = TimeSpan.FromSeconds(2);

    public async ValueTask<HomeState> EnsureAsync(Caller caller, CancellationToken ct)
    {
        var home = new Home(caller.AccountId, caller.Region);
        if (store.Current.Find(Ec2Tables.Homes, home) is { } known) return known;
        return await WithRangeAsync((tx, range) =>
            // Several first calls may have come together: the transaction of the first makes the VPC, the others find it.
            tx.Find(Ec2Tables.Homes, home) ?? MakeDefault(tx, new(home, DefaultVpc.NewId("dopt", ids), null), range), ct);
    }

    /// <returns>Null when the account has deleted it.</returns>
    public async ValueTask<StoredVpc?> DefaultVpcAsync(Caller caller, CancellationToken ct)
    {
        var home = await EnsureAsync(caller, ct);
        return DefaultOf(store.Current, home);
    }

    public static StoredVpc? DefaultOf(IReadState state, HomeState home) =>
        home.DefaultVpcId is { } id ? state.Find(Ec2Tables.Vpcs, new(home.Home, id)) : null;

    /// <summary>A new default VPC in place of one that was deleted.</summary>
    public async ValueTask<StoredVpc> RemakeAsync(Caller caller, CancellationToken ct)
    {
        var home = await EnsureAsync(caller, ct);
        return await WithRangeAsync((tx, range) =>
        {
            var now = tx.Find(Ec2Tables.Homes, home.Home) ?? home;
            if (DefaultOf(tx, now) is not null) throw Ec2Errors.DefaultVpcExists();
            return DefaultOf(tx, MakeDefault(tx, now, range)) ?? throw Ec2Errors.NoRangeLeft();
        }, ct);
    }

    /// <returns>What of this machine has a part of the range already; null when nothing has.</returns>
    public ValueTask<string?> ColliderAsync(string cidr, CancellationToken ct) => AskAsync<string?>(null, t => engine.FindColliderAsync(cidr, t), ct);

    /// <summary>Between the choice of a range and the network that takes it lie minutes, in which another installation would choose the same.</summary>
    private async ValueTask<T> WithRangeAsync<T>(Func<Transaction, Ipv4Range, T> change, CancellationToken ct)
    {
        var used = await AskAsync<IReadOnlyList<string>>([], engine.UsedRangesAsync, ct);
        var range = networks.Claim([.. used, .. store.Current.All(Ec2Tables.Vpcs).SelectMany(v => v.Ranges)]) ?? throw Ec2Errors.NoRangeLeft();
        try
        {
            return await store.UpdateAsync(tx => change(tx, range), ct);
        }
        finally
        {
            networks.Settle(range);
        }
    }

    private HomeState MakeDefault(Transaction tx, HomeState home, Ipv4Range range)
    {
        var made = DefaultVpc.Make(home.Home, range, home.DhcpOptionsId, ids, clock.GetUtcNow());
        made.Parts.PutIn(tx);
        tx.Put(Ec2Tables.InternetGateways, made.Gateway);
        foreach (var subnet in made.Subnets) PutNew(tx, subnet);
        networks.Remember(made.Parts.Vpc.Key); // Before anyone can make its network: a reset must not miss it.
        LogReady(made.Parts.Vpc.Key, made.Parts.Vpc.CidrBlock);
        var changed = home with { DefaultVpcId = made.Parts.Vpc.Key.Id };
        tx.Put(Ec2Tables.Homes, changed);
        return changed;
    }

    public static void PutNew(Transaction tx, StoredSubnet subnet)
    {
        tx.Put(Ec2Tables.Subnets, subnet);
        tx.Put(Ec2Tables.AddressPools, AddressMap.Empty(subnet.Key, (int)Ipv4Range.Parse(subnet.CidrBlock).Size));
    }

    private async ValueTask<T> AskAsync<T>(T otherwise, Func<CancellationToken, ValueTask<T>> ask, CancellationToken ct)
    {
        using var timeout = new CancellationTokenSource(EngineTimeout, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, timeout.Token);
        try
        {
            return await ask(either.Token);
        }
        catch (EngineUnavailableException e)
        {
            LogEngineAway(e.Message);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            LogEngineAway("no answer in time");
        }
        return otherwise;
    }

    [LoggerMessage(2202, LogLevel.Information, "Default VPC {Vpc} has {Range}")]
    private partial void LogReady(ResourceKey vpc, string range);

    [LoggerMessage(2203, LogLevel.Warning, "Ranges in use on the host are not known ({Reason}); a VPC may get one that is taken")]
    private partial void LogEngineAway(string reason);
}
