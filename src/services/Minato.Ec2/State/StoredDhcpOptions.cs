using System.Collections.Immutable;

namespace Minato.Ec2.State;

/// <summary>What instances of a VPC are told of its names and clocks. AWS: a set never changes; a VPC is given another one.</summary>
internal sealed record StoredDhcpOptions(ResourceKey Key, ImmutableArray<DhcpOption> Options);

internal sealed record DhcpOption(string Name, ImmutableArray<string> Values);
