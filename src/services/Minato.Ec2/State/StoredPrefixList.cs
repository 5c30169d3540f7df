using System.Collections.Immutable;

namespace Minato.Ec2.State;

/// <summary>Ranges under one id, which rules and routes name instead of each of them.</summary>
internal sealed record StoredPrefixList
{
    public required ResourceKey Key { get; init; }
    public required string Name { get; init; }
    public required bool IsIpv6 { get; init; }

    /// <summary>As so many rules it counts in a security group.</summary>
    public required int MostEntries { get; init; }
    public ImmutableArray<ListEntry> Entries { get; init; } = [];

    /// <summary>Of its entries.</summary>
    public long Version { get; init; } = 1;
    public bool IsModified { get; init; }
    public string? ClientToken { get; init; }
}

internal sealed record ListEntry(string Cidr, string? Description);
