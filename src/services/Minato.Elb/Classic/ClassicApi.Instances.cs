using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancing;
using Minato.Elb.Planning;
using Minato.Elb.State;

namespace Minato.Elb.Api;

// Instances and their health.
internal sealed partial class ClassicApi
{
    private const int MostInstances = 1000;

    public async Task<RegisterInstancesWithLoadBalancerResponse> RegisterInstancesWithLoadBalancerAsync(
        RegisterInstancesWithLoadBalancerRequest request, Caller caller, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var added = new List<ClassicInstance>();
        var vpcId = Find(store.Current, caller, request.LoadBalancerName).VpcId;
        foreach (var id in request.Instances.Select(i => i.InstanceId ?? "").Distinct(StringComparer.Ordinal))
        {
            var instance = await network.InstanceAsync(id, caller, ct) ?? throw new InvalidEndPointException($"Could not find EC2 instance {id}.");
            if (!instance.IsIn(vpcId)) throw new InvalidEndPointException($"EC2 instance {id} is not in the same VPC as ELB.");
            added.Add(new(id, instance.Address, instance.Zone, now));
        }
        var changed = await ChangeAsync(caller, request.LoadBalancerName, c =>
        {
            var all = c.Instances.AddRange(added.Where(a => c.Instances.All(i => i.Id != a.Id)));
            return all.Length <= MostInstances ? c with { Instances = all }
                : throw new InvalidConfigurationRequestException($"A load balancer can have at most {MostInstances} instances.");
        }, ct);
        return new() { Instances = Wire(changed) };
    }

    public async Task<DeregisterInstancesFromLoadBalancerResponse> DeregisterInstancesFromLoadBalancerAsync(
        DeregisterInstancesFromLoadBalancerRequest request, Caller caller, CancellationToken ct)
    {
        var gone = request.Instances.Select(i => i.InstanceId).ToHashSet(StringComparer.Ordinal);
        // AWS: deregistering what is not registered succeeds.
        var changed = await ChangeAsync(caller, request.LoadBalancerName, c => c with { Instances = [.. c.Instances.Where(i => !gone.Contains(i.Id))] }, ct);
        return new() { Instances = Wire(changed) };
    }

    public Task<DescribeInstanceHealthResponse> DescribeInstanceHealthAsync(DescribeInstanceHealthRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var classic = Find(state, caller, request.LoadBalancerName);
        var group = classic.Listeners.IsEmpty ? null : state.Find(ElbTables.Groups, ClassicPlanner.GroupArn(classic, classic.Listeners[0]));
        var views = group is null ? [] : TargetView.ReadAll(state, group).ToDictionary(v => v.Target.Key.Id, StringComparer.Ordinal);
        var named = request.Instances is { IsDefaultOrEmpty: false } asked ? asked.Select(i => i.InstanceId ?? "") : classic.Instances.Select(i => i.Id).Union(views.Keys);
        return Task.FromResult<DescribeInstanceHealthResponse>(new() { InstanceStates = [.. named.Select(id => Show(id, views.GetValueOrDefault(id), classic.Instances.Any(i => i.Id == id)))] });
    }

    private static InstanceState Show(string id, TargetView? view, bool isRegistered)
    {
        var (state, reason, description) = view switch
        {
            null when !isRegistered => ("OutOfService", "Instance", "Instance is not currently registered with the LoadBalancer."),
            // AWS: in service until the last request is answered.
            { Target.DrainUntil: not null } => ("InService", "N/A", "Instance deregistration currently in progress."),
            { Attachment: Attachment.InstanceNotRunning } => ("OutOfService", "Instance", $"Instance is in {view.Target.InstanceState} state."),
            { Attachment: Attachment.ZoneNotEnabled } => ("OutOfService", "ELB", "Instance is in the EC2 Availability Zone for which LoadBalancer is not configured to route traffic to."),
            { Health.Status: HealthStatus.Healthy } => ("InService", "N/A", "N/A"),
            { Health.Status: HealthStatus.Unhealthy } => ("OutOfService", "Instance", "Instance has failed at least the UnhealthyThreshold number of health checks consecutively."),
            _ => ("OutOfService", "ELB", "Instance registration is still in progress."),
        };
        return new() { InstanceId = id, State = state, ReasonCode = reason, Description = description };
    }

    private static ImmutableArray<Instance> Wire(ClassicState classic) => [.. classic.Instances.Select(i => new Instance { InstanceId = i.Id })];
}
