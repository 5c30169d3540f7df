using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Minato.Elb.State;

internal sealed record ClassicKey(Home Home, string Name) : IComparable<ClassicKey>
{
    public int CompareTo(ClassicKey? other)
    {
        if (other is null) return 1;
        var order = string.CompareOrdinal(Home.AccountId, other.Home.AccountId);
        if (order == 0) order = string.CompareOrdinal(Home.Region, other.Home.Region);
        return order == 0 ? string.CompareOrdinal(Name, other.Name) : order;
    }

    public override string ToString() => $"{Home.AccountId}/{Home.Region}/{Name}";
}

/// <summary>A Classic Load Balancer: everything that was asked for. What carries its traffic is made of it by <c>ClassicPlanner</c>.</summary>
internal sealed record ClassicState
{
    public required ClassicKey Key { get; init; }
    public required string Id { get; init; }
    public required string DnsName { get; init; }
    public required string Scheme { get; init; }
    public required string VpcId { get; init; }
    public required string Address { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public ImmutableArray<BalancerZone> Zones { get; init; } = [];
    public ImmutableArray<string> SecurityGroups { get; init; } = [];
    public ImmutableArray<ClassicListener> Listeners { get; init; } = [];
    public ImmutableArray<ClassicInstance> Instances { get; init; } = [];
    public ImmutableArray<ClassicPolicy> Policies { get; init; } = [];
    public required ClassicCheck Check { get; init; }

    /// <summary>Null while no port of the instances was given policies.</summary>
    public ImmutableArray<ClassicBackend>? Backends { get; init; }
    public bool IsCrossZone { get; init; }
    public bool Drains { get; init; }
    public int DrainSeconds { get; init; } = 300;
    public int IdleSeconds { get; init; } = 60;
    public string DesyncMode { get; init; } = "defensive";
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = Given.None;

    [JsonIgnore]
    public string Arn => $"arn:aws:elasticloadbalancing:{Key.Home.Region}:{Key.Home.AccountId}:loadbalancer/{Key.Name}";

    public ClassicPolicy? Policy(string name) => Policies.FirstOrDefault(p => p.Name == name);
}

/// <param name="Protocol">HTTP, HTTPS, TCP or SSL, as <paramref name="InstanceProtocol"/> is.</param>
internal sealed record ClassicListener(string Protocol, int Port, string InstanceProtocol, int InstancePort, string? Certificate)
{
    /// <summary>Names of policies.</summary>
    public ImmutableArray<string> Policies { get; init; } = [];
}

/// <param name="Policies">Names of policies for a port of the instances, at least one.</param>
internal sealed record ClassicBackend(int Port, ImmutableArray<string> Policies);

internal sealed record ClassicInstance(string Id, string Address, string? Zone, DateTimeOffset RegisteredAt);

internal sealed record ClassicPolicy(string Name, string Type, ImmutableArray<ClassicAttribute> Attributes);

internal sealed record ClassicAttribute(string Name, string Value);

/// <param name="Target"><c>HTTP:80/index.html</c>, <c>TCP:80</c>.</param>
internal sealed record ClassicCheck(string Target, int Interval, int Timeout, int Unhealthy, int Healthy)
{
    /// <summary>AWS: that of a load balancer nobody has configured a check for.</summary>
    public static readonly ClassicCheck Default = new("TCP:80", 30, 5, 2, 10);
}
