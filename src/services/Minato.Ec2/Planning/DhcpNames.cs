using System.Collections.Immutable;
using Minato.Ec2.State;

namespace Minato.Ec2.Planning;

/// <summary>Who answers names in a VPC, and where a name without dots is looked for.</summary>
/// <param name="Servers">Empty leaves it to the engine.</param>
internal sealed record DhcpNames(ImmutableArray<string> Servers, ImmutableArray<string> Domains)
{
    public const string OfAws = "AmazonProvidedDNS";
    public const string Domain = "domain-name";
    public const string ServersOption = "domain-name-servers";

    /// <param name="set">Null for the set of AWS, or none.</param>
    /// <param name="resolver">The VPC's own; null where it has none.</param>
    public static DhcpNames Of(StoredDhcpOptions? set, string? resolver)
    {
        ImmutableArray<string> own = resolver is null ? [] : [resolver];
        var asked = Values(set, ServersOption);
        // AWS: one domain; some systems take several with spaces between them.
        return new(
            asked.IsEmpty ? own : [.. asked.SelectMany(s => s is OfAws ? own : [s])],
            [.. Values(set, Domain).SelectMany(d => d.Split(' ', StringSplitOptions.RemoveEmptyEntries))]);
    }

    private static ImmutableArray<string> Values(StoredDhcpOptions? set, string name) => set?.Options.FirstOrDefault(o => o.Name == name)?.Values ?? [];
}
