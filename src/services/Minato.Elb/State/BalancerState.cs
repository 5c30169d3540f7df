using System.Collections.Immutable;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Elb.State;

/// <summary>An Application Load Balancer. Not LoadBalancerState, which is a shape of the API.</summary>
internal sealed record BalancerState
{
    public required string Arn { get; init; }
    public required Home Home { get; init; }
    public required string Name { get; init; }
    public required string DnsName { get; init; }
    public required LoadBalancerSchemeEnum Scheme { get; init; }
    public required string VpcId { get; init; }
    public required ImmutableArray<BalancerZone> Zones { get; init; }
    public required ImmutableArray<string> SecurityGroups { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public ImmutableSortedDictionary<string, string> Attributes { get; init; } = Given.None;

    /// <summary>Loopback address of its own, so that many load balancers can listen on port 80.</summary>
    public required string Address { get; init; }

    /// <summary>How often it had to move because somebody else held its port.</summary>
    public int Moves { get; init; }

    /// <summary><c>app/NAME/ID</c>, the part of the ARN that those of listeners and rules repeat.</summary>
    public string Path => Arn[(Arn.IndexOf(":loadbalancer/", StringComparison.Ordinal) + ":loadbalancer/".Length)..];
}

internal sealed record BalancerZone(string Name, string SubnetId);

/// <summary>What keeps the proxy from doing all a load balancer asks, in words. Progress: the proxy's reconciler writes it.</summary>
internal sealed record TroubleState(string BalancerArn, string Reason);

internal sealed record ListenerState
{
    public required string Arn { get; init; }
    public required string BalancerArn { get; init; }
    public required int Port { get; init; }
    public ImmutableSortedDictionary<string, string> Attributes { get; init; } = Given.None;

    /// <summary><c>app/NAME/ID/LISTENER</c>.</summary>
    public string Path => Arn[(Arn.IndexOf(":listener/", StringComparison.Ordinal) + ":listener/".Length)..];
}

/// <summary>Tags of a load balancer, target group, listener or rule.</summary>
internal sealed record ResourceTags(string Arn, ImmutableSortedDictionary<string, string> Tags);

/// <summary>Attributes as they were given; what was not given has its default.</summary>
internal static class Given
{
    public static readonly ImmutableSortedDictionary<string, string> None = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}
