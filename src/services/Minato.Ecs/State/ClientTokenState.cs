using System.Collections.Immutable;

namespace Minato.Ecs.State;

internal sealed record ClientTokenKey(ClusterKey Cluster, string Operation, string Token) : IComparable<ClientTokenKey>
{
    public int CompareTo(ClientTokenKey? other)
    {
        if (other is null) return 1;
        if (Cluster.CompareTo(other.Cluster) is not 0 and var byCluster) return byCluster;
        return string.CompareOrdinal(Operation, other.Operation) is not 0 and var byOperation
            ? byOperation : string.CompareOrdinal(Token, other.Token);
    }

    public override string ToString() => $"{Cluster}/{Operation}/{Token}";
}

/// <summary>What a request with a client token did, so that its repeat does nothing.</summary>
internal sealed record ClientTokenState
{
    public required ClientTokenKey Key { get; init; }

    /// <summary>Fingerprint of the request's content.</summary>
    public required string Request { get; init; }

    /// <summary>ARNs of what it made.</summary>
    public required ImmutableArray<string> Resources { get; init; }
    public required DateTimeOffset At { get; init; }
}
