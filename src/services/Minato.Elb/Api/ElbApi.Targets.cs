using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Planning;
using Minato.Elb.State;
using Minato.Platform;

namespace Minato.Elb.Api;

internal sealed partial class ElbApi
{
    private const int MostTargets = 1000;
    private static readonly IPNetwork[] s_private =
        [IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("100.64.0.0/10"), IPNetwork.Parse("172.16.0.0/12"), IPNetwork.Parse("192.168.0.0/16")];

    private sealed record Place(TargetKey Key, string Address, string? Zone);

    public async Task<RegisterTargetsResponse> RegisterTargetsAsync(RegisterTargetsRequest request, Caller caller, CancellationToken ct)
    {
        var group = FindGroup(store.Current, caller, request.TargetGroupArn);
        var places = await PlacesAsync(group, request.Targets, caller, ct);
        await store.UpdateAsync(tx =>
        {
            FindGroup(tx, caller, group.Arn); // It may have been deleted meanwhile.
            foreach (var place in places)
            {
                // Registering twice is registering once; a target that drains is wanted again and begins anew.
                if (tx.Find(ElbTables.Targets, place.Key) is { DrainUntil: null } known && known.Zone == place.Zone) continue;
                tx.Put(ElbTables.Targets, new() { Key = place.Key, Address = place.Address, Zone = place.Zone, RegisteredAt = clock.GetUtcNow() });
            }
            // AWS: one function or one load balancer is a group of its own.
            if (group.TargetType is TargetTypeEnum.Lambda or TargetTypeEnum.Alb && Quotas.RegisteredIn(tx, group.Arn) > FunctionGroups.MostTargets)
            {
                throw new TooManyTargetsException($"The maximum number of targets '{FunctionGroups.MostTargets}' of a target group with target type '{group.TargetType.ToWire()}' has been reached");
            }
            if (tx.Count(ElbTables.TargetsByGroup, group.Arn) > MostTargets && Quotas.RegisteredIn(tx, group.Arn) > MostTargets)
            {
                throw new TooManyTargetsException($"The maximum number of targets '{MostTargets}' of a target group has been reached");
            }
            foreach (var balancer in tx.Where(ElbTables.UsesByGroup, group.Arn).Select(u => u.BalancerArn).Distinct(StringComparer.Ordinal).ToList()) Quotas.DemandTargets(tx, balancer);
        }, ct);
        hints.Publish(ElbRoom.TargetHealthTopic, group.Arn);
        return new();
    }

