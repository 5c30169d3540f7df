using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Planning;
using Minato.Elb.State;
using Minato.Platform;

namespace Minato.Elb.Api;

internal sealed partial class ElbApi
{
    public Task<DescribeLoadBalancerAttributesResponse> DescribeLoadBalancerAttributesAsync(
        DescribeLoadBalancerAttributesRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult<DescribeLoadBalancerAttributesResponse>(
            new() { Attributes = [.. Wire(FindBalancer(store.Current, caller, request.LoadBalancerArn))] });

    public Task<DescribeTargetGroupAttributesResponse> DescribeTargetGroupAttributesAsync(
        DescribeTargetGroupAttributesRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult<DescribeTargetGroupAttributesResponse>(new() { Attributes = [.. Wire(FindGroup(store.Current, caller, request.TargetGroupArn))] });

    public Task<DescribeListenerAttributesResponse> DescribeListenerAttributesAsync(
        DescribeListenerAttributesRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult<DescribeListenerAttributesResponse>(new() { Attributes = [.. Wire(FindListener(store.Current, caller, request.ListenerArn))] });

    public async Task<ModifyLoadBalancerAttributesResponse> ModifyLoadBalancerAttributesAsync(
        ModifyLoadBalancerAttributesRequest request, Caller caller, CancellationToken ct)
    {
        // The bucket is asked before anything is changed, and outside of the transaction.
        await buckets.DemandAsync(Changed(store.Current, request, caller), ct);
        var changed = await store.UpdateAsync(tx =>
        {
            var balancer = Changed(tx, request, caller);
            tx.Put(ElbTables.Balancers, balancer);
            return balancer;
        }, ct);
        return new() { Attributes = [.. Wire(changed)] };
    }

    private static BalancerState Changed(IReadState state, ModifyLoadBalancerAttributesRequest request, Caller caller)
    {
        var before = FindBalancer(state, caller, request.LoadBalancerArn);
        var balancer = before with
        {
            Attributes = Attributes.Change("Load balancer", NetworkAttributes.Of(before), before.Attributes, request.Attributes.Select(a => (a.Key, a.Value))),
        };
        BalancerAttributes.Demand(before, balancer);
        return balancer;
    }

    public async Task<ModifyTargetGroupAttributesResponse> ModifyTargetGroupAttributesAsync(
        ModifyTargetGroupAttributesRequest request, Caller caller, CancellationToken ct)
    {
        var changed = await store.UpdateAsync(tx =>
        {
            var group = FindGroup(tx, caller, request.TargetGroupArn);
            group = group with
            {
                Attributes = Attributes.Change("Target group", NetworkAttributes.Of(group), group.Attributes, request.Attributes.Select(a => (a.Key, a.Value))),
            };
            GroupAttributes.Demand(group);
            var actions = tx.Where(ElbTables.UsesByGroup, group.Arn).Select(u => tx.Find(ElbTables.Rules, u.Key.RuleArn)?.Action).OfType<ActionState>().ToList();
            if (actions.Exists(a => Stickiness.IsLacking(a, group))) throw ElbErrors.GroupStickinessMissing();
            if (actions.Exists(a => Stickiness.IsAlone(a, group))) throw ElbErrors.GroupStaysAlone(group.Arn);
            tx.Put(ElbTables.Groups, group);
            return group;
        }, ct);
        return new() { Attributes = [.. Wire(changed)] };
    }

    public async Task<ModifyListenerAttributesResponse> ModifyListenerAttributesAsync(
        ModifyListenerAttributesRequest request, Caller caller, CancellationToken ct)
    {
        var changed = await store.UpdateAsync(tx =>
        {
            var listener = FindListener(tx, caller, request.ListenerArn);
            listener = listener with
            {
                Attributes = Attributes.Change("Listener", NetworkAttributes.Of(listener), listener.Attributes, request.Attributes.Select(a => (a.Key, a.Value))),
            };
            tx.Put(ElbTables.Listeners, listener);
            return listener;
        }, ct);
        return new() { Attributes = [.. Wire(changed)] };
    }

    private static IEnumerable<LoadBalancerAttribute> Wire(BalancerState balancer) =>
        Attributes.All(NetworkAttributes.Of(balancer), balancer.Attributes).Select(a => new LoadBalancerAttribute { Key = a.Key, Value = a.Value });

    private static IEnumerable<TargetGroupAttribute> Wire(TargetGroupState group) =>
        Attributes.All(NetworkAttributes.Of(group), group.Attributes).Select(a => new TargetGroupAttribute { Key = a.Key, Value = a.Value });

    private static IEnumerable<ListenerAttribute> Wire(ListenerState listener) =>
        Attributes.All(NetworkAttributes.Of(listener), listener.Attributes).Select(a => new ListenerAttribute { Key = a.Key, Value = a.Value });
}
