using System.Collections.Immutable;

namespace Minato.Elb.State;

/// <summary>The network interfaces of a load balancer, one a subnet. Progress: their reconciler writes it.</summary>
internal sealed record BalancerInterfaces(string BalancerArn, Home Home, ImmutableArray<BalancerInterface> Interfaces)
{
    /// <summary>Where its requests and health checks come from: what its targets' security groups see. Null while it has none that works.</summary>
    public string? Source => Interfaces.FirstOrDefault(i => i.IsUp)?.Address;
}

/// <param name="Groups">Security groups, as the interface has them.</param>
/// <param name="IsUp">The machine answers at the address.</param>
internal sealed record BalancerInterface(string SubnetId, string Id, string Address, ImmutableArray<string> Groups, bool IsUp);