    public async Task<DeregisterTargetsResponse> DeregisterTargetsAsync(DeregisterTargetsRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var group = FindGroup(tx, caller, request.TargetGroupArn);
            var inUse = tx.Count(ElbTables.UsesByGroup, group.Arn) > 0;
            var delay = inUse && !group.IsFunction ? Attributes.Seconds(Attributes.Group, group.Attributes, "deregistration_delay.timeout_seconds") : TimeSpan.Zero;
            foreach (var target in request.Targets)
            {
                DemandForm(group, target);
                // AWS: deregistering what is not registered succeeds.
                if (tx.Find(ElbTables.Targets, new(group.Arn, target.Id, target.Port ?? group.Port)) is not { DrainUntil: null } known) continue;
                tx.Put(ElbTables.Targets, known with { DrainUntil = clock.GetUtcNow() + delay });
            }
        }, ct);
        hints.Publish(ElbRoom.TargetHealthTopic, request.TargetGroupArn);
        return new();
    }

    public Task<DescribeTargetHealthResponse> DescribeTargetHealthAsync(DescribeTargetHealthRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var group = FindGroup(state, caller, request.TargetGroupArn);
        var asks = !(request.Include ?? []).IsEmpty; // What there is to include is one thing alone, by its name or as all there is.
        var shown = request.Targets is { IsDefaultOrEmpty: false } named
            ? named.Select(t => ShowNamed(state, group, t, asks))
            : TargetView.ReadAll(state, group).Select(v => Show(v, asks));
        return Task.FromResult<DescribeTargetHealthResponse>(new() { TargetHealthDescriptions = [.. shown] });
    }

    private static TargetHealthDescription ShowNamed(IReadState state, TargetGroupState group, TargetDescription target, bool asks)
    {
        DemandForm(group, target);
        var key = new TargetKey(group.Arn, target.Id, target.Port ?? group.Port);
        return TargetView.Read(state, key) is { } view
            ? Show(view, asks)
            : new() { Target = new() { Id = key.Id, Port = group.IsFunction ? null : key.Port }, HealthCheckPort = ShownPort(group, key), TargetHealth = HealthPlanner.NotRegistered };
    }

    private static TargetHealthDescription Show(TargetView view, bool asks) => new()
    {
        Target = new()
        {
            Id = view.Target.Key.Id,
            Port = view.Group.IsFunction ? null : view.Target.Key.Port,
            AvailabilityZone = view.Group.TargetType is TargetTypeEnum.Ip ? view.Target.Zone ?? "all" : null,
        },
        HealthCheckPort = ShownPort(view.Group, view.Target.Key),
        TargetHealth = HealthPlanner.Show(view),
        AnomalyDetection = !asks || !GroupAttributes.Mitigates(view.Group) ? null : new()
        {
            Result = view.Anomaly is { IsAnomalous: true } ? AnomalyResultEnum.Anomalous : AnomalyResultEnum.Normal,
            MitigationInEffect = view.Anomaly is null ? MitigationInEffectEnum.No : MitigationInEffectEnum.Yes,
        },
    };

    private static string? ShownPort(TargetGroupState group, TargetKey key) => group.IsFunction ? null : Text(HealthPlanner.HealthCheckPort(group, key.Port));

    private async Task<ImmutableArray<Place>> PlacesAsync(
        TargetGroupState group, ImmutableArray<TargetDescription> targets, Caller caller, CancellationToken ct)
    {
        foreach (var target in targets) DemandForm(group, target);
        if (group.IsFunction) return [.. targets.Select(t => new Place(KeyOf(group, t), "", null))];
        if (group.TargetType is TargetTypeEnum.Alb) return [.. targets.Select(t => BalancerPlace(group, t, caller))];
        return group.TargetType is TargetTypeEnum.Instance
            ? await InstancesAsync(group, targets, caller, ct)
            : await AddressesAsync(group, targets, caller, ct);
    }

    /// <summary>An application load balancer as a target: where it listens, on a port that it has a listener for.</summary>
    private Place BalancerPlace(TargetGroupState group, TargetDescription target, Caller caller)
    {
        var state = store.Current;
        var (balancer, key) = (FindBalancer(state, caller, target.Id), KeyOf(group, target));
        if (balancer.VpcId != group.VpcId) throw new InvalidTargetException($"The Application Load Balancer '{target.Id}' is not in the target group VPC '{group.VpcId}'");
        if (state.Count(ElbTables.ListenersByPort, (balancer.Arn, key.Port)) == 0)
        {
            throw new InvalidTargetException($"The Application Load Balancer '{target.Id}' must have a listener on port '{key.Port}'");
        }
        return new(key, balancer.Address, null);
    }

    private async Task<ImmutableArray<Place>> InstancesAsync(
        TargetGroupState group, ImmutableArray<TargetDescription> targets, Caller caller, CancellationToken ct)
    {
        var places = ImmutableArray.CreateBuilder<Place>();
        List<string> missing = [], foreign = [];
        foreach (var target in targets)
        {
            if (await network.InstanceAsync(target.Id, caller, ct) is not { } instance) missing.Add(target.Id);
            else if (!instance.IsIn(group.VpcId)) foreign.Add(target.Id);
            else places.Add(new(KeyOf(group, target), instance.Address, instance.Zone));
        }
        if (foreign.Count > 0) throw new InvalidTargetException($"The following targets are not in the target group VPC '{group.VpcId}': '{string.Join("', '", foreign)}'");
        return missing.Count == 0 ? places.ToImmutable() : throw new InvalidTargetException(
            $"The following targets are not in a running state and cannot be registered: '{string.Join("', '", missing)}'");
    }

    private async Task<ImmutableArray<Place>> AddressesAsync(
        TargetGroupState group, ImmutableArray<TargetDescription> targets, Caller caller, CancellationToken ct)
    {
        var subnets = await network.SubnetsOfAsync(group.VpcId, caller, ct);
        var places = ImmutableArray.CreateBuilder<Place>();
        foreach (var target in targets)
        {
            var zone = NetworkFacts.ZoneOf(IPAddress.Parse(target.Id), subnets);
            if (zone is not null && target.AvailabilityZone is { } other && other != zone)
            {
                throw ElbErrors.Validation(
                    $"The IP address '{target.Id}' is within the VPC, and cannot have its Availability Zone overridden to '{other}' from '{zone}'");
            }
            // AWS: to an Application Load Balancer, an address outside of the VPC is in no zone but all.
            if (zone is null && (target.AvailabilityZone is null || (!group.IsNetwork && target.AvailabilityZone is not "all")))
            {
                throw ElbErrors.Validation(
                    $"You must specify a valid Availability Zone or select 'all' for all enabled Availability zones, since the IP address '{target.Id}' is outside the VPC");
            }
            places.Add(new(KeyOf(group, target), target.Id, zone ?? (target.AvailabilityZone is "all" ? null : target.AvailabilityZone)));
        }
        return places.ToImmutable();
    }

    private static TargetKey KeyOf(TargetGroupState group, TargetDescription target) => new(group.Arn, target.Id, target.Port ?? group.Port);

    private static void DemandForm(TargetGroupState group, TargetDescription target)
    {
        if (group.IsFunction)
        {
            FunctionGroups.Demand(target);
            return;
        }
        if (target.Port is { } port) DemandPort(port);
        if (group.TargetType is TargetTypeEnum.Instance)
        {
            if (!target.Id.StartsWith("i-", StringComparison.Ordinal)) throw new InvalidTargetException($"The instance ID '{target.Id}' is not valid");
            return;
        }
        if (group.TargetType is TargetTypeEnum.Alb)
        {
            DemandArn(target.Id, "loadbalancer/app", "Application Load Balancer");
            return;
        }
        if (!IPAddress.TryParse(target.Id, out var address) || address.AddressFamily is not AddressFamily.InterNetwork || address.ToString() != target.Id)
        {
            throw ElbErrors.Validation($"The IP address '{target.Id}' is not a valid IPv4 address");
        }
        if (!Array.Exists(s_private, r => r.Contains(address))) throw new InvalidTargetException($"The IP address '{target.Id}' is not within an allowed range of private addresses");
    }
}
