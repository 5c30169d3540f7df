using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Platform;
using Minato.Route53.State;

namespace Minato.Route53.Reconcile;

/// <summary>The load balancers of an account in a region.</summary>
internal sealed record BalancersKey(string AccountId, string Region);

/// <summary>Reads addresses and health of load balancers, when something is heard of them and from time to time.</summary>
internal sealed class BalancerReconciler(Store store, IElasticLoadBalancingV2? elb = null, IEc2? ec2 = null) : IReconciler<BalancersKey>
{
    private const string Requester = "elasticloadbalancing.amazonaws.com";
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(30);
    private static readonly ILookup<string, string> s_none = Array.Empty<string>().ToLookup(s => s, StringComparer.Ordinal);

    public async ValueTask<Next> ReconcileAsync(BalancersKey key, CancellationToken ct)
    {
        if (elb is null) return Next.Done;
        var caller = Caller.ForService(key.AccountId, key.Region, "route53.amazonaws.com");
        (ILookup<string, string> Addresses, ILookup<string, string> Ranges)? inner = null; // Asked for when there is a load balancer: asking makes the account's first VPC.
        var found = new Dictionary<string, BalancerState>(StringComparer.Ordinal);
        string? marker = null;
        do
        {
            var answer = await elb.DescribeLoadBalancersAsync(new() { Marker = marker }, caller, ct);
            foreach (var balancer in answer.LoadBalancers ?? [])
            {
                if (balancer.DNSName is not { } name) continue;
                var (addresses, ranges) = inner ??= await InnerAsync(caller, ct);
                var state = await ReadAsync(balancer, name.ToLowerInvariant() + ".", caller, ct) with
                {
                    InnerAddresses = [.. addresses[DescriptionOf(balancer)].Order(StringComparer.Ordinal)],
                    VpcRanges = [.. ranges[balancer.VpcId ?? ""].Order(StringComparer.Ordinal)],
                };
                found[state.DnsName] = state;
            }

            marker = answer.NextMarker;
        }
        while (marker is not null);
        await WriteAsync(key, found, ct);
        return found.Count > 0 ? Next.After(s_again) : Next.Done;
    }

    private async ValueTask<BalancerState> ReadAsync(LoadBalancer balancer, string name, Caller caller, CancellationToken ct)
    {
        ImmutableArray<string> addresses = [.. (balancer.AvailabilityZones ?? []).SelectMany(z => z.LoadBalancerAddresses ?? [])
            .Select(a => a.IpAddress).OfType<string>().Distinct(StringComparer.Ordinal)];
        var isAsked = store.Current.Where(Route53Tables.RecordsByBalancer, name).Any(r => r.Set.AliasTarget?.EvaluateTargetHealth == true);
        return new(caller.AccountId, name, addresses, !isAsked || elb is null || await IsHealthyAsync(elb, balancer.LoadBalancerArn, caller, ct));
    }

    /// <summary>As on AWS, whose interface it is stands in its description.</summary>
    private static string DescriptionOf(LoadBalancer balancer) => $"ELB {balancer.LoadBalancerArn?[(balancer.LoadBalancerArn.IndexOf('/', StringComparison.Ordinal) + 1)..]}";

    /// <summary>Addresses of load balancers in VPCs, and the ranges of VPCs that have any.</summary>
    private async ValueTask<(ILookup<string, string> Addresses, ILookup<string, string> Ranges)> InnerAsync(Caller caller, CancellationToken ct)
    {
        if (ec2 is null) return (s_none, s_none);
        var answer = await ec2.DescribeNetworkInterfacesAsync(new() { Filters = [new() { Name = "requester-id", Values = [Requester] }] }, caller, ct);
        var nics = (answer.NetworkInterfaces ?? []).Where(n => n.Status is NetworkInterfaceStatus.InUse).ToList();
        if (nics.Count == 0) return (s_none, s_none);
        var vpcs = await ec2.DescribeVpcsAsync(new() { Filters = [new() { Name = "vpc-id", Values = [.. nics.Select(n => n.VpcId ?? "").Distinct(StringComparer.Ordinal)] }] }, caller, ct);
        return (nics.ToLookup(n => n.Description ?? "", n => n.PrivateIpAddress ?? "", StringComparer.Ordinal),
            (vpcs.Vpcs ?? []).SelectMany(v => v.CidrBlockAssociationSet ?? [], (v, c) => (v.VpcId, c.CidrBlock)).ToLookup(p => p.VpcId ?? "", p => p.CidrBlock ?? "", StringComparer.Ordinal));
    }

    /// <summary>AWS: every target group has a healthy target. One without targets has none.</summary>
    private static async ValueTask<bool> IsHealthyAsync(IElasticLoadBalancingV2 elb, string? arn, Caller caller, CancellationToken ct)
    {
        var groups = await elb.DescribeTargetGroupsAsync(new() { LoadBalancerArn = arn }, caller, ct);
        foreach (var group in groups.TargetGroups ?? [])
        {
            var health = await elb.DescribeTargetHealthAsync(new() { TargetGroupArn = group.TargetGroupArn ?? "" }, caller, ct);
            if (!(health.TargetHealthDescriptions ?? []).Any(t => t.TargetHealth?.State == TargetHealthStateEnum.Healthy)) return false;
        }

        return true;
    }

    private async ValueTask WriteAsync(BalancersKey key, Dictionary<string, BalancerState> found, CancellationToken ct)
    {
        bool IsOfKey(BalancerState b) => b.AccountId == key.AccountId && BalancerNames.RegionOf(b.DnsName) == key.Region;
        var state = store.Current;
        BalancerState[] gone = [.. state.All(Route53Tables.Balancers).Where(b => IsOfKey(b) && !found.ContainsKey(b.DnsName))]; // As many as there are load balancers.
        BalancerState[] changed = [.. found.Values.Where(b => state.Find(Route53Tables.Balancers, b.DnsName) is not { } before || !before.IsSame(b))];
        if (gone.Length + changed.Length == 0) return;
        await store.UpdateAsync(tx =>
        {
            foreach (var balancer in gone) tx.Delete(Route53Tables.Balancers, balancer.DnsName);
            foreach (var balancer in changed) tx.Put(Route53Tables.Balancers, balancer);
        }, ct);
    }
}

/// <summary>Load balancers and their targets are Elastic Load Balancing's: what it hints at is read again.</summary>
internal sealed class BalancerHints : IRoomService
{
    private static readonly string[] s_topics = ["elb.load-balancers", "elb.target-health"];
    private readonly IWorkQueue<BalancersKey> _queue;
    private readonly Installation _installation;

    public BalancerHints(Hints hints, IWorkQueue<BalancersKey> queue, Installation installation)
    {
        (_queue, _installation) = (queue, installation);
        foreach (var topic in s_topics)
        {
            hints.Subscribe(topic, text =>
            {
                if (Arn.TryParse(text, out var arn)) queue.Enqueue(new(arn.AccountId, arn.Region));
            });
        }
    }

    public Task RunAsync(CancellationToken ct)
    {
        _queue.Enqueue(new(_installation.AccountId, "us-east-1"));
        return Task.CompletedTask;
    }
}
