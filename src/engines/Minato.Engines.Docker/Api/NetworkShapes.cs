namespace Minato.Engines.Docker;

internal sealed record NetworkAnswer
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public IpamBody? IPAM { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
}

internal sealed record IpamBody(string? Driver, IpamRange[]? Config);

internal sealed record IpamRange(string? Subnet, string? Gateway);

internal sealed record CreateNetworkBody
{
    public required string Name { get; init; }
    public bool CheckDuplicate { get; init; }
    public required string Driver { get; init; }
    public required IpamBody IPAM { get; init; }
    public required Dictionary<string, string> Options { get; init; }
    public required Dictionary<string, string> Labels { get; init; }
}

internal sealed record CreateNetworkAnswer(string? Id, string? Warning);
