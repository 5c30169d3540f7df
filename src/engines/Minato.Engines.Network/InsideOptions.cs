namespace Minato.Engines.Network;

public sealed record InsideOptions
{
    /// <summary>Names the table in the kernel, so that installations beside each other keep out of each other's way.</summary>
    public required string InstallationId { get; init; }

    /// <summary>The program that writes the table.</summary>
    public string Nft { get; init; } = "/usr/sbin/nft";
}
