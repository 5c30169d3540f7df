using System.Collections.Immutable;

namespace Minato.Engines.Firewall;

/// <summary>Who may speak to whom. An address in the range of a network that no endpoint has may speak to nobody.</summary>
public sealed record FirewallPlan
{
    public static FirewallPlan Empty { get; } = new();

    public ImmutableArray<FirewallNetwork> Networks { get; init; } = [];
    public ImmutableArray<FirewallGroup> Groups { get; init; } = [];
}

/// <summary>A VPC. Its endpoints reach each other as far as their groups allow; no endpoint of another network ever does.</summary>
/// <param name="Name">As the container engine was told.</param>
/// <param name="Gateway">Address of the host in it; groups judge it by ranges alone.</param>
public sealed record FirewallNetwork(string Name, string Gateway, ImmutableArray<string> Ranges, ImmutableArray<FirewallEndpoint> Endpoints)
{
    /// <summary>Another address of the host in it, where names are asked for; null when it has none.</summary>
    public string? Resolver { get; init; }

    /// <summary>Subnets whose borders are watched.</summary>
    public ImmutableArray<FirewallSubnet> Subnets { get; init; } = [];
}

/// <summary>
/// Every packet that crosses its border, replies too, is judged by the first entry that it matches, and dropped when there is none. What is
/// to or from the host's own address in the network, and names that are asked for, are not judged.
/// </summary>
/// <param name="Entries">In their order.</param>
public sealed record FirewallSubnet(string Range, ImmutableArray<FirewallAclEntry> Entries);

/// <param name="Protocol">A number, or <c>-1</c> for all.</param>
/// <param name="From">First port, or type of ICMP; null for all.</param>
/// <param name="To">Last port, or code of ICMP; null for all.</param>
/// <param name="Range">Of who is outside.</param>
public sealed record FirewallAclEntry(bool IsEgress, bool IsAllowed, string Protocol, int? From, int? To, string Range)
{
    public bool IsForAll => Protocol is "-1" && Range is "0.0.0.0/0";
}

/// <summary>An address of a network. Replies to what was let through always pass.</summary>
/// <param name="Groups">All of them together decide; none of them lets nothing pass.</param>
public sealed record FirewallEndpoint(string Address, ImmutableArray<string> Groups)
{
    /// <summary>The host answers at this address itself.</summary>
    public bool IsOfHost { get; init; }

    /// <summary>May speak to what is in no network where these lead there, as far as its groups allow. The longest prefix comes first, and decides.</summary>
    public ImmutableArray<FirewallWay> Ways { get; init; } = [];

    /// <summary>Where who is in no network finds it, from this host.</summary>
    public string? PublicAddress { get; init; }
}

/// <param name="IsOpen">Otherwise what is sent there goes nowhere.</param>
public sealed record FirewallWay(string Range, bool IsOpen)
{
    public static FirewallWay Anywhere { get; } = new("0.0.0.0/0", true);
}

public sealed record FirewallGroup(string Id, ImmutableArray<FirewallRule> Rules);

/// <param name="Protocol">A name or number, or <c>-1</c> for all.</param>
/// <param name="From">First port, or type of ICMP; null for all.</param>
/// <param name="To">Last port, or code of ICMP; null for all.</param>
/// <param name="Range">Peers by their addresses; otherwise <paramref name="Group"/> names them.</param>
public sealed record FirewallRule(bool IsEgress, string Protocol, int? From, int? To, string? Range, string? Group);
