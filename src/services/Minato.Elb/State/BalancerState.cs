using System.Collections.Immutable;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Elb.State;

/// <summary>An Application or Network Load Balancer. Not LoadBalancerState, which is a shape of the API.</summary>
internal sealed record BalancerState
{
    public required string Arn { get; init; }
    public required Home Home { get; init; }
    public required string Name { get; init; }
    public required string DnsName { get; init; }
    public LoadBalancerTypeEnum Type { get; init; } = LoadBalancerTypeEnum.Application;
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

    /// <summary>It stands for a Classic Load Balancer: the younger API does not know it.</summary>
    public bool IsClassic { get; init; }

    public bool IsNetwork => Type is LoadBalancerTypeEnum.Network;

    /// <summary><c>app/NAME/ID</c>, the part of the ARN that those of listeners and rules repeat.</summary>
    public string Path => Arn[(Arn.IndexOf(":loadbalancer/", StringComparison.Ordinal) + ":loadbalancer/".Length)..];
}

/// <param name="AllocationId">The Elastic IP address it was given there, for a network load balancer.</param>
/// <param name="PrivateAddress">The address of the subnet it was given.</param>
internal sealed record BalancerZone(string Name, string SubnetId, string? AllocationId = null, string? PrivateAddress = null);

/// <summary>What keeps the proxy from doing all a load balancer asks, in words. Progress: the proxy's reconciler writes it.</summary>
internal sealed record TroubleState(string BalancerArn, string Reason);

internal sealed record ListenerState
{
    public required string Arn { get; init; }
    public required string BalancerArn { get; init; }
    public required int Port { get; init; }
    public ProtocolEnum Protocol { get; init; } = ProtocolEnum.Http;

    /// <summary>For HTTPS and TLS, as <see cref="AlpnPolicy"/> is for TLS alone; certificates have a table of their own.</summary>
    public string? SslPolicy { get; init; }
    public string? AlpnPolicy { get; init; }
    public MutualState? Mutual { get; init; }

    /// <summary>What is spoken instead of what <see cref="SslPolicy"/> says; Classic Load Balancers may have policies of their own.</summary>
    public CustomTls? Custom { get; init; }
    public ImmutableSortedDictionary<string, string> Attributes { get; init; } = Given.None;

    public bool IsClassic => Path.StartsWith("classic/", StringComparison.Ordinal);

    /// <summary><c>app/NAME/ID/LISTENER</c>.</summary>
    public string Path => Arn[(Arn.IndexOf(":listener/", StringComparison.Ordinal) + ":listener/".Length)..];
}

/// <param name="Versions">With blanks between them, the oldest first, none left out in between.</param>
/// <param name="Ciphers">With blanks between them, the preferred first.</param>
internal sealed record CustomTls(string Versions, string Ciphers);

/// <summary>Tags of a load balancer, target group, listener or rule.</summary>
internal sealed record ResourceTags(string Arn, ImmutableSortedDictionary<string, string> Tags);

/// <summary>Attributes as they were given; what was not given has its default.</summary>
internal static class Given
{
    public static readonly ImmutableSortedDictionary<string, string> None = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}
